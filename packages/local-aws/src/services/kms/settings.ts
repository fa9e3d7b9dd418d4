/** Settings of a key: its policy, description, rotation, tags, and whether it is enabled. */
import { randomBytes } from "node:crypto";
import type {
  EnableKeyRotationRequest,
  PutKeyPolicyRequest,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
  UpdateKeyDescriptionRequest,
} from "@aws-sdk/client-kms";
import { parsePolicy } from "../../authorization/validate.ts";
import { brokenConstraint } from "../../kit/constraint.ts";
import { type Tags, tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Operation } from "../../service.ts";
import { checkState } from "./access.ts";
import { invalidState, type Key, type Records } from "./records.ts";

const day = 86_400_000;
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_RotateKeyOnDemand.html */
const maxOnDemand = 25;

export function settingOperations(records: Records): Operations<"kms"> {
  const access =
    (name: string) =>
    ({ KeyId = "" }) => [{ action: `kms:${name}`, resource: records.arn(records.found(KeyId).id) }];
  const read = <Input>(name: string, answer: (key: Key, input: Input) => object): Operation => ({
    access: access(name),
    run: (input) => answer(records.found(input.KeyId), input),
  });
  /** A change that a key pending deletion refuses. */
  const change = <Input>(name: string, changed: (input: Input, key: Key) => Partial<Key>): Operation => ({
    access: access(name),
    run(input) {
      const key = records.usable(input.KeyId);
      records.change(key, changed(input, key));
      return {};
    },
  });

  /** Only symmetric keys are rotated, and only those that are in use. */
  const checkRotates = (key: Key): void => {
    checkState(records, key);
    if ((key.spec ?? "SYMMETRIC_DEFAULT") !== "SYMMETRIC_DEFAULT")
      throw new AwsError("UnsupportedOperationException", "");
  };
  /** Imported material is rotated on demand only. */
  const checkAutomatic = (key: Key): void => {
    checkRotates(key);
    if (key.origin === "EXTERNAL") throw new AwsError("UnsupportedOperationException", "");
  };

  return {
    GetKeyPolicy: read("GetKeyPolicy", ({ policy }) => ({ Policy: policy, PolicyName: "default" })),
    ListKeyPolicies: read("ListKeyPolicies", () => ({ PolicyNames: ["default"], Truncated: false })),
    PutKeyPolicy: {
      access: access("PutKeyPolicy"),
      run({ KeyId, Policy = "" }: PutKeyPolicyRequest) {
        checkKeyPolicy(Policy);
        records.change(records.found(KeyId as string), { policy: Policy });
        return {};
      },
    },
    UpdateKeyDescription: change("UpdateKeyDescription", ({ Description = "" }: UpdateKeyDescriptionRequest) => ({
      description: Description,
    })),
    EnableKey: change("EnableKey", () => ({ enabled: true })),
    DisableKey: change("DisableKey", () => ({ enabled: false })),
    EnableKeyRotation: change("EnableKeyRotation", ({ RotationPeriodInDays }: EnableKeyRotationRequest, key) => {
      checkAutomatic(key);
      const rotationPeriod = RotationPeriodInDays ?? key.rotationPeriod ?? 365;
      if (rotationPeriod < 90 || rotationPeriod > 2560)
        throw new AwsError("ValidationException", "RotationPeriodInDays must be between 90 and 2560 days");
      return { rotates: true, rotationPeriod };
    }),
    DisableKeyRotation: change("DisableKeyRotation", (_input, key) => {
      checkAutomatic(key);
      return { rotates: false };
    }),
    RotateKeyOnDemand: {
      access: access("RotateKeyOnDemand"),
      run({ KeyId }) {
        const key = records.usable(KeyId);
        checkRotates(key);
        const { retired = [], pending, ...rest } = key;
        if (key.origin === "EXTERNAL" && pending === undefined)
          throw invalidState(`No available key material pending rotation for the key: ${records.arn(key.id)}.`);
        if (retired.length >= maxOnDemand)
          throw new AwsError("LimitExceededException", `A key is rotated on demand ${maxOnDemand} times at most.`);
        const material = records.material(key).toString("base64");
        records.keys.put(key.id, {
          ...rest,
          material: pending ?? randomBytes(32).toString("base64"),
          retired: [{ material, rotated: Date.now() }, ...retired],
        });
        return { KeyId: records.arn(key.id) };
      },
    },
    ListKeyRotations: read("ListKeyRotations", ({ id, retired = [] }) => ({
      Rotations: [...retired].reverse().map(({ rotated }) => ({
        KeyId: records.arn(id),
        RotationDate: new Date(rotated),
        RotationType: "ON_DEMAND",
      })),
      Truncated: false,
    })),
    GetKeyRotationStatus: read("GetKeyRotationStatus", ({ id, rotates, rotationPeriod = 365, created, deletion }) => {
      const KeyRotationEnabled = rotates && deletion === undefined;
      return {
        KeyId: records.arn(id),
        KeyRotationEnabled,
        ...(KeyRotationEnabled && {
          RotationPeriodInDays: rotationPeriod,
          NextRotationDate: new Date(created + rotationPeriod * day),
        }),
      };
    }),
    ListResourceTags: read("ListResourceTags", ({ tags = {} }) => ({
      Tags: tagList(tags).map(({ Key: TagKey, Value: TagValue }) => ({ TagKey, TagValue })),
      Truncated: false,
    })),
    TagResource: change("TagResource", ({ Tags = [] }: TagResourceRequest, { tags }) => ({
      tags: taggedKey(Tags, tags),
    })),
    UntagResource: change("UntagResource", ({ TagKeys = [] }: UntagResourceRequest, { tags }) => ({
      tags: withoutTags(tags, TagKeys),
    })),
  };
}

/** @throws AwsError `MalformedPolicyDocumentException` */
export function checkKeyPolicy(text: string): void {
  parsePolicy(text, "resource");
}

/** KMS has names of its own for a tag's parts. @throws AwsError for more than 50, or a key that only AWS may set. */
export function taggedKey(added: Tag[], before: Tags = {}): Tags {
  const tags = { ...before, ...tagMap(added) };
  const reserved = added.find(({ TagKey }) => TagKey?.toLowerCase().startsWith("aws:"));
  if (reserved) throw new AwsError("TagException", "Tags beginning with aws: are reserved");
  for (const [index, { TagKey = "", TagValue = "" }] of added.entries()) {
    checkLength(TagKey, `tags.${index + 1}.member.tagKey`, 128);
    checkLength(TagValue, `tags.${index + 1}.member.tagValue`, 256);
  }
  if (Object.keys(tags).length > 50) throw new AwsError("TagException", "Too many tags: a key has at most 50.");
  return tags;
}

function checkLength(text: string, member: string, most: number): void {
  if (text.length <= most) return;
  const message = brokenConstraint(text, member, `Member must have length less than or equal to ${most}`);
  throw new AwsError("ValidationException", message);
}
