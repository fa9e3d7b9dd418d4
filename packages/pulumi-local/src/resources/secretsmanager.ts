/** Secrets, their versions, policies and rotation. */
import type { DescribeSecretResponse, GetSecretValueResponse } from "@aws-sdk/client-secrets-manager";
import type { Cloud } from "local-aws/service";
import type { Invoke, Properties } from "../engine/provider.ts";
import { capitalized, described, fromAws, listChanges, toAws, uncapitalized } from "./described.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagList, tagMap } from "./tags.ts";
import { timeOf } from "./time.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/secretsmanager/${name}/`;
const asText = (policy: unknown): string => (typeof policy === "string" ? policy : JSON.stringify(policy));

type Call = <Answer = unknown>(operation: string, input: object) => Promise<Answer>;

export const secretsManagerResources: ServiceResources = (cloud) => {
  const call: Call = (operation, input) => cloud.call("secretsmanager", operation, input);
  return {
    types: [secret(call), version(call), policy(call), rotation(call)],
    invokes: functions(cloud, call),
  };
};

/** One that waits for its deletion is gone for a program. */
async function findSecret(call: Call, SecretId: string): Promise<DescribeSecretResponse | undefined> {
  const found = await call<DescribeSecretResponse>("DescribeSecret", { SecretId });
  return found.DeletedDate ? undefined : found;
}

const policyOf = async (call: Call, SecretId: string): Promise<string> =>
  (await call<{ ResourcePolicy?: string }>("GetResourcePolicy", { SecretId })).ResourcePolicy ?? "";

const secret = (call: Call): ResourceType =>
  described({
    type: "aws:secretsmanager/secret:Secret",
    docs: docs("secret"),
    properties: ["name", "description", "kmsKeyId", "policy", "recoveryWindowInDays"],
    inert: ["forceOverwriteReplicaSecret"],
    defaults: { forceOverwriteReplicaSecret: false, recoveryWindowInDays: 30 },
    mutable: ["description", "kmsKeyId", "policy", "recoveryWindowInDays", "forceOverwriteReplicaSecret"],
    autoname: { property: "name", prefixed: true, max: 512, pattern: /^[\w/+=.@-]+$/ },
    taggable: true,
    async make(inputs) {
      const request = capitalized(inputs, ["name", "description", "kmsKeyId"]);
      return (await call<{ ARN: string }>("CreateSecret", { ...request, Tags: tagList(inputs.tagsAll) })).ARN;
    },
    async settle(SecretId, before, after) {
      const isNew = before.name === undefined;
      if (!isNew && (before.description !== after.description || before.kmsKeyId !== after.kmsKeyId)) {
        await call("UpdateSecret", { SecretId, Description: "", ...capitalized(after, ["description", "kmsKeyId"]) });
      }
      if (after.policy && before.policy !== after.policy) {
        await call("PutResourcePolicy", { SecretId, ResourcePolicy: asText(after.policy) });
      } else if (before.policy && !after.policy) await call("DeleteResourcePolicy", { SecretId });
    },
    async retag(SecretId, { put, remove: TagKeys }) {
      if (TagKeys.length > 0) await call("UntagResource", { SecretId, TagKeys });
      if (Object.keys(put).length > 0) await call("TagResource", { SecretId, Tags: tagList(put) });
    },
    async describe(id, given) {
      const found = await findSecret(call, id);
      return (
        found && {
          arn: found.ARN,
          name: found.Name,
          namePrefix: given.namePrefix ?? "",
          description: found.Description ?? "",
          kmsKeyId: found.KmsKeyId ?? "",
          policy: given.policy ?? (await policyOf(call, id)),
          replicas: [],
          tagsAll: tagMap(found.Tags),
        }
      );
    },
    remove: (SecretId, { recoveryWindowInDays: days }) =>
      call("DeleteSecret", {
        SecretId,
        ...(days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days }),
      }),
  });

const stagesOf = ({ VersionIdsToStages }: DescribeSecretResponse, id: string): string[] =>
  VersionIdsToStages?.[id] ?? [];

function version(call: Call): ResourceType {
  const read = (id: string) => {
    const [SecretId, VersionId] = id.split("|");
    return call<GetSecretValueResponse>("GetSecretValue", { SecretId, VersionId });
  };
  return {
    ...described({
      type: "aws:secretsmanager/secretVersion:SecretVersion",
      docs: docs("secretversion"),
      required: ["secretId"],
      properties: ["secretId", "secretString", "secretBinary", "versionStages"],
      mutable: ["versionStages"],
      validate: ({ secretString, secretBinary }) =>
        (secretString === undefined) === (secretBinary === undefined)
          ? [{ property: "secretString", reason: "or secretBinary must be given, and not both" }]
          : [],
      async make({ secretId: SecretId, secretString: SecretString, secretBinary, versionStages: VersionStages }) {
        const SecretBinary = secretBinary === undefined ? undefined : Buffer.from(String(secretBinary), "base64");
        const request = { SecretId, SecretString, SecretBinary, VersionStages };
        const { ARN, VersionId } = await call<GetSecretValueResponse>("PutSecretValue", request);
        return `${ARN}|${VersionId}`;
      },
      async settle(id, before, after) {
        if (before.secretId === undefined) return;
        const [SecretId = "", own = ""] = id.split("|");
        const { add, remove } = listChanges(before.versionStages, after.versionStages);
        for (const VersionStage of add) {
          const now = (await findSecret(call, SecretId))?.VersionIdsToStages ?? {};
          const RemoveFromVersionId = Object.keys(now).find((one) => now[one]?.includes(VersionStage));
          const move = { VersionStage, MoveToVersionId: own, RemoveFromVersionId };
          await call("UpdateSecretVersionStage", { SecretId, ...move });
        }
        for (const VersionStage of remove) {
          // Only another version takes that one away.
          if (VersionStage === "AWSCURRENT") continue;
          await call("UpdateSecretVersionStage", { SecretId, VersionStage, RemoveFromVersionId: own });
        }
      },
      async describe(id) {
        const found = await read(id);
        return {
          arn: found.ARN,
          secretArn: found.ARN,
          secretId: found.ARN,
          versionId: found.VersionId,
          versionStages: found.VersionStages,
          hasSecretStringWo: false,
          secretString: found.SecretString ?? "",
          secretBinary: found.SecretBinary ? Buffer.from(found.SecretBinary).toString("base64") : "",
        };
      },
      async remove(id) {
        const [SecretId = "", own = ""] = id.split("|");
        const found = await findSecret(call, SecretId);
        for (const VersionStage of found ? stagesOf(found, own) : []) {
          if (VersionStage === "AWSCURRENT") continue;
          await call("UpdateSecretVersionStage", { SecretId, VersionStage, RemoveFromVersionId: own });
        }
      },
    }),
    secretOutputs: ["secretString", "secretBinary"],
  };
}

