/**
 * Images, and the component of awsx that makes one. They are pushed, not built: what runs for an image on this machine, option
 * `images` says.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AwsError, Cloud } from "local-aws/service";
import type { Component, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";

const sources = ["context", "dockerfile", "buildArgs", "target", "platforms"];

/**
 * An image that Docker would build and push. Its one file says of which files it is: when those beside its Dockerfile change,
 * so does its digest.
 */
export function image(cloud: Cloud): ResourceType {
  const built = async (inputs: Properties) => {
    const contextHash = hashOf(inputs);
    const { config, manifest, digest } = imageOf(contextHash);
    const tags = (inputs.tags ?? []) as string[];
    if (inputs.push) for (const tag of tags) await push(cloud, tag, { config, manifest });
    return { id: digest, outputs: { ...inputs, digest, ref: `${tags[0] ?? ""}@${digest}`, contextHash } };
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
    create: built,
    update: (_id, _before, after) => built(after),
    async delete() {},
  };
}

const digestOf = (inputs: Properties): string => imageOf(hashOf(inputs)).digest;

/** Without layers: there is no file system in it. https://github.com/opencontainers/image-spec/blob/main/manifest.md */
function imageOf(contextHash: string): { config: string; manifest: string; digest: string } {
  const config = JSON.stringify({ architecture: "amd64", os: "linux", config: { Labels: { contextHash } } });
  const mediaType = "application/vnd.docker.container.image.v1+json";
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    config: { mediaType, size: config.length, digest: sha256(config) },
    layers: [],
  });
  return { config, manifest, digest: sha256(manifest) };
}

const sha256 = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** Registries other than ECR's are not here: what is for them stays a digest. */
async function push(
  cloud: Cloud,
  tag: string,
  { config, manifest }: { config: string; manifest: string },
): Promise<void> {
  const [, account, region = "", repositoryName, imageTag] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)(?::(.+))?$/.exec(tag) ?? [];
  if (account !== cloud.accountId) return;
  const ecr = <Answer>(operation: string, input: object) =>
    cloud.in(region).call<Answer>("ecr", operation, { repositoryName, ...input });
  const layerDigests = [sha256(config)];
  type Layers = { layers: { layerAvailability: string }[] };
  const { layers } = await ecr<Layers>("BatchCheckLayerAvailability", { layerDigests });
  if (layers[0]?.layerAvailability !== "AVAILABLE") {
    const { uploadId } = await ecr<{ uploadId: string }>("InitiateLayerUpload", {});
    const layerPartBlob = Buffer.from(config);
    const part = { uploadId, partFirstByte: 0, partLastByte: layerPartBlob.length - 1, layerPartBlob };
    await ecr("UploadLayerPart", part);
    await ecr("CompleteLayerUpload", { uploadId, layerDigests });
  }
  await ecr("PutImage", { imageManifest: manifest, imageTag }).catch((error: Partial<AwsError>) => {
    if (error.code !== "ImageAlreadyExistsException") throw error;
  });
}

function hashOf({ context, dockerfile, buildArgs, target, platforms }: Properties): string {
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

/** https://www.pulumi.com/registry/packages/awsx/api-docs/ecr/image/ */
export const imageComponent: Component = async (inputs, { name, resource }) => {
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
