/** Copies: of a whole object, or of a range of it as a part. */
import type { Operations } from "../../../operations.ts";
import type { Input } from "../../../sdks.ts";
import type { Access, Call } from "../../../service.ts";
import { existingTags, objectAccess, versioned, writeAccess } from "../access.ts";
import { defaultAlgorithm, readAlgorithm } from "../checksum.ts";
import { checkCopySource, checkWrite } from "../conditions.ts";
import { checkCustomerKey } from "../customerKey.ts";
import { defined, describe, encryptionMembers } from "../describe.ts";
import { invalidArgument, invalidRequest } from "../errors.ts";
import { expirationOf } from "../expiration.ts";
import { useToRead, useToWrite } from "../keyUse.ts";
import { checkKey, readTagging } from "../names.ts";
import { checksumMembers, maxPut, receive } from "../receive.ts";
import type { BucketRecord, Checksum, Description, Segment, Version } from "../records.ts";
import { quoted, type S3State, toldVersion } from "../state.ts";
import { checkReadable, etagOf } from "./objects.ts";

export interface CopySource {
  bucket: string;
  key: string;
  versionId: string | undefined;
}

/** `bucket/key?versionId=ID`, URL-encoded (a space may be a plus), with or without a slash before it. @throws AwsError `InvalidArgument` */
function readCopySource(header: string): CopySource {
  const [path = "", query = ""] = header.split(/\?(?=versionId=)/);
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.replaceAll("+", " ")).replace(/^\//, "");
  } catch {
    throw invalidArgument("Invalid copy source encoding.", "x-amz-copy-source", header);
  }
  const slash = decoded.indexOf("/");
  if (slash < 1 || slash === decoded.length - 1) {
    throw invalidArgument("Invalid copy source object key", "x-amz-copy-source", header);
  }
  const versionId = new URLSearchParams(query).get("versionId") ?? undefined;
  return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1), versionId };
}

export interface SourceConditions {
  CopySourceIfMatch?: string;
  CopySourceIfNoneMatch?: string;
  CopySourceIfModifiedSince?: Date;
  CopySourceIfUnmodifiedSince?: Date;
  CopySourceSSECustomerAlgorithm?: string;
  CopySourceSSECustomerKey?: string;
  CopySourceSSECustomerKeyMD5?: string;
}

/** The version to be copied, which must exist, be readable and meet the conditions. */
export async function sourceVersion(s3: S3State, header: string, conditions: SourceConditions, call: Call) {
  const { bucket: name, key, versionId } = readCopySource(header);
  const bucket = s3.bucket({ Bucket: name });
  const version = await s3.existing(bucket, key, versionId, call);
  checkCopySource(
    {
      IfMatch: conditions.CopySourceIfMatch,
      IfNoneMatch: conditions.CopySourceIfNoneMatch,
      IfModifiedSince: conditions.CopySourceIfModifiedSince,
      IfUnmodifiedSince: conditions.CopySourceIfUnmodifiedSince,
    },
    version,
  );
  checkCustomerKey(version.customerKey, {
    SSECustomerAlgorithm: conditions.CopySourceSSECustomerAlgorithm,
    SSECustomerKey: conditions.CopySourceSSECustomerKey,
    SSECustomerKeyMD5: conditions.CopySourceSSECustomerKeyMD5,
  });
  checkReadable(version);
  await useToRead(s3, version, version, call);
  return { bucket, version };
}

/** Reading the source needs its own permission; so does reading its tags, if they are copied. */
export function sourceAccess(s3: S3State, header: string, withTags: boolean): Access[] {
  const { bucket: name, key, versionId } = readCopySource(header);
  const bucket = s3.bucket({ Bucket: name });
  const version = versionId ? s3.versions.find(name, key, versionId) : s3.versions.latest(name, key);
  const context = { ...existingTags(version), "s3:VersionId": versionId };
  const accesses = [objectAccess(versioned("GetObject", versionId), bucket, key, context, version?.acl)];
  if (withTags && Object.keys(version?.tags ?? {}).length > 0) {
    accesses.push(objectAccess(versioned("GetObjectTagging", versionId), bucket, key, context));
  }
  return accesses;
}

export function copyOperations(s3: S3State): Operations<"s3"> {
  return {
    CopyObject: {
      access(input) {
        const source = input.CopySource;
        const copiesTags = input.TaggingDirective !== "REPLACE";
        const { bucket, key, versionId } = readCopySource(source);
        const from = sourceAccess(s3, source, copiesTags);
        const version = versionId ? s3.versions.find(bucket, key, versionId) : s3.versions.latest(bucket, key);
        const Tagging = copiesTags ? new URLSearchParams(version?.tags).toString() : input.Tagging;
        const writing = defined({ ...input, Tagging: Tagging || undefined });
        return [...from, ...writeAccess(s3.bucket(input), input.Key, writing)];
      },
      run: (input, call) => copyObject(s3, input, call),
    },
  };
}

