/** Multi-Region keys: one key, with the same material, in several regions. https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html */
import type { KeyMetadata } from "@aws-sdk/client-kms";
import { isRegion } from "../../arn.ts";
import { defaultKeyPolicy } from "../../kit/defaultKeyPolicy.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud } from "../../service.ts";
import { metadataOf } from "./keys.ts";
import { type Key, Records } from "./records.ts";
import { checkKeyPolicy, taggedKey } from "./settings.ts";

export function replicaOperations(cloud: Cloud, records: Records): Operations<"kms"> {
  const multi = (given: string): Key => {
    const key = records.usable(given);
    if (key.multiRegion) return key;
    throw new AwsError("UnsupportedOperationException", `${records.arn(key.id)} is not a multi-region key.`);
  };
  /** The key's records in each of its regions. */
  const everywhere = ({ regions = [cloud.region] }: Key) =>
    regions.map((region) => ({ region, records: region === cloud.region ? records : new Records(cloud.in(region)) }));

  return {
    ReplicateKey: {
      access: ({ KeyId, ReplicaRegion }) => [
        {
          action: "kms:ReplicateKey",
          resource: records.arn(records.found(KeyId).id),
          context: { "kms:ReplicaRegion": ReplicaRegion },
        },
      ],
      run({ KeyId, ReplicaRegion: region, Description = "", Policy = defaultKeyPolicy(cloud.accountId), Tags = [] }) {
        const key = multi(KeyId);
        const { primary = cloud.region, regions = [cloud.region] } = key;
        if (primary !== cloud.region)
          throw new AwsError(
            "UnsupportedOperationException",
            `${records.arn(key.id)} is a replica: it is not replicated.`,
          );
        if (!isRegion(region)) throw new AwsError("ValidationException", `${region} is not a region.`);
        if (regions.includes(region))
          throw new AwsError("AlreadyExistsException", `${records.arn(key.id)} is in ${region} already.`);
        checkKeyPolicy(Policy);
        if ((key.spec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT") records.material(key);
        const now = { ...records.found(key.id), primary, regions: [...regions, region] };
        const there = new Records(cloud.in(region));
        const replica = {
          ...now,
          description: Description,
          policy: Policy,
          tags: taggedKey(Tags),
          enabled: true,
          created: Date.now(),
        };
        there.keys.put(key.id, replica);
        for (const place of everywhere({ ...now, regions }))
          place.records.change(place.records.found(key.id), { primary, regions: now.regions });
        const { KeyMetadata } = metadataOf(cloud.in(region), there, there.found(key.id));
        // It is there at once; AWS answers before it is.
        const { CurrentKeyMaterialId: _, ...creating } = KeyMetadata;
        const shown: KeyMetadata = { ...creating, KeyState: "Creating", Enabled: false };
        return { ReplicaKeyMetadata: shown, ReplicaPolicy: Policy, ...(Tags.length > 0 && { ReplicaTags: Tags }) };
      },
    },
    UpdatePrimaryRegion: {
      access: ({ KeyId, PrimaryRegion }) => [
        {
          action: "kms:UpdatePrimaryRegion",
          resource: records.arn(records.found(KeyId).id),
          context: { "kms:PrimaryRegion": PrimaryRegion },
        },
      ],
      run({ KeyId, PrimaryRegion: primary }) {
        const key = multi(KeyId);
        if (!key.regions?.includes(primary))
          throw new AwsError("NotFoundException", `${records.arn(key.id)} has no replica in ${primary}.`);
        for (const place of everywhere(key)) place.records.change(place.records.found(key.id), { primary });
        return {};
      },
    },
  };
}
