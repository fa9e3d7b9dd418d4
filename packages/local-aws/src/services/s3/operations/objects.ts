/** Objects: put, get, head, delete. */
import { randomBytes } from "node:crypto";
import type { Operations } from "../../../operations.ts";
import type { Input } from "../../../sdks.ts";
import { AwsError, type Call } from "../../../service.ts";
import { existingTags, objectAccess, versioned, writeAccess } from "../access.ts";
import { restoreOf } from "../archive.ts";
import { checkRead, checkWrite } from "../conditions.ts";
import { checkCustomerKey } from "../customerKey.ts";
import { defined, describe, encryptionMembers, objectMembers } from "../describe.ts";
import {
  invalidArgument,
  invalidRequest,
  malformedXml,
  noSuchVersion,
  notForThis,
  preconditionFailed,
} from "../errors.ts";
import { expirationOf } from "../expiration.ts";
import { useToRead, useToWrite } from "../keyUse.ts";
import { isLocked, locked } from "../lock.ts";
import { checkKey } from "../names.ts";
import { partRange, readRange } from "../range.ts";
import { checksumMembers, receive } from "../receive.ts";
import type { BucketRecord, Description, Version } from "../records.ts";
import { emptyVersion, madeVersion, quoted, type S3State } from "../state.ts";

type Keyed = { Bucket: string; Key: string; VersionId?: string | undefined; IfMatch?: string };

/** The list that decides about an object; about one that is missing, the bucket's, so that its readers learn that. */
const aclOf = (bucket: BucketRecord, version: Version | undefined) =>
  version && !version.marker ? version.acl : bucket.acl;

/** Access of an operation on one object, or on one version of it. */
export function onObject(s3: S3State, action: string) {
  return (input: Keyed) => {
    const bucket = s3.bucket(input);
    const key = input.Key;
    const version = input.VersionId
      ? s3.versions.find(bucket.name, key, input.VersionId)
      : s3.versions.latest(bucket.name, key);
    const context = {
      ...existingTags(version),
      "s3:VersionId": input.VersionId,
      // Reads accept If-Match too, but IAM has no condition key for it.
      ...(action === "DeleteObject" && { "s3:if-match": input.IfMatch }),
    };
    return [objectAccess(versioned(action, input.VersionId), bucket, key, context, aclOf(bucket, version))];
  };
}

type Removal = Keyed & { BypassGovernanceRetention?: boolean };

/** Deleting, also what governance protects. */
function onRemoval(s3: S3State) {
  return (input: Removal) => [
    ...onObject(s3, "DeleteObject")(input),
    ...(input.BypassGovernanceRetention
      ? onObject(s3, "BypassGovernanceRetention")({ ...input, VersionId: undefined })
      : []),
  ];
}

export function objectOperations(s3: S3State): Operations<"s3"> {
  return {
    PutObject: {
      access: (input) => writeAccess(s3.bucket(input), input.Key, input),
      run: (input, call) => putObject(s3, input, call),
    },
    GetObject: {
      access: onObject(s3, "GetObject"),
      run: (input, call) => getObject(s3, input, call),
    },
    HeadObject: {
      access: onObject(s3, "GetObject"),
      async run(input, call) {
        const { Body: _, ...output } = await getObject(s3, input, call);
        return output;
      },
    },
    DeleteObject: {
      access: onRemoval(s3),
      run: (input, call) => deleteObject(s3, s3.bucket(input), input, call),
    },
    DeleteObjects: {
      // Each object is authorized separately: denied ones are reported beside deleted ones.
      access: (input) => {
        s3.bucket(input);
        return [];
      },
      run: (input, call) => deleteObjects(s3, input, call),
    },
  };
}