async function copyObject(s3: S3State, input: Input<"s3", "CopyObject">, call: Call) {
  const bucket = s3.bucket(input);
  const key = input.Key;
  checkKey(key);
  const source = await sourceVersion(s3, input.CopySource, input, call);
  const { version: from } = source;
  if (from.size > maxPut) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maxPut}`,
    );
  }
  refuseNoChange(input, bucket, key, from);
  const description = copiedDescription(input, bucket, from, s3.owner);
  await useToWrite(s3, { bucket: bucket.name, key }, description, call);
  const copied = await copiedBytes(s3, input, from);
  const copy = { ...copied, etag: etagOf(description, copied.etag) };
  try {
    s3.bucket(input);
    checkWrite(s3, bucket.name, key, input);
  } catch (error) {
    await s3.blobs.remove(copy.segments);
    throw error;
  }
  const version: Version = {
    bucket: bucket.name,
    key,
    ...s3.stamp(bucket),
    marker: false,
    size: from.size,
    ...copy,
    ...description,
  };
  s3.add(version, "ObjectCreated:Copy", call);
  return {
    CopyObjectResult: {
      ETag: quoted(version.etag),
      LastModified: new Date(version.modified),
      ...checksumMembers(version.checksum),
    },
    ...toldVersion(bucket, version),
    ...(from.id !== "null" && { CopySourceVersionId: from.id }),
    ...encryptionMembers(version),
    ...expirationOf(bucket, version),
  };
}

function refuseNoChange(input: Input<"s3", "CopyObject">, bucket: BucketRecord, key: string, from: Version) {
  const itself = from.bucket === bucket.name && from.key === key;
  // An older version as the newest is a change.
  if (!itself || !s3Same(input) || readCopySource(input.CopySource).versionId !== undefined) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

const s3Same = (input: Input<"s3", "CopyObject">): boolean =>
  input.MetadataDirective !== "REPLACE" &&
  input.TaggingDirective !== "REPLACE" &&
  !input.StorageClass &&
  !input.WebsiteRedirectLocation &&
  !input.ServerSideEncryption &&
  !input.SSECustomerAlgorithm &&
  !input.ChecksumAlgorithm;

/** Metadata and tags are copied unless they are replaced; the storage class never does. */
function copiedDescription(
  input: Input<"s3", "CopyObject">,
  bucket: BucketRecord,
  from: Version,
  owner: { ID: string },
): Description {
  for (const [name, value] of [
    ["x-amz-metadata-directive", input.MetadataDirective],
    ["x-amz-tagging-directive", input.TaggingDirective],
  ] as const) {
    if (value && value !== "COPY" && value !== "REPLACE")
      throw invalidArgument(`Unknown ${name.replace(/^x-amz-/, "").replace("-", " ")}.`, name, value);
  }
  const given = describe(input, bucket, owner);
  const tags = input.TaggingDirective === "REPLACE" ? readTagging(input.Tagging ?? "") : from.tags;
  if (input.MetadataDirective === "REPLACE") return { ...given, tags };
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage, expires, metadata } = from;
  const { storageClass, websiteRedirect, encryption, customerKey, acl, lock, legalHold } = given;
  const kept = { cacheControl, contentDisposition, contentEncoding, contentLanguage, expires };
  return {
    contentType,
    metadata,
    tags,
    ...defined({ ...kept, storageClass, websiteRedirect, encryption, customerKey, acl, lock, legalHold }),
  };
}

/**
 * The same bytes: a second name where ETag and checksum stay the same; otherwise (an object made of parts, another
 * algorithm) they are read, since both are then computed over the whole.
 */
async function copiedBytes(
  s3: S3State,
  input: Input<"s3", "CopyObject">,
  from: Version,
): Promise<{ etag: string; segments: Segment[]; checksum: Checksum }> {
  const algorithm = input.ChecksumAlgorithm
    ? readAlgorithm(input.ChecksumAlgorithm)
    : (from.checksum?.algorithm ?? defaultAlgorithm);
  const { checksum, segments, etag } = from;
  // The ETag of what is encrypted with other keys says nothing of its bytes.
  if (!from.parts && !from.encryption && !from.customerKey && checksum?.algorithm === algorithm)
    return { etag, segments: await s3.blobs.copy(segments), checksum };
  const body = s3.blobs.read(segments, 0, from.size);
  const { blob, size, md5, checksum: value } = await receive(s3, { Body: body, ChecksumAlgorithm: algorithm });
  return { etag: md5, segments: [{ blob, size }], checksum: { algorithm, value, type: "FULL_OBJECT" } };
}
