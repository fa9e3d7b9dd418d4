/**
 * What IAM must allow, under S3's own names for actions and condition keys.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
import type { Grant } from "@aws-sdk/client-s3";
import { parsedPolicy, policyOf } from "../../kit/permissions.ts";
import type { Access, PolicyDocument, PolicyStatement } from "../../service.ts";
import { type AclInput, statementsOf, statesAcl } from "./acl.ts";
import { readTagging } from "./names.ts";
import type { BucketRecord, Version } from "./records.ts";

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;

type Context = Record<string, string | string[] | undefined>;

export function bucketAccess(action: string, bucket: BucketRecord, context: Context = {}): Access {
  return access(`s3:${action}`, bucketArn(bucket.name), bucket, context);
}

/** @param acl the object's own access control list, where there is an object. */
export function objectAccess(
  action: string,
  bucket: BucketRecord,
  key: string,
  context: Context = {},
  acl?: Grant[],
): Access {
  return access(`s3:${action}`, objectArn(bucket.name, key), bucket, context, acl);
}

function access(action: string, resource: string, bucket: BucketRecord, context: Context, acl?: Grant[]): Access {
  const known = Object.entries(context).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined);
  const granted = [
    ...statementsOf(bucket, bucket.acl, "bucket", resource),
    ...statementsOf(bucket, acl, "object", resource),
  ];
  const resourcePolicy = withGrants(policyOf(bucket.policy), granted);
  return { action, resource, context: Object.fromEntries(known), ...(resourcePolicy && { resourcePolicy }) };
}

/** The bucket's policy, and beside it what access control lists grant. */
function withGrants(policy: PolicyDocument | undefined, granted: PolicyStatement[]): PolicyDocument | undefined {
  if (granted.length === 0) return policy;
  const Statement = [...[policy?.Statement ?? []].flat(), ...granted];
  return parsedPolicy(JSON.stringify({ Version: "2012-10-17", ...policy, Statement }));
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

interface Writing extends AclInput {
  StorageClass?: string;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
  Tagging?: string;
  CopySource?: string;
  MetadataDirective?: string;
  IfMatch?: string;
  IfNoneMatch?: string;
  ObjectLockMode?: string;
  ObjectLockRetainUntilDate?: Date;
  ObjectLockLegalHoldStatus?: string;
}

/** Condition keys of a retention. */
export const retentionContext = (mode: string | undefined, until: Date | undefined): Context => ({
  "s3:object-lock-mode": mode,
  "s3:object-lock-retain-until-date": until?.toISOString(),
  "s3:object-lock-remaining-retention-days":
    until && String(Math.max(0, Math.ceil((until.getTime() - Date.now()) / 86_400_000))),
});

/** Creating an object: its headers are condition keys, and tags need an additional permission. */
export function writeAccess(bucket: BucketRecord, key: string, input: Writing): Access[] {
  const tags = input.Tagging ? readTagging(input.Tagging) : {};
  const context: Context = {
    ...retentionContext(input.ObjectLockMode, input.ObjectLockRetainUntilDate),
    "s3:object-lock-legal-hold": input.ObjectLockLegalHoldStatus,
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
  if (input.ObjectLockMode) accesses.push(objectAccess("PutObjectRetention", bucket, key, context));
  if (input.ObjectLockLegalHoldStatus) accesses.push(objectAccess("PutObjectLegalHold", bucket, key, context));
  if (statesAcl(input)) accesses.push(objectAccess("PutObjectAcl", bucket, key, context));
  return accesses;
}
