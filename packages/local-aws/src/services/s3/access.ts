/**
 * What IAM must allow, under S3's own names for actions and condition keys.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import { policyOf } from "../../kit/permissions.ts";
import type { Access } from "../../service.ts";
import { readTagging } from "./names.ts";
import type { BucketRecord, Version } from "./records.ts";

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;

type Context = Record<string, string | string[] | undefined>;

export function bucketAccess(action: string, bucket: BucketRecord, context: Context = {}): Access {
  return access(`s3:${action}`, bucketArn(bucket.name), bucket, context);
}

export function objectAccess(action: string, bucket: BucketRecord, key: string, context: Context = {}): Access {
  return access(`s3:${action}`, objectArn(bucket.name, key), bucket, context);
}

function access(action: string, resource: string, bucket: BucketRecord, context: Context): Access {
  const known = Object.entries(context).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
  const resourcePolicy = policyOf(bucket.policy);
  return { action, resource, context: Object.fromEntries(known), ...(resourcePolicy && { resourcePolicy }) };
}

/** Reading, tagging or deleting one version needs a permission of its own. */
export const versioned = (action: string, versionId: string | undefined): string =>
  versionId === undefined ? action : action.replace("Object", "ObjectVersion");

/** `s3:ExistingObjectTag/KEY` */
export const existingTags = (version: Version | undefined): Context =>
  Object.fromEntries(Object.entries(version?.tags ?? {}).map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]));

/** `s3:RequestObjectTag/KEY` and `s3:RequestObjectTagKeys` */
export const requestTags = (tags: Record<string, string>): Context =>
  Object.keys(tags).length === 0
    ? {}
    : {
        "s3:RequestObjectTagKeys": Object.keys(tags),
        ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
      };

interface Writing {
  ACL?: string;
  StorageClass?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  Tagging?: string;
  CopySource?: string;
  MetadataDirective?: string;
  IfMatch?: string;
  IfNoneMatch?: string;
}

/** Creating an object: its headers are condition keys, and tags need an additional permission. */
export function writeAccess(bucket: BucketRecord, key: string, input: Writing): Access[] {
  const tags = input.Tagging ? readTagging(input.Tagging) : {};
  const context: Context = {
    "s3:x-amz-acl": input.ACL,
    "s3:x-amz-storage-class": input.StorageClass,
    "s3:x-amz-server-side-encryption": input.ServerSideEncryption,
    "s3:x-amz-server-side-encryption-aws-kms-key-id": input.SSEKMSKeyId,
    "s3:x-amz-copy-source": input.CopySource,
    "s3:x-amz-metadata-directive": input.MetadataDirective,
    "s3:if-match": input.IfMatch,
    "s3:if-none-match": input.IfNoneMatch,
    ...requestTags(tags),
  };
  const accesses = [objectAccess("PutObject", bucket, key, context)];
  if (Object.keys(tags).length > 0) accesses.push(objectAccess("PutObjectTagging", bucket, key, context));
  return accesses;
}
