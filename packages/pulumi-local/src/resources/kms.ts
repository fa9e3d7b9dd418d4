/** Keys of KMS and their aliases. */
import { type Cloud, defaultKeyPolicy } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import { grantTypes } from "./kmsGrants.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/kms/${page}/`;

export const kmsResources: ServiceResources = (cloud) => ({ types: [key(cloud), alias(cloud), ...grantTypes(cloud)] });

function key(cloud: Cloud): ResourceType {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("kms", operation, input);
  const arnOf = (id: string) => `arn:aws:kms:${cloud.region}:${cloud.accountId}:key/${id}`;
  const policyOf = ({ policy }: Properties) => policy ?? defaultKeyPolicy(cloud.accountId);
  const made = (id: string, inputs: Properties): Made => ({
    id,
    outputs: { ...inputs, arn: arnOf(id), keyId: id, policy: policyOf(inputs), region: cloud.region },
  });
  async function set(KeyId: string, { enableKeyRotation, isEnabled }: Properties): Promise<void> {
    await call(enableKeyRotation === true ? "EnableKeyRotation" : "DisableKeyRotation", { KeyId });
    await call(isEnabled === false ? "DisableKey" : "EnableKey", { KeyId });
  }

  return {
    type: "aws:kms/key:Key",
    docs: docs("key"),
    properties: ["description", "policy", "enableKeyRotation", "isEnabled", "deletionWindowInDays", "multiRegion"],
    inert: [
      "bypassPolicyLockoutSafetyCheck",
      "customKeyStoreId",
      "customerMasterKeySpec",
      "keyUsage",
      "rotationPeriodInDays",
      "xksKeyId",
    ],
    replaces: ["multiRegion"],
    taggable: true,
    async create(inputs) {
      const { KeyMetadata } = await call<{ KeyMetadata: { KeyId: string } }>("CreateKey", {
        Description: inputs.description,
        Policy: policyOf(inputs),
        MultiRegion: inputs.multiRegion,
      });
      await set(KeyMetadata.KeyId, inputs);
      return made(KeyMetadata.KeyId, inputs);
    },
    async update(KeyId, _before, after) {
      await call("UpdateKeyDescription", { KeyId, Description: after.description ?? "" });
      await call("PutKeyPolicy", { KeyId, Policy: policyOf(after) });
      await set(KeyId, after);
      return made(KeyId, after);
    },
    async delete(KeyId, { deletionWindowInDays }) {
      await call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: deletionWindowInDays });
    },
    async read(KeyId, context) {
      const { KeyMetadata } = await call<{ KeyMetadata: { Description: string } }>("DescribeKey", { KeyId });
      return made(KeyId, { ...context.previous?.inputs, description: KeyMetadata.Description });
    },
  };
}

function alias(cloud: Cloud): ResourceType {
  const made = async ({ name, targetKeyId, ...rest }: Properties): Promise<Made> => {
    const { KeyMetadata } = await cloud.call<{ KeyMetadata: { Arn: string } }>("kms", "DescribeKey", {
      KeyId: targetKeyId,
    });
    const arn = `arn:aws:kms:${cloud.region}:${cloud.accountId}:${name}`;
    return { id: String(name), outputs: { ...rest, name, targetKeyId, arn, targetKeyArn: KeyMetadata.Arn } };
  };
  const put = (operation: string) => async (inputs: Properties) => {
    await cloud.call("kms", operation, { AliasName: inputs.name, TargetKeyId: inputs.targetKeyId });
    return made(inputs);
  };
  return {
    type: "aws:kms/alias:Alias",
    docs: docs("alias"),
    required: ["targetKeyId"],
    properties: ["targetKeyId"],
    validate: ({ name }) =>
      /^alias\/(?!aws\/)[\w/-]+$/.test(String(name))
        ? []
        : [{ property: "name", reason: `is "${name}"; it begins with alias/, and not with alias/aws/` }],
    replaces: ["name"],
    autoname: { property: "name", prefixed: true, max: 256 },
    create: put("CreateAlias"),
    update: (_id, _before, after) => put("UpdateAlias")(after),
    async delete(AliasName) {
      await cloud.call("kms", "DeleteAlias", { AliasName });
    },
  };
}
