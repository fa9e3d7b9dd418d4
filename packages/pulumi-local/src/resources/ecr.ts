/**
 * Repositories and images of ECR, and the components of awsx that make them. They are recorded, not built: what an image
 * is on this machine, option `images` says.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Cloud } from "local-aws/service";
import type { Component, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/ecr/${name}/`;

export const ecrResources: ServiceResources = (cloud) => ({
  types: [repository(cloud), lifecyclePolicy(cloud), repositoryPolicy(cloud), image()],
  components: { "awsx:ecr:Repository": repositoryComponent, "awsx:ecr:Image": imageComponent },
});

/** https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html */
function repository(cloud: Cloud): ResourceType {
  const made = (inputs: Properties) => {
    const { accountId: registryId, region } = cloud;
    const name = String(inputs.name);
    return {
      id: name,
      outputs: {
        ...inputs,
        registryId,
        region,
        arn: `arn:aws:ecr:${region}:${registryId}:repository/${name}`,
        repositoryUrl: `${registryId}.dkr.ecr.${region}.amazonaws.com/${name}`,
      },
    };
  };
  return {
    type: "aws:ecr/repository:Repository",
    docs: docs("repository"),
    properties: ["name", "forceDelete", "imageTagMutability"],
    inert: ["encryptionConfigurations", "imageScanningConfiguration", "imageTagMutabilityExclusionFilters"],
    enums: { imageTagMutability: ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"] },
    defaults: { imageTagMutability: "MUTABLE" },
    replaces: ["name", "encryptionConfigurations"],
    autoname: {
      property: "name",
      max: 256,
      pattern: /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
      lowercase: true,
    },
    taggable: true,
    create: async (inputs) => made(inputs),
    update: async (_id, _before, after) => made(after),
    async delete() {},
  };
}

const ofRepository = (cloud: Cloud, type: string, name: string): ResourceType => ({
  type,
  docs: docs(name),
  required: ["repository", "policy"],
  properties: ["repository", "policy"],
  replaces: ["repository"],
  idOf: ({ repository: of }) => String(of),
  create: async (inputs) => ({
    id: String(inputs.repository),
    outputs: { ...inputs, policy: text(inputs.policy), registryId: cloud.accountId },
  }),
  update: async (id, _before, after) => ({
    id,
    outputs: { ...after, policy: text(after.policy), registryId: cloud.accountId },
  }),
  async delete() {},
});

const lifecyclePolicy = (cloud: Cloud) =>
  ofRepository(cloud, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "lifecyclepolicy");
const repositoryPolicy = (cloud: Cloud) =>
  ofRepository(cloud, "aws:ecr/repositoryPolicy:RepositoryPolicy", "repositorypolicy");

const text = (policy: unknown): string => (typeof policy === "string" ? policy : JSON.stringify(policy));

const sources = ["context", "dockerfile", "buildArgs", "target", "platforms"];

/** An image that Docker would build and push. Its digest is of the files beside its Dockerfile: when they change, so does it. */
function image(): ResourceType {
  const built = (inputs: Properties) => {
    const digest = digestOf(inputs);
    const [tag] = (inputs.tags ?? []) as string[];
    return { id: digest, outputs: { ...inputs, digest, ref: `${tag ?? ""}@${digest}`, contextHash: digest } };
  };
  return {
    type: "docker-build:index:Image",
    docs: "https://www.pulumi.com/registry/packages/docker-build/api-docs/image/",
    required: ["push"],
    properties: ["tags", "push", ...sources],
    inert: [
      ...["addHosts", "builder", "buildOnPreview", "cacheFrom", "cacheTo", "exec", "exports", "labels", "load"],
      ...["network", "noCache", "pull", "registries", "secrets", "ssh"],
    ],
    changesWith: { digest: sources, ref: sources, contextHash: sources },
    // Other files, and the same inputs.
    stale: (outputs) => (outputs.digest === digestOf(outputs) ? [] : ["context"]),
    create: async (inputs) => built(inputs),
    update: async (_id, _before, after) => built(after),
    async delete() {},
  };
}

function digestOf({ context, dockerfile, buildArgs, target, platforms }: Properties): string {
  const at = String((context as Properties | undefined)?.location ?? ".");
  const file = String((dockerfile as Properties | undefined)?.location ?? join(at, "Dockerfile"));
  const hash = createHash("sha256").update(JSON.stringify([at, file, buildArgs, target, platforms]));
  const paths = [dirname(file), ...admitted(file).map((path) => join(at, path))].flatMap(filesBelow);
  for (const path of [...new Set(paths)].sort()) hash.update(`\n${path}\n`).update(readFileSync(path));
  return `sha256:${hash.digest("hex")}`;
}

/**
 * What a context that is otherwise left out holds nevertheless, by the Dockerfile's own list (`!handlers/lib`).
 * https://docs.docker.com/build/concepts/context/#filename-and-location
 */
function admitted(dockerfile: string): string[] {
  const list = `${dockerfile}.dockerignore`;
  if (!existsSync(list)) return [];
  return readFileSync(list, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1).trim());
}

