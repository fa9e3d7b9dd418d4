/** Keys: created, described, deleted. */
import { randomUUID } from "node:crypto";
import type { KeyMetadata, MultiRegionConfiguration, ScheduleKeyDeletionRequest } from "@aws-sdk/client-kms";
import { defaultKeyPolicy } from "../../kit/defaultKeyPolicy.ts";
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud, type Operation } from "../../service.ts";
import { invalidState, type Key, keyState, type Records } from "./records.ts";
import { checkKeyPolicy, taggedKey } from "./settings.ts";
import { algorithms, checkSpec } from "./specs.ts";

const day = 86_400_000;

/** A key as KMS describes it. */
export function metadataOf(
  cloud: Pick<Cloud, "accountId" | "region">,
  records: Records,
  key: Key,
): { KeyMetadata: KeyMetadata } {
  const { id, description, multiRegion, created, deletion, origin = "AWS_KMS", expires, managed } = key;
  const { spec = "SYMMETRIC_DEFAULT", usage = "ENCRYPT_DECRYPT" } = key;
  const state = keyState(key);
  return {
    KeyMetadata: {
      AWSAccountId: cloud.accountId,
      KeyId: id,
      Arn: records.arn(id),
      CreationDate: new Date(created),
      Enabled: state === "Enabled",
      Description: description,
      KeyUsage: usage,
      CustomerMasterKeySpec: spec as NonNullable<KeyMetadata["CustomerMasterKeySpec"]>,
      KeySpec: spec,
      ...algorithms(spec, usage),
      KeyState: state,
      ...(deletion !== undefined && { DeletionDate: new Date(deletion) }),
      ...(spec === "SYMMETRIC_DEFAULT" &&
        state !== "PendingImport" && { CurrentKeyMaterialId: records.materialId(key) }),
      Origin: origin,
      ...(expires !== undefined && {
        ExpirationModel: expires === null ? "KEY_MATERIAL_DOES_NOT_EXPIRE" : "KEY_MATERIAL_EXPIRES",
        ...(expires !== null && { ValidTo: new Date(expires) }),
      }),
      KeyManager: managed ? "AWS" : "CUSTOMER",
      MultiRegion: multiRegion,
      ...(multiRegion && { MultiRegionConfiguration: regionsOf(cloud, key) }),
    },
  };
}

function regionsOf({ accountId, region }: Pick<Cloud, "accountId" | "region">, key: Key): MultiRegionConfiguration {
  const { id, primary = region, regions = [region] } = key;
  const at = (Region: string) => ({ Arn: `arn:aws:kms:${Region}:${accountId}:key/${id}`, Region });
  return {
    MultiRegionKeyType: primary === region ? "PRIMARY" : "REPLICA",
    PrimaryKey: at(primary),
    ReplicaKeys: regions.filter((one) => one !== primary).map(at),
  };
}

export function keyOperations(cloud: Cloud, records: Records): Operations<"kms"> {
  const metadata = (key: Key) => metadataOf(cloud, records, key);
  const on = (name: string, run: (key: Key, input: never) => object): Operation => ({
    access: ({ KeyId = "" }) => [{ action: `kms:${name}`, resource: records.arn(records.found(KeyId).id) }],
    run: (input) => run(records.found(input.KeyId), input as never),
  });

  return {
    CreateKey: {
      access: () => [{ action: "kms:CreateKey", resource: "*" }],
      run(input) {
        const {
          Description = "",
          Policy = defaultKeyPolicy(cloud.accountId),
          MultiRegion = false,
          Origin = "AWS_KMS",
        } = input;
        const { KeySpec, CustomerMasterKeySpec, Tags = [] } = input;
        const spec = KeySpec ?? CustomerMasterKeySpec ?? "SYMMETRIC_DEFAULT";
        if (Origin !== "AWS_KMS" && Origin !== "EXTERNAL")
          throw new AwsError(
            "UnsupportedOperationException",
            `The local cloud makes keys of AWS_KMS and EXTERNAL, not of ${Origin}.`,
          );
        const KeyUsage = checkSpec(spec, input.KeyUsage);
        checkKeyPolicy(Policy);
        const id = MultiRegion ? `mrk-${randomUUID().replaceAll("-", "")}` : randomUUID();
        records.keys.put(id, {
          id,
          description: Description,
          policy: Policy,
          rotates: false,
          enabled: true,
          multiRegion: MultiRegion,
          spec,
          usage: KeyUsage,
          ...(Origin === "EXTERNAL" && { origin: Origin }),
          tags: taggedKey(Tags),
          created: Date.now(),
        });
        return metadata(records.found(id));
      },
    },
    DescribeKey: on("DescribeKey", metadata),
    ListKeys: {
      access: () => [{ action: "kms:ListKeys", resource: "*" }],
      run(input) {
        const { items, ...paging } = keyPage(records.keys.values(), input, ({ id }) => id);
        return { Keys: items.map(({ id }) => ({ KeyId: id, KeyArn: records.arn(id) })), ...paging };
      },
    },
    ScheduleKeyDeletion: on(
      "ScheduleKeyDeletion",
      ({ id }, { PendingWindowInDays = 30 }: ScheduleKeyDeletionRequest) => {
        if (PendingWindowInDays < 7 || PendingWindowInDays > 30)
          throw new AwsError("ValidationException", "PendingWindowInDays must be between 7 and 30 days");
        const deletion = Date.now() + PendingWindowInDays * day;
        if (records.found(id).managed)
          throw new AwsError(
            "UnsupportedOperationException",
            `${records.arn(id)} is managed by AWS: it is not deleted.`,
          );
        records.change(records.usable(id), { deletion });
        return {
          KeyId: records.arn(id),
          DeletionDate: new Date(deletion),
          KeyState: "PendingDeletion",
          PendingWindowInDays,
        };
      },
    ),
    CancelKeyDeletion: on("CancelKeyDeletion", ({ deletion, ...key }) => {
      if (deletion === undefined) throw invalidState(`${records.arn(key.id)} is not pending deletion.`);
      records.keys.put(key.id, { ...key, enabled: false });
      return { KeyId: records.arn(key.id) };
    }),
  };
}

/** One page of a list, in KMS's words. @throws AwsError `InvalidMarkerException` */
export function keyPage<T>(all: T[], request: { Marker?: string; Limit?: number }, key: (item: T) => string) {
  const invalid = () => new AwsError("InvalidMarkerException", "Marker is not valid.");
  const { items, next } = page(all, request, key, { invalid });
  return { items, Truncated: next !== undefined, ...(next && { NextMarker: next }) };
}