async function putObject(s3: S3State, input: Input<"s3", "PutObject">, call: Call) {
  const bucket = s3.bucket(input);
  const key = input.Key;
  checkKey(key);
  const description = describe(input, bucket, s3.owner);
  checkWrite(s3, bucket.name, key, input);
  await useToWrite(s3, { bucket: bucket.name, key }, description, call);
  const received = await receive(s3, input);
  const { size, md5, algorithm } = received;
  const etag = etagOf(description, md5);
  const checksum = { algorithm, value: received.checksum, type: "FULL_OBJECT" as const };
  // The bucket may have been deleted, or changed, while the body was received.
  const now = s3.buckets.get(bucket.name) ?? bucket;
  const version: Version = {
    bucket: bucket.name,
    key,
    ...s3.stamp(now),
    marker: false,
    size,
    etag,
    segments: [{ blob: received.blob, size }],
    checksum,
    ...description,
  };
  try {
    s3.bucket(input);
    checkWrite(s3, bucket.name, key, input);
  } catch (error) {
    await s3.blobs.remove(version.segments);
    throw error;
  }
  s3.add(version, call.operation === "PostObject" ? "ObjectCreated:Post" : "ObjectCreated:Put", call);
  return {
    ETag: quoted(etag),
    ...madeVersion(version),
    ...encryptionMembers(version),
    ...checksumMembers(checksum),
    ...expirationOf(bucket, version),
  };
}

/** The MD5 of the bytes, but where they are encrypted with another key than S3's own: then it says nothing of them. */
export const etagOf = ({ encryption, customerKey }: Description, md5: string): string =>
  encryption || customerKey ? randomBytes(16).toString("hex") : md5;

/** Storage classes whose objects must be restored before they can be read. */
const cold = new Set(["GLACIER", "DEEP_ARCHIVE"]);

export const isCold = ({ storageClass = "STANDARD" }: Version): boolean => cold.has(storageClass);

export function checkReadable(version: Version): void {
  const { storageClass, restored } = version;
  if (!isCold(version) || (restored !== undefined && Date.parse(restored) > Date.now())) return;
  const message = "The operation is not valid for the object's storage class";
  throw new AwsError("InvalidObjectState", message, 403, { StorageClass: storageClass });
}

async function getObject(s3: S3State, input: Input<"s3", "GetObject">, call: Call) {
  const bucket = s3.bucket(input);
  const version = await s3.existing(bucket, input.Key, input.VersionId, call);
  checkCustomerKey(version.customerKey, input);
  checkRead(input, version);
  if (call.operation !== "HeadObject") {
    checkReadable(version);
    await useToRead(s3, version, version, call);
  }
  if (input.Range !== undefined && input.PartNumber !== undefined)
    throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
  const range =
    input.PartNumber === undefined
      ? readRange(input.Range, version.size)
      : version.size === 0
        ? undefined
        : partRange(version, input.PartNumber);
  const { start, end } = range ?? { start: 0, end: version.size };
  const overrides = defined({
    CacheControl: input.ResponseCacheControl,
    ContentDisposition: input.ResponseContentDisposition,
    ContentEncoding: input.ResponseContentEncoding,
    ContentLanguage: input.ResponseContentLanguage,
    ContentType: input.ResponseContentType,
    ExpiresString: input.ResponseExpires?.toUTCString(),
  });
  return {
    ...objectMembers(bucket, version),
    ...(input.ChecksumMode?.toUpperCase() === "ENABLED" && checksumOfRange(version, input.PartNumber, end - start)),
    ...overrides,
    ...expirationOf(bucket, version),
    ...restoreOf(version),
    ContentLength: end - start,
    ...(range && { ContentRange: `bytes ${start}-${end - 1}/${version.size}` }),
    ...(input.PartNumber !== undefined && version.parts && { PartsCount: version.parts.length }),
    ...(call.operation !== "HeadObject" && { Body: s3.blobs.read(version.segments, start, end) }),
  };
}

