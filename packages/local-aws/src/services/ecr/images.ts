/** Images: manifests with tags, listed, read, put and deleted. */
import { createHash } from "node:crypto";
import type { ImageDetail, ImageFailure, ImageIdentifier } from "@aws-sdk/client-ecr";
import { compilePattern, matchesPattern } from "../../authorization/pattern.ts";
import { parseJson } from "../../jsonText.ts";
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import type { Layers } from "./layers.ts";
import { type Image, invalidParameter, invalidToken, type Records, type Repository } from "./records.ts";

const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
/** Each list of manifests has images of its own. */
const lists = ["application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json"];

interface Manifest {
  mediaType?: string;
  artifactType?: string;
  config?: { mediaType?: string; digest?: string; size?: number };
  layers?: { digest?: string; size?: number }[];
  manifests?: { digest?: string }[];
}

export function imageOperations(records: Records, layers: Layers): Operations<"ecr"> {
  const found = ({ name }: Repository, { imageDigest, imageTag }: ImageIdentifier): Image | undefined =>
    records
      .images(name)
      .find(
        (image) =>
          (imageDigest === undefined || image.digest === imageDigest) &&
          (imageTag === undefined || image.tags.includes(imageTag)) &&
          (imageDigest ?? imageTag) !== undefined,
      );

  return {
    PutImage: {
      access: ({ repositoryName }) => records.needs("PutImage", repositoryName),
      run({ registryId, repositoryName, imageManifest, imageManifestMediaType, imageTag, imageDigest }) {
        const repository = records.repository(repositoryName, registryId);
        const manifest = readManifest(imageManifest);
        const digest = `sha256:${createHash("sha256").update(imageManifest).digest("hex")}`;
        if (imageDigest !== undefined && imageDigest !== digest) {
          const message = `The digest of the image manifest is ${digest}, not ${imageDigest}`;
          throw new AwsError("ImageDigestDoesNotMatchException", message);
        }
        if (imageTag !== undefined && !/^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}$/.test(imageTag)) {
          throw invalidParameter("imageTag", "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}'");
        }
        checkParts(records, layers, repository, manifest);
        const before = found(repository, { imageDigest: digest });
        const tagged = imageTag === undefined ? undefined : found(repository, { imageTag });
        if (before && (imageTag === undefined || before.tags.includes(imageTag))) {
          const message = `Image with digest '${digest}' and tag '${imageTag ?? ""}' already exists in the repository with name '${repositoryName}' ${records.registry}`;
          throw new AwsError("ImageAlreadyExistsException", message);
        }
        if (tagged && isImmutable(repository, imageTag!)) {
          const message = `The image tag '${imageTag}' already exists in the '${repositoryName}' repository and cannot be overwritten because the tag is immutable.`;
          throw new AwsError("ImageTagAlreadyExistsException", message);
        }
        if (tagged)
          records.putImage(repositoryName, { ...tagged, tags: tagged.tags.filter((tag) => tag !== imageTag) });
        const parts = [manifest.config, ...(manifest.layers ?? [])];
        const image: Image = before ?? {
          digest,
          manifest: imageManifest,
          mediaType: imageManifestMediaType ?? manifest.mediaType ?? dockerManifest,
          tags: [],
          size: parts.reduce((sum, part) => sum + (part?.size ?? 0), 0),
          pushed: Date.now(),
        };
        records.putImage(repositoryName, {
          ...image,
          tags: [...image.tags, ...(imageTag === undefined ? [] : [imageTag])],
        });
        return { image: shown(repository, image, imageTag) };
      },
    },
    BatchGetImage: {
      access: ({ repositoryName }) => records.needs("BatchGetImage", repositoryName),
      run({ registryId, repositoryName, imageIds, acceptedMediaTypes }) {
        const repository = records.repository(repositoryName, registryId);
        const asked = imageIds.map((id) => ({ id, image: found(repository, id) }));
        const unfit = ({ image }: { image: Image | undefined }) =>
          image && acceptedMediaTypes?.length && !acceptedMediaTypes.includes(image.mediaType);
        return {
          images: asked.flatMap((one) =>
            one.image && !unfit(one) ? [shown(repository, one.image, one.id.imageTag)] : [],
          ),
          failures: asked.flatMap((one): ImageFailure[] => {
            if (!one.image) return [missing(one.id)];
            const failureReason = `The image has the media type ${one.image.mediaType}`;
            return unfit(one) ? [{ imageId: one.id, failureCode: "InvalidImageDigest", failureReason }] : [];
          }),
        };
      },
    },
    DescribeImages: {
      access: ({ repositoryName }) => records.needs("DescribeImages", repositoryName),
      run({ registryId, repositoryName, imageIds, filter, ...paging }) {
        const repository = records.repository(repositoryName, registryId);
        if (imageIds?.length) {
          const images = imageIds.map((id) => found(repository, id) ?? absent(repository, id));
          return { imageDetails: [...new Set(images)].map((image) => detail(repository, image)) };
        }
        const all = records.images(repositoryName).filter(ofStatus(filter?.tagStatus));
        const { items, next } = page(all, paging, ({ digest }) => digest, { invalid: invalidToken });
        return {
          imageDetails: items.map((image) => detail(repository, image)),
          ...(next !== undefined && { nextToken: next }),
        };
      },
    },
    ListImages: {
      access: ({ repositoryName }) => records.needs("ListImages", repositoryName),
      run({ registryId, repositoryName, filter, ...paging }) {
        const { name } = records.repository(repositoryName, registryId);
        const all = records
          .images(name)
          .filter(ofStatus(filter?.tagStatus))
          .flatMap(({ digest, tags }): ImageIdentifier[] =>
            tags.length === 0 ? [{ imageDigest: digest }] : tags.map((imageTag) => ({ imageDigest: digest, imageTag })),
          );
        const key = ({ imageDigest = "", imageTag = "" }: ImageIdentifier) => [imageDigest, imageTag];
        const { items, next } = page(all, paging, key, { invalid: invalidToken });
        return { imageIds: items, ...(next !== undefined && { nextToken: next }) };
      },
    },
    BatchDeleteImage: {
      access: ({ repositoryName }) => records.needs("BatchDeleteImage", repositoryName),
      run({ registryId, repositoryName, imageIds }) {
        const repository = records.repository(repositoryName, registryId);
        const gone: ImageIdentifier[] = [];
        const failures: ImageFailure[] = [];
        for (const id of imageIds) {
          const image = found(repository, id);
          if (!image) {
            failures.push(missing(id));
            continue;
          }
          const { digest, tags } = image;
          // By a tag only that tag goes, and with the last one the image.
          const left = id.imageDigest === undefined ? tags.filter((tag) => tag !== id.imageTag) : [];
          if (left.length > 0) records.putImage(repositoryName, { ...image, tags: left });
          else records.deleteImage(repositoryName, digest);
          const goes = id.imageDigest === undefined ? [id.imageTag] : tags.length > 0 ? tags : [undefined];
          gone.push(...goes.map((imageTag) => ({ imageDigest: digest, ...(imageTag !== undefined && { imageTag }) })));
        }
        return { imageIds: gone, failures };
      },
    },
    DescribeImageScanFindings: {
      access: ({ repositoryName }) => records.needs("DescribeImageScanFindings", repositoryName),
      run({ registryId, repositoryName, imageId }) {
        const repository = records.repository(repositoryName, registryId);
        if (!found(repository, imageId)) absent(repository, imageId);
        const message = `Image scan does not exist for the image with '${told(imageId)}' in the repository with name '${repositoryName}' ${records.registry}`;
        throw new AwsError("ScanNotFoundException", message);
      },
    },
  };

  function shown({ name: repositoryName }: Repository, image: Image, imageTag: string | undefined) {
    return {
      registryId: records.accountId,
      repositoryName,
      imageId: { imageDigest: image.digest, ...(imageTag !== undefined && { imageTag }) },
      imageManifest: image.manifest,
      imageManifestMediaType: image.mediaType,
    };
  }

  function detail({ name: repositoryName }: Repository, image: Image): ImageDetail {
    const { artifactType, config } = readManifest(image.manifest);
    const artifactMediaType = artifactType ?? config?.mediaType;
    return {
      registryId: records.accountId,
      repositoryName,
      imageDigest: image.digest,
      ...(image.tags.length > 0 && { imageTags: image.tags }),
      imageSizeInBytes: image.size,
      imagePushedAt: new Date(image.pushed),
      imageManifestMediaType: image.mediaType,
      ...(artifactMediaType !== undefined && { artifactMediaType }),
    };
  }

  function absent({ name }: Repository, id: ImageIdentifier): never {
    const message = `The image with imageId ${told(id)} does not exist within the repository with name '${name}' ${records.registry}`;
    throw new AwsError("ImageNotFoundException", message);
  }
}