/** A folder's files, those of its folders included; a file is its own. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && !name.startsWith("."))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
    });
}

const repositoryComponent: Component = async (inputs, { name, resource }) => {
  const { lifecyclePolicy: lifecycle, ...settings } = inputs as Properties & { lifecyclePolicy?: Lifecycle };
  // awsx itself makes the names that ECR takes.
  const child = name.toLowerCase();
  const made = await resource("aws:ecr/repository:Repository", child, settings);
  const outputs = { repository: made.reference, url: made.outputs.repositoryUrl };
  if (lifecycle?.skip) return outputs;
  const policy = JSON.stringify({ rules: lifecycleRules(lifecycle) });
  const kept = await resource(
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    child,
    { repository: made.outputs.name, policy },
    [made.urn],
  );
  return { ...outputs, lifecyclePolicy: kept.reference };
};

interface Lifecycle {
  skip?: boolean;
  rules?: {
    description?: string;
    tagStatus?: string;
    tagPrefixList?: string[];
    maximumNumberOfImages?: number;
    maximumAgeLimit?: number;
  }[];
}

/** ECR's rules of awsx's: what is for any image counts last. */
function lifecycleRules({ rules = [{ tagStatus: "untagged", maximumNumberOfImages: 1 }] }: Lifecycle = {}): object[] {
  const last = (status: string | undefined) => (status === "any" ? 1 : 0);
  return rules
    .toSorted((a, b) => last(a.tagStatus) - last(b.tagStatus))
    .map(({ description, tagStatus, tagPrefixList, maximumNumberOfImages, maximumAgeLimit }, index) => ({
      rulePriority: index + 1,
      description,
      selection: {
        tagStatus,
        tagPrefixList,
        ...(maximumNumberOfImages === undefined
          ? { countType: "sinceImagePushed", countNumber: maximumAgeLimit, countUnit: "days" }
          : { countType: "imageCountMoreThan", countNumber: maximumNumberOfImages }),
      },
      action: { type: "expire" },
    }));
}

const imageComponent: Component = async (inputs, { name, resource }) => {
  const { repositoryUrl, imageTag, imageName, context = ".", dockerfile, args, target, platform } = inputs;
  const made = await resource("docker-build:index:Image", `${name}-container`, {
    tags: [`${repositoryUrl}:${imageName ?? imageTag ?? name}`],
    context: { location: context },
    ...(dockerfile !== undefined && { dockerfile: { location: dockerfile } }),
    ...(args !== undefined && { buildArgs: args }),
    ...(target !== undefined && { target }),
    platforms: platform === undefined ? [] : [platform],
    push: true,
  });
  // A preview may not know the repository yet.
  if (repositoryUrl === undefined) return {};
  return { imageUri: `${repositoryUrl}@${made.outputs.digest ?? digestOf(made.outputs)}` };
};
