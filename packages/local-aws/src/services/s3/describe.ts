/** An object's description: from the input that creates it, and into the outputs that describe it. */
import type { CopyObjectRequest, CreateMultipartUploadRequest, PutObjectRequest } from "@aws-sdk/client-s3";
import { newObjectAcl } from "./acl.ts";
import { customerKeyMembers, readCustomerKey } from "./customerKey.ts";
import { invalidArgument } from "./errors.ts";
import { lockOf } from "./lock.ts";
import { checkMetadata, checkStorageClass, readTagging } from "./names.ts";
import type { BucketRecord, Description, Version } from "./records.ts";
import { quoted, toldVersion } from "./state.ts";

type Making = Omit<PutObjectRequest, "Body"> | CreateMultipartUploadRequest | CopyObjectRequest;

/** @throws AwsError for what is not allowed. */
export function describe(input: Making, bucket: BucketRecord, owner: { ID: string }): Description {
  const acl = newObjectAcl(input, bucket, owner);
  const customerKey = readCustomerKey(input);
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
    encryption: customerKey === undefined ? encryption(input, bucket) : undefined,
    customerKey,
    acl,
  };
  return {
    contentType: input.ContentType ?? "binary/octet-stream",
    metadata,
    tags: input.Tagging ? readTagging(input.Tagging) : {},
    ...lockOf(input, bucket),
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

/** How an object is encrypted, in answers about it. */
export const encryptionMembers = ({
  encryption: used,
  customerKey,
}: Pick<Description, "encryption" | "customerKey">) =>
  customerKey === undefined
    ? defined({
        ServerSideEncryption: used?.algorithm ?? ("AES256" as const),
        SSEKMSKeyId: used?.keyId,
        BucketKeyEnabled: used?.bucketKey || undefined,
      })
    : customerKeyMembers(customerKey);

/** The lock of a version, in answers about it. */
const lockMembers = ({ lock, legalHold }: Version) => ({
  ...(lock && { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: new Date(lock.until) }),
  ...(legalHold && { ObjectLockLegalHoldStatus: legalHold }),
});

/** Members common to GetObject and HeadObject. */
export function objectMembers(bucket: BucketRecord, version: Version) {
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
    ...lockMembers(version),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without absent members. */
export const defined = <T extends object>(members: T): Defined<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
