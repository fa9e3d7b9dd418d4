/** An object's description: from the input that creates it, and into the outputs that describe it. */
import type { CopyObjectRequest, CreateMultipartUploadRequest, PutObjectRequest } from "@aws-sdk/client-s3";
import { AwsError } from "../../service.ts";
import { invalidArgument, notImplemented } from "./errors.ts";
import { checkMetadata, checkStorageClass, readTagging } from "./names.ts";
import { checksumMembers } from "./receive.ts";
import type { BucketRecord, Description, Version } from "./records.ts";
import { quoted, toldVersion } from "./state.ts";

type Making = Omit<PutObjectRequest, "Body"> | CreateMultipartUploadRequest | CopyObjectRequest;

/** @throws AwsError for what is not allowed, and for what the local cloud does not support (object lock, customer keys). */
export function describe(input: Making, bucket: BucketRecord): Description {
  if (input.ObjectLockMode || input.ObjectLockRetainUntilDate || input.ObjectLockLegalHoldStatus) {
    throw notImplemented("S3 Object Lock");
  }
  if (input.SSECustomerAlgorithm || input.SSECustomerKey)
    throw notImplemented("encryption with customer-provided keys (SSE-C)");
  refuseAcl(input);
  const metadata = Object.fromEntries(
    Object.entries(input.Metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  checkMetadata(metadata);
  checkStorageClass(input.StorageClass);
  const fields = {
    cacheControl: input.CacheControl,
    contentDisposition: input.ContentDisposition,
    // The body's framing is not part of the object's encoding.
    contentEncoding:
      input.ContentEncoding?.split(",")
        .map((one) => one.trim())
        .filter((one) => one && one !== "aws-chunked")
        .join(",") || undefined,
    contentLanguage: input.ContentLanguage,
    expires: input.Expires instanceof Date ? input.Expires.toUTCString() : (input.Expires as string | undefined),
    websiteRedirect: input.WebsiteRedirectLocation,
    storageClass: input.StorageClass === "STANDARD" ? undefined : input.StorageClass,
    encryption: encryption(input, bucket),
  };
  return {
    contentType: input.ContentType ?? "binary/octet-stream",
    metadata,
    tags: input.Tagging ? readTagging(input.Tagging) : {},
    ...defined(fields),
  };
}

function encryption(input: Making, bucket: BucketRecord): Description["encryption"] {
  const rule = bucket.encryption?.Rules?.[0];
  const byDefault = rule?.ApplyServerSideEncryptionByDefault;
  const algorithm = input.ServerSideEncryption ?? byDefault?.SSEAlgorithm;
  if (algorithm === undefined || algorithm === "AES256") return undefined;
  if (!["aws:kms", "aws:kms:dsse"].includes(algorithm)) {
    throw invalidArgument(
      "The encryption method specified is not supported",
      "x-amz-server-side-encryption",
      algorithm,
    );
  }
  const keyId = input.SSEKMSKeyId ?? byDefault?.KMSMasterKeyID;
  const bucketKey = input.BucketKeyEnabled ?? rule?.BucketKeyEnabled;
  return { algorithm, ...defined({ keyId, bucketKey }) };
}

/** Owners are enforced, as in every bucket created since 2023: only the ACL that changes nothing is accepted. */
export function refuseAcl(input: { ACL?: string }): void {
  if (input.ACL === undefined || input.ACL === "private" || input.ACL === "bucket-owner-full-control") return;
  throw aclNotSupported();
}

export const aclNotSupported = (): AwsError =>
  new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400);

export const encryptionMembers = ({ encryption: used }: Pick<Description, "encryption">) =>
  defined({
    ServerSideEncryption: used?.algorithm ?? ("AES256" as const),
    SSEKMSKeyId: used?.keyId,
    BucketKeyEnabled: used?.bucketKey || undefined,
  });

/** Members common to GetObject and HeadObject. */
export function objectMembers(bucket: BucketRecord, version: Version, withChecksum: boolean) {
  const tagCount = Object.keys(version.tags).length;
  return {
    AcceptRanges: "bytes",
    LastModified: new Date(version.modified),
    ContentLength: version.size,
    ETag: quoted(version.etag),
    ContentType: version.contentType,
    Metadata: version.metadata,
    ...defined({
      CacheControl: version.cacheControl,
      ContentDisposition: version.contentDisposition,
      ContentEncoding: version.contentEncoding,
      ContentLanguage: version.contentLanguage,
      ExpiresString: version.expires,
      WebsiteRedirectLocation: version.websiteRedirect,
      StorageClass: version.storageClass,
      TagCount: tagCount || undefined,
    }),
    ...toldVersion(bucket, version),
    ...encryptionMembers(version),
    ...(withChecksum ? checksumMembers(version.checksum) : {}),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without absent members. */
export const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
