import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { GetObjectCommandOutput, GetObjectTaggingCommandOutput } from "@aws-sdk/client-s3";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import { tagMap } from "../tags.ts";

/** As the provider does, the body comes along only when it is readable text. */
const readable = /^(text\/|application\/(json|xml|yaml|x-yaml|ld\+json|x-sql)|.*\+(json|xml)$)/;

/** `aws.s3.getObject`: what is known of an object, and of a small text its text. */
export async function getObject(cloud: Cloud, { bucket, key, versionId, range }: Properties): Promise<Properties> {
  const named = { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
  const found = await cloud
    .call<GetObjectCommandOutput>("s3", "GetObject", { ...named, ...(range !== undefined && { Range: range }) })
    .catch((error: Error) => {
      throw new Error(`reading S3 Object (s3://${bucket}/${key}): ${error.message}`);
    });
  const stream = found.Body as Readable;
  let body = "";
  if (readable.test(found.ContentType ?? "")) body = await text(stream);
  else stream.destroy();
  const { TagSet } = await cloud.call<GetObjectTaggingCommandOutput>("s3", "GetObjectTagging", named);
  return {
    id: `${bucket}/${key}`,
    bucket,
    key,
    arn: `arn:aws:s3:::${bucket}/${key}`,
    body,
    bodyBase64: "",
    contentType: found.ContentType,
    contentLength: found.ContentLength,
    contentEncoding: found.ContentEncoding ?? "",
    cacheControl: found.CacheControl ?? "",
    etag: found.ETag?.replaceAll('"', ""),
    lastModified: found.LastModified?.toUTCString(),
    metadata: found.Metadata ?? {},
    storageClass: found.StorageClass ?? "STANDARD",
    serverSideEncryption: found.ServerSideEncryption,
    versionId: found.VersionId ?? "",
    tags: tagMap(TagSet as { Key: string; Value: string }[]),
    region: cloud.region,
  };
}
