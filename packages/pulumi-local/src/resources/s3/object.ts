import { createReadStream } from "node:fs";
import type { HeadObjectCommandOutput, PutObjectCommandOutput } from "@aws-sdk/client-s3";
import type { Cloud } from "local-aws/service";
import { isAsset, type Made, type Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { deleteVersions, docs, toWire } from "./wire.ts";

const passed = [
  ...["cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "contentType", "metadata"],
  ...["serverSideEncryption", "storageClass"],
];

/** An object whose content the program has; under either of the provider's two names for it. */
export const objects = (cloud: Cloud): ResourceType[] =>
  ["BucketObject", "BucketObjectv2"].map((name) => object(cloud, name));

function object(cloud: Cloud, name: string): ResourceType {
  const put = async (inputs: Properties): Promise<Made> => {
    const { bucket: Bucket, key: Key, tagsAll } = inputs;
    const settings = toWire(Object.fromEntries(passed.map((one) => [one, inputs[one]]))) as object;
    const tags = new URLSearchParams((tagsAll ?? {}) as Record<string, string>).toString();
    const input = { Bucket, Key, Body: body(inputs), ...settings, ...(tags && { Tagging: tags }) };
    // Keys of metadata are the caller's own.
    if (inputs.metadata) Object.assign(input, { Metadata: inputs.metadata });
    const { ETag, VersionId } = await cloud.call<PutObjectCommandOutput>("s3", "PutObject", input);
    return made(inputs, ETag, VersionId);
  };
  const made = (inputs: Properties, etag = "", versionId = ""): Made => ({
    id: String(inputs.key),
    outputs: {
      ...inputs,
      arn: `arn:aws:s3:::${inputs.bucket}/${inputs.key}`,
      etag: etag.replaceAll('"', ""),
      versionId,
      region: cloud.region,
    },
  });

  return {
    type: `aws:s3/${name[0]!.toLowerCase()}${name.slice(1)}:${name}`,
    docs: docs(name.toLowerCase()),
    required: ["bucket"],
    properties: ["bucket", "key", "source", "content", "contentBase64", "sourceHash", "forceDestroy", ...passed],
    inert: ["bucketKeyEnabled", "etag", "kmsKeyId"],
    replaces: ["bucket", "key"],
    // Without a key the object has the resource's name, as it is.
    validate: validateContent,
    taggable: true,
    changesWith: { etag: ["source", "content", "contentBase64"], versionId: ["source", "content", "contentBase64"] },
    create: (inputs, context) => put({ ...inputs, key: inputs.key ?? context.name }),
    update: (id, _before, after) => put({ ...after, key: id }),
    async delete(id, { bucket }) {
      await deleteVersions(cloud, bucket, id);
    },
    async read(id, context) {
      const inputs = { ...context.previous?.inputs, key: id };
      const input = { Bucket: (inputs as Properties).bucket, Key: id };
      const { ETag, VersionId } = await cloud.call<HeadObjectCommandOutput>("s3", "HeadObject", input);
      return made(inputs, ETag, VersionId);
    },
  };
}

function validateContent(inputs: Properties) {
  const given = ["source", "content", "contentBase64"].filter((name) => inputs[name] !== undefined);
  if (given.length > 1) return [{ property: given[1]!, reason: `cannot be given together with ${given[0]}` }];
  const { source } = inputs;
  if (source !== undefined && !isAsset(source))
    return [{ property: "source", reason: "must be an asset: a file or a text" }];
  return [];
}

function body({ source, content, contentBase64 }: Properties): unknown {
  if (isAsset(source))
    return source.path === undefined ? Buffer.from(source.text ?? "") : createReadStream(source.path);
  if (contentBase64 !== undefined) return Buffer.from(String(contentBase64), "base64");
  return Buffer.from(String(content ?? ""));
}
