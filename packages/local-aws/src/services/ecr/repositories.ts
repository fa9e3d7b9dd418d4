/** Repositories and their settings. */
import type { EncryptionConfiguration, Repository as Shape } from "@aws-sdk/client-ecr";
import { page } from "../../kit/page.ts";
import { type Tags, tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import type { Layers } from "./layers.ts";
import { invalidParameter, invalidToken, type Records, type Repository } from "./records.ts";

const namePattern = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";
const mutabilities = ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"];

export function repositoryOperations(records: Records, layers: Layers): Operations<"ecr"> {
  const described = (one: Repository): Shape => ({
    repositoryArn: records.arn(one.name),
    registryId: records.accountId,
    repositoryName: one.name,
    repositoryUri: records.uri(one.name),
    createdAt: new Date(one.created),
    imageTagMutability: one.mutability,
    ...(one.exclusions && { imageTagMutabilityExclusionFilters: one.exclusions }),
    imageScanningConfiguration: { scanOnPush: one.scanOnPush },
    encryptionConfiguration: one.encryption,
  });

  return {
    CreateRepository: {
      access: ({ repositoryName }) => records.needs("CreateRepository", repositoryName),
      run(input) {
        const { repositoryName: name, imageTagMutability = "MUTABLE", tags, encryptionConfiguration } = input;
        if (!isName(name)) throw invalidParameter("repositoryName", `must satisfy regular expression '${namePattern}'`);
        if (records.repositories.has(name)) {
          const message = `The repository with name '${name}' already exists ${records.registry}`;
          throw new AwsError("RepositoryAlreadyExistsException", message);
        }
        checkMutability(imageTagMutability, input.imageTagMutabilityExclusionFilters);
        const exclusions = input.imageTagMutabilityExclusionFilters;
        const made: Repository = {
          name,
          created: Date.now(),
          mutability: imageTagMutability,
          ...(exclusions?.length && { exclusions }),
          scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
          encryption: encryption(records, encryptionConfiguration),
          tags: checkedTags(tagMap(tags)),
        };
        records.put(made);
        return { repository: described(made) };
      },
    },
    DescribeRepositories: {
      access: ({ repositoryNames }) =>
        records.needs("DescribeRepositories", ...(repositoryNames?.length ? repositoryNames : [undefined])),
      run({ registryId, repositoryNames, ...paging }) {
        if (repositoryNames?.length) {
          return { repositories: repositoryNames.map((name) => described(records.repository(name, registryId))) };
        }
        const { items, next } = page(records.repositories.values(), paging, ({ name }) => name, {
          invalid: invalidToken,
        });
        return { repositories: items.map(described), ...(next !== undefined && { nextToken: next }) };
      },
    },
    DeleteRepository: {
      access: ({ repositoryName }) => records.needs("DeleteRepository", repositoryName),
      run({ registryId, repositoryName, force }) {
        const found = records.repository(repositoryName, registryId);
        const images = records.images(found.name);
        if (images.length > 0 && !force) {
          const message = `The repository with name '${found.name}' ${records.registry} cannot be deleted because it still contains images`;
          throw new AwsError("RepositoryNotEmptyException", message.replace("in the registry", "in registry"));
        }
        for (const { digest } of images) records.deleteImage(found.name, digest);
        layers.forget(found.name);
        records.repositories.delete(found.name);
        return { repository: described(found) };
      },
    },
    PutImageTagMutability: {
      access: ({ repositoryName }) => records.needs("PutImageTagMutability", repositoryName),
      run({ registryId, repositoryName, imageTagMutability: mutability, imageTagMutabilityExclusionFilters: filters }) {
        const { exclusions: _, ...found } = records.repository(repositoryName, registryId);
        checkMutability(mutability, filters);
        records.put({ ...found, mutability, ...(filters?.length && { exclusions: filters }) });
        return {
          ...{ registryId: records.accountId, repositoryName, imageTagMutability: mutability },
          ...(filters?.length && { imageTagMutabilityExclusionFilters: filters }),
        };
      },
    },
    PutImageScanningConfiguration: {
      access: ({ repositoryName }) => records.needs("PutImageScanningConfiguration", repositoryName),
      run({ registryId, repositoryName, imageScanningConfiguration }) {
        const { scanOnPush = false } = imageScanningConfiguration;
        records.put({ ...records.repository(repositoryName, registryId), scanOnPush });
        return { registryId: records.accountId, repositoryName, imageScanningConfiguration: { scanOnPush } };
      },
    },
    BatchGetRepositoryScanningConfiguration: {
      access: ({ repositoryNames = [] }) =>
        records.needs("BatchGetRepositoryScanningConfiguration", ...repositoryNames),
      run({ repositoryNames }) {
        const found = repositoryNames.flatMap((name) => records.repositories.get(name) ?? []);
        const missing = repositoryNames.filter((name) => !records.repositories.has(name));
        return {
          scanningConfigurations: found.map(({ name, scanOnPush }) => ({
            repositoryArn: records.arn(name),
            repositoryName: name,
            scanOnPush,
            scanFrequency: scanOnPush ? ("SCAN_ON_PUSH" as const) : ("MANUAL" as const),
            appliedScanFilters: [],
          })),
          failures: missing.map((repositoryName) => ({
            repositoryName,
            failureCode: "REPOSITORY_NOT_FOUND" as const,
            failureReason: `The repository with name '${repositoryName}' does not exist ${records.registry}`,
          })),
        };
      },
    },

    ListTagsForResource: {
      access: ({ resourceArn }) => records.needs("ListTagsForResource", nameIn(resourceArn)),
      run: ({ resourceArn }) => ({ tags: tagList(records.repository(nameIn(resourceArn)).tags) }),
    },
    TagResource: {
      access: ({ resourceArn }) => records.needs("TagResource", nameIn(resourceArn)),
      run({ resourceArn, tags }) {
        const found = records.repository(nameIn(resourceArn));
        records.put({ ...found, tags: checkedTags({ ...found.tags, ...tagMap(tags) }) });
        return {};
      },
    },
    UntagResource: {
      access: ({ resourceArn }) => records.needs("UntagResource", nameIn(resourceArn)),
      run({ resourceArn, tagKeys }) {
        const found = records.repository(nameIn(resourceArn));
        records.put({ ...found, tags: withoutTags(found.tags, tagKeys) });
        return {};
      },
    },
  };
}

const nameIn = (arn = ""): string => arn.split(":repository/")[1] ?? "";

const isName = (name: string): boolean =>
  name.length >= 2 && name.length <= 256 && name.split("/").every((part) => /^[a-z0-9]+([._-][a-z0-9]+)*$/.test(part));

function checkMutability(value: string, filters: unknown[] | undefined): void {
  if (!mutabilities.includes(value)) {
    throw invalidParameter("imageTagMutability", `must be one of ${mutabilities.join(", ")}`);
  }
  if (value.endsWith("_WITH_EXCLUSION") === Boolean(filters?.length)) return;
  const constraint = "must be given with the mutabilities that end in _WITH_EXCLUSION, and with no other";
  throw invalidParameter("imageTagMutabilityExclusionFilters", constraint);
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html */
function encryption(
  { region, accountId }: Records,
  given: EncryptionConfiguration | undefined,
): EncryptionConfiguration {
  const { encryptionType = "AES256", kmsKey } = given ?? {};
  if (!["AES256", "KMS", "KMS_DSSE"].includes(encryptionType)) {
    throw invalidParameter("encryptionConfiguration.encryptionType", "must be one of AES256, KMS, KMS_DSSE");
  }
  if (encryptionType !== "AES256") {
    return { encryptionType, kmsKey: kmsKey ?? `arn:aws:kms:${region}:${accountId}:alias/aws/ecr` };
  }
  if (kmsKey === undefined) return { encryptionType };
  throw invalidParameter("encryptionConfiguration.kmsKey", "must not be given with encryption type AES256");
}

/** @throws AwsError */
function checkedTags(tags: Tags): Tags {
  const entries = Object.entries(tags);
  const wrong = entries.find(
    ([key, value]) => key === "" || key.length > 128 || value.length > 256 || /^aws:/i.test(key),
  );
  if (wrong) {
    const message = `The tag with key '${wrong[0]}' is invalid: keys have 1 to 128 characters and do not begin with aws:, values have at most 256`;
    throw new AwsError("InvalidTagParameterException", message);
  }
  if (entries.length > 50) throw new AwsError("TooManyTagsException", "A repository can have at most 50 tags");
  return tags;
}
