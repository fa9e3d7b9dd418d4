/** Repositories, and their policies. */
import { isDeepStrictEqual } from "node:util";
import type { Repository } from "@aws-sdk/client-ecr";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import { described } from "../described.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagList, tagMap } from "../tags.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/ecr/${name}/`;

/** What a repository is, for its resource and for `getRepository`. */
export async function describeRepository(cloud: Cloud, name: string): Promise<Properties> {
  const ecr = <Answer>(operation: string, input: object) => cloud.call<Answer>("ecr", operation, input);
  type Found = { repositories: Repository[] };
  const found = (await ecr<Found>("DescribeRepositories", { repositoryNames: [name] })).repositories[0]!;
  const { tags } = await ecr<{ tags: { Key: string; Value: string }[] }>("ListTagsForResource", {
    resourceArn: found.repositoryArn,
  });
  const { encryptionType, kmsKey = "" } = found.encryptionConfiguration ?? {};
  return {
    name,
    arn: found.repositoryArn,
    registryId: found.registryId,
    repositoryUrl: found.repositoryUri,
    imageTagMutability: found.imageTagMutability,
    imageTagMutabilityExclusionFilters: found.imageTagMutabilityExclusionFilters,
    imageScanningConfiguration: { scanOnPush: found.imageScanningConfiguration?.scanOnPush ?? false },
    encryptionConfigurations: [{ encryptionType, kmsKey }],
    tagsAll: tagMap(tags),
  };
}

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
export function repository(cloud: Cloud): ResourceType {
  const ecr = <Answer>(operation: string, input: object) => cloud.call<Answer>("ecr", operation, input);
  const tagging = ["imageTagMutability", "imageTagMutabilityExclusionFilters"];
  return {
    ...described({
      type: "aws:ecr/repository:Repository",
      docs: docs("repository"),
      properties: ["name", "forceDelete", ...tagging, "imageScanningConfiguration", "encryptionConfigurations"],
      enums: {
        imageTagMutability: ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"],
        "encryptionConfigurations.encryptionType": ["AES256", "KMS", "KMS_DSSE"],
      },
      defaults: { imageTagMutability: "MUTABLE" },
      replaces: ["name", "encryptionConfigurations"],
      autoname: {
        property: "name",
        max: 256,
        pattern: /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
        lowercase: true,
      },
      taggable: true,
      async make(inputs) {
        const [encryptionConfiguration] = (inputs.encryptionConfigurations ?? []) as object[];
        await ecr("CreateRepository", {
          repositoryName: inputs.name,
          ...only(inputs, [...tagging, "imageScanningConfiguration"]),
          encryptionConfiguration,
          tags: tagList(inputs.tagsAll),
        });
        return String(inputs.name);
      },
      async settle(repositoryName, before, after) {
        const changes = (names: string[]) =>
          before.name !== undefined && names.some((name) => !isDeepStrictEqual(before[name], after[name]));
        if (changes(tagging)) await ecr("PutImageTagMutability", { repositoryName, ...only(after, tagging) });
        if (changes(["imageScanningConfiguration"])) {
          const imageScanningConfiguration = after.imageScanningConfiguration ?? { scanOnPush: false };
          await ecr("PutImageScanningConfiguration", { repositoryName, imageScanningConfiguration });
        }
      },
      async retag(_id, { put, remove }, { arn: resourceArn }) {
        if (remove.length > 0) await ecr("UntagResource", { resourceArn, tagKeys: remove });
        if (Object.keys(put).length > 0) await ecr("TagResource", { resourceArn, tags: tagList(put) });
      },
      describe: (id) => describeRepository(cloud, id),
      remove: (repositoryName, { forceDelete: force }) => ecr("DeleteRepository", { repositoryName, force }),
    }),
    onceRecorded: true,
  };
}

const only = (inputs: Properties, names: string[]): Properties =>
  Object.fromEntries(names.filter((name) => inputs[name] !== undefined).map((name) => [name, inputs[name]]));

/** A policy of a repository: its text, under the names that ECR has for it. */
function ofRepository(cloud: Cloud, name: "LifecyclePolicy" | "RepositoryPolicy", member: string): ResourceType {
  const ecr = <Answer>(operation: string, input: object) => cloud.call<Answer>("ecr", operation, input);
  const verb = name === "LifecyclePolicy" ? "Put" : "Set";
  const text = (policy: unknown): string => (typeof policy === "string" ? policy : JSON.stringify(policy));
  const put = async (inputs: Properties) => {
    const repositoryName = String(inputs.repository);
    await ecr(`${verb}${name}`, { repositoryName, [member]: text(inputs.policy) });
    return repositoryName;
  };
  return {
    ...described({
      type: `aws:ecr/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`,
      docs: docs(name.toLowerCase()),
      required: ["repository", "policy"],
      properties: ["repository", "policy"],
      replaces: ["repository"],
      idOf: ({ repository: of }) => String(of),
      make: put,
      settle: async (_id, before, after) => (before.repository === undefined ? undefined : put(after)),
      async describe(repositoryName, given) {
        const found = await ecr<Record<string, string>>(`Get${name}`, { repositoryName });
        const policy = given.policy === undefined ? found[member] : text(given.policy);
        return { repository: repositoryName, registryId: found.registryId, policy };
      },
      remove: (repositoryName) => ecr(`Delete${name}`, { repositoryName }),
    }),
    onceRecorded: true,
  };
}

export const lifecyclePolicy = (cloud: Cloud) => ofRepository(cloud, "LifecyclePolicy", "lifecyclePolicyText");
export const repositoryPolicy = (cloud: Cloud) => ofRepository(cloud, "RepositoryPolicy", "policyText");
