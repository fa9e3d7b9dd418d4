import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { Crc64Nvme } from "@aws-sdk/checksums/crc";
import { GetObjectCommand, GetObjectTaggingCommand } from "@aws-sdk/client-s3";
import { s3 } from "./clients.ts";
import { type FileInfo, FileVanished, fileError, urlOf } from "./granule.ts";

export interface FileName {
  bucket: string;
  key: string;
  versionId?: string | undefined;
}

interface ReadFile {
  file: FileInfo;
  /** The object's metadata, overridden by its tags; names in small letters. */
  labels: Record<string, string>;
}

/**
 * Reads a file once, from its first to its last byte, and keeps none of them: memory does not grow with its size.
 * @throws {FileVanished} when there is no such object or version.
 */
export async function readFile({ bucket, key, versionId }: FileName): Promise<ReadFile> {
  const what = urlOf(bucket, key);
  const named = { Bucket: bucket, Key: key };
  try {
    const object = await s3.send(
      new GetObjectCommand({ ...named, ...(versionId && { VersionId: versionId }), ChecksumMode: "ENABLED" }),
    );
    const sha256 = createHash("sha256");
    // S3 knows the whole's CRC of what was uploaded lately; of older objects we compute it.
    const known = object.ChecksumType === "COMPOSITE" ? undefined : object.ChecksumCRC64NVME;
    const crc64 = known ? undefined : new Crc64Nvme();
    let size = 0;
    for await (const chunk of object.Body as Readable) {
      sha256.update(chunk);
      crc64?.update(chunk);
      size += chunk.length;
    }
    if (size !== object.ContentLength) throw new Error(`${what}: ${size} of ${object.ContentLength} bytes arrived`);
    const version = object.VersionId && object.VersionId !== "null" ? object.VersionId : undefined;
    const { TagSet = [] } = await s3.send(
      new GetObjectTaggingCommand({ ...named, ...(version && { VersionId: version }) }),
    );
    const file: FileInfo = {
      bucket,
      key,
      ...(version && { versionId: version }),
      etag: object.ETag ?? "",
      size,
      contentType: object.ContentType ?? "application/octet-stream",
      sha256: sha256.digest("hex"),
      crc64: known ?? Buffer.from(await crc64!.digest()).toString("base64"),
      lastModified: (object.LastModified ?? new Date(0)).toISOString(),
    };
    const tags = Object.fromEntries(TagSet.map(({ Key = "", Value = "" }) => [Key.toLowerCase(), Value]));
    return { file, labels: { ...object.Metadata, ...tags } };
  } catch (error) {
    throw error instanceof FileVanished ? error : fileError(error, what);
  }
}