/** The checksum of what is read: of the whole, or of a part where parts have their own. */
function checksumOfRange({ checksum, parts, size }: Version, part: number | undefined, length: number) {
  if (!checksum) return {};
  if (part !== undefined && parts) {
    const value = checksum.type === "COMPOSITE" ? parts[part - 1]?.checksum : undefined;
    return value === undefined ? {} : checksumMembers({ ...checksum, value });
  }
  return length === size ? checksumMembers(checksum) : {};
}

type Deletion = Partial<Input<"s3", "DeleteObject">> & { Key: string };

function deleteObject(s3: S3State, bucket: BucketRecord, input: Deletion, call: Call) {
  const key = input.Key;
  if (input.IfMatchLastModifiedTime !== undefined) throw notForThis({ Header: "x-amz-if-match-last-modified-time" });
  if (input.IfMatchSize !== undefined) throw notForThis({ Header: "x-amz-if-match-size" });
  if (input.IfMatch !== undefined) {
    const latest = s3.versions.latest(bucket.name, key);
    const holds = latest && !latest.marker && ["*", latest.etag, quoted(latest.etag)].includes(input.IfMatch);
    if (!holds) throw preconditionFailed("If-Match");
  }
  if (input.VersionId !== undefined) return deleteVersion(s3, bucket, input, input.VersionId, call);
  if (bucket.versioning) return { DeleteMarker: true, VersionId: addMarker(s3, bucket, key, call).id };
  const current = s3.versions.latest(bucket.name, key);
  if (current) s3.remove(current, "ObjectRemoved:Delete", call);
  else if (call.operation === "DeleteObjects") s3.notifyMissing(bucket.name, key, call);
  return {};
}

function deleteVersion(s3: S3State, bucket: BucketRecord, input: Deletion, VersionId: string, call: Call) {
  const version = s3.versions.find(bucket.name, input.Key, VersionId);
  if (!version) {
    if (bucket.versioning || VersionId === "null") return { VersionId };
    throw call.operation === "DeleteObjects"
      ? noSuchVersion(input.Key, VersionId)
      : invalidArgument("Invalid version id specified", "versionId", VersionId);
  }
  if (isLocked(version, input.BypassGovernanceRetention)) throw locked();
  s3.remove(version, "ObjectRemoved:Delete", call);
  return { VersionId, ...(version.marker && { DeleteMarker: true }) };
}

/** A version that marks the object as deleted from here on. */
export function addMarker(s3: S3State, bucket: BucketRecord, key: string, call: Call, lifecycle = false): Version {
  const marker = emptyVersion(bucket.name, key, s3.stamp(bucket));
  const event = lifecycle ? "LifecycleExpiration:DeleteMarkerCreated" : "ObjectRemoved:DeleteMarkerCreated";
  s3.add(marker, event, call);
  return marker;
}

async function deleteObjects(s3: S3State, input: Input<"s3", "DeleteObjects">, call: Call) {
  const bucket = s3.bucket(input);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > 1000) throw malformedXml();
  const Deleted: object[] = [];
  const Errors: object[] = [];
  for (const object of objects) {
    const { Key: key, VersionId: id } = object as { Key: string; VersionId?: string };
    const named = { Key: key, ...(id && { VersionId: id }) };
    try {
      const { BypassGovernanceRetention } = input;
      const given = { VersionId: id || undefined, IfMatch: object.ETag, BypassGovernanceRetention };
      const request = { Key: key, ...defined(given) };
      await s3.cloud.authorize(call, onRemoval(s3)({ ...request, Bucket: bucket.name }));
      const gone: { DeleteMarker?: boolean; VersionId?: string } = deleteObject(s3, bucket, request, call);
      const marker = gone.DeleteMarker && { DeleteMarker: true, DeleteMarkerVersionId: gone.VersionId };
      if (!input.Delete?.Quiet) Deleted.push({ ...named, ...marker });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ ...named, Code: error.code, Message: error.message });
    }
  }
  return { Deleted, Errors };
}