const policy = (call: Call): ResourceType => {
  const put = async (inputs: Properties) => {
    const { secretArn: SecretId, blockPublicPolicy: BlockPublicPolicy, policy: text } = inputs;
    const request = { SecretId, BlockPublicPolicy, ResourcePolicy: asText(text) };
    return (await call<{ ARN: string }>("PutResourcePolicy", request)).ARN;
  };
  return described({
    type: "aws:secretsmanager/secretPolicy:SecretPolicy",
    docs: docs("secretpolicy"),
    required: ["policy", "secretArn"],
    properties: ["policy", "secretArn", "blockPublicPolicy"],
    replaces: ["secretArn"],
    make: put,
    settle: async (_id, before, after) => (before.secretArn === undefined ? undefined : put(after)),
    async describe(id, given) {
      if (!(await findSecret(call, id))) return undefined;
      const found = await policyOf(call, id);
      return found ? { secretArn: id, policy: given.policy ?? found } : undefined;
    },
    remove: (SecretId) => call("DeleteResourcePolicy", { SecretId }),
  });
};

const rotation = (call: Call): ResourceType => {
  const rotate = async (inputs: Properties) => {
    const { secretId: SecretId, rotationLambdaArn: RotationLambdaARN, rotateImmediately: RotateImmediately } = inputs;
    const RotationRules = toAws(inputs.rotationRules);
    const request = { SecretId, RotationLambdaARN, RotationRules, RotateImmediately };
    return (await call<{ ARN: string }>("RotateSecret", request)).ARN;
  };
  return described({
    type: "aws:secretsmanager/secretRotation:SecretRotation",
    docs: docs("secretrotation"),
    required: ["secretId"],
    requiredHere: ["rotationLambdaArn", "rotationRules"],
    properties: ["secretId", "rotateImmediately", "rotationLambdaArn", "rotationRules"],
    defaults: { rotateImmediately: true },
    replaces: ["secretId"],
    make: rotate,
    settle: async (_id, before, after) => (before.secretId === undefined ? undefined : rotate(after)),
    async describe(id) {
      const found = await findSecret(call, id);
      if (!found?.RotationEnabled) return undefined;
      return {
        secretId: id,
        rotationEnabled: true,
        rotationLambdaArn: found.RotationLambdaARN,
        rotationRules: fromAws(found.RotationRules),
      };
    },
    remove: (SecretId) => call("CancelRotateSecret", { SecretId }),
  });
};

function functions(cloud: Cloud, call: Call): Record<string, Invoke> {
  const { region } = cloud;
  return {
    "aws:secretsmanager/getSecret:getSecret": async ({ arn, name }) => {
      const found = await findSecret(call, String(arn ?? name));
      if (!found) throw new Error(`there is no secret "${arn ?? name}"`);
      const dates = fromAws(uncapitalized(found, ["createdDate", "lastChangedDate"])) as Properties;
      return {
        id: found.ARN,
        arn: found.ARN,
        name: found.Name,
        ...dates,
        description: found.Description ?? "",
        kmsKeyId: found.KmsKeyId ?? "",
        policy: await policyOf(call, String(found.ARN)),
        region,
        tags: tagMap(found.Tags),
      };
    },
    "aws:secretsmanager/getSecretVersion:getSecretVersion": async (args) => {
      const { secretId: SecretId, versionId: VersionId, versionStage: VersionStage } = args;
      const stage = VersionId === undefined ? (VersionStage ?? "AWSCURRENT") : undefined;
      const request = { SecretId, VersionId, VersionStage: stage };
      const found = await call<GetSecretValueResponse>("GetSecretValue", request);
      return {
        id: `${SecretId}|${stage ?? VersionId}`,
        arn: found.ARN,
        secretId: SecretId,
        createdDate: timeOf(found.CreatedDate),
        region,
        secretBinary: found.SecretBinary ? Buffer.from(found.SecretBinary).toString("base64") : "",
        secretString: found.SecretString ?? "",
        versionId: found.VersionId,
        versionStage: stage ?? "",
        versionStages: found.VersionStages,
      };
    },
    "aws:secretsmanager/getRandomPassword:getRandomPassword": async ({ region: _, ...args }) => {
      const { RandomPassword } = await call<{ RandomPassword: string }>("GetRandomPassword", toAws(args) as object);
      return { ...args, id: RandomPassword, randomPassword: RandomPassword, region };
    },
  };
}