const told = ({ imageDigest = "null", imageTag = "null" }: ImageIdentifier): string =>
  `{imageDigest:'${imageDigest}', imageTag:'${imageTag}'}`;

const missing = (imageId: ImageIdentifier): ImageFailure =>
  imageId.imageDigest === undefined && imageId.imageTag === undefined
    ? {
        imageId,
        failureCode: "MissingDigestAndTag",
        failureReason: "Invalid request parameters: both tag and digest cannot be null",
      }
    : { imageId, failureCode: "ImageNotFound", failureReason: "Requested image not found" };

const ofStatus =
  (status: string | undefined) =>
  ({ tags }: Image): boolean =>
    status === "TAGGED" ? tags.length > 0 : status === "UNTAGGED" ? tags.length === 0 : true;

function isImmutable({ mutability, exclusions = [] }: Repository, tag: string): boolean {
  const excluded = exclusions.some(({ filter = "" }) => matchesPattern(compilePattern(filter), tag));
  return mutability.startsWith("IMMUTABLE") !== excluded;
}

/** @throws AwsError for what is no manifest. */
function readManifest(text: string): Manifest {
  try {
    const read = parseJson(text);
    if (typeof read === "object" && read !== null && !Array.isArray(read)) return read as Manifest;
  } catch {
    // No JSON is no manifest either.
  }
  throw invalidParameter("imageManifest", "Invalid JSON syntax");
}

/** @throws AwsError where the repository lacks a part that the manifest names. */
function checkParts(records: Records, layers: Layers, { name }: Repository, manifest: Manifest): void {
  if (lists.includes(manifest.mediaType ?? "") || Array.isArray(manifest.manifests)) {
    const own = records.images(name).map(({ digest }) => digest);
    const absent = (manifest.manifests ?? []).flatMap(({ digest = "" }) => (own.includes(digest) ? [] : [digest]));
    if (absent.length === 0) return;
    const message = `Images with digests '${absent.join(", ")}' required for pushing image into repository with name '${name}' ${records.registry} do not exist`;
    throw new AwsError("ReferencedImagesNotFoundException", message);
  }
  const parts = [manifest.config, ...(Array.isArray(manifest.layers) ? manifest.layers : [])];
  const absent = parts.flatMap((part) => (part?.digest && layers.has(name, part.digest) ? [] : [part?.digest ?? ""]));
  if (absent.length === 0) return;
  const message = `Layers with digests '[${absent.join(", ")}]' required for pushing image into repository with name '${name}' ${records.registry} do not exist`;
  throw new AwsError("LayersNotFoundException", message);
}
