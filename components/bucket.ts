import type { types } from "@pulumi/aws";
import {
  Bucket,
  type BucketArgs,
  BucketLifecycleConfiguration,
  BucketOwnershipControls,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketServerSideEncryptionConfiguration,
  BucketVersioning,
} from "@pulumi/aws/s3";
import { type Input, interpolate, jsonStringify, type Resource } from "@pulumi/pulumi";
import { keepsData } from "./statefulness.ts";

export interface BucketSettings extends BucketArgs {
  /**
   * Rules of its lifecycle, in addition to those that every bucket has: old versions are deleted after 30 days,
   * unfinished uploads after 7.
   * @default []
   */
  lifecycle?: types.input.s3.BucketLifecycleConfigurationRule[];
  /**
   * Statements of its policy, in addition to the one that refuses plain HTTP.
   * @default []
   */
  statements?: Input<object>[];
}

/**
 * A bucket as the platform's rules ask for: private, over TLS only, versioned, encrypted, owned by the account; outside
 * throw-away stacks protected from deletion, within them emptied with the stack.
 *
 * @example createBucket("models");
 */
export function createBucket(name: string, settings: BucketSettings = {}, parent?: Resource): Bucket {
  const { lifecycle = [], statements = [], ...args } = settings;
  const bucket = new Bucket(name, { forceDestroy: !keepsData(), ...args }, { parent, protect: keepsData() });
  const id = { bucket: bucket.bucket };
  const versioning = new BucketVersioning(
    `${name}-versioning`,
    { ...id, versioningConfiguration: { status: "Enabled" } },
    { parent },
  );
  new BucketOwnershipControls(
    `${name}-ownership`,
    { ...id, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { parent },
  );
  const accessBlock = new BucketPublicAccessBlock(
    `${name}-access`,
    { ...id, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    { parent },
  );
  new BucketServerSideEncryptionConfiguration(
    `${name}-encryption`,
    { ...id, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    { parent },
  );
  new BucketLifecycleConfiguration(
    `${name}-lifecycle`,
    { ...id, rules: [...everyBucketsRules, ...lifecycle] },
    // Rules about old versions are refused before there are versions.
    { parent, dependsOn: [versioning] },
  );
  new BucketPolicy(
    `${name}-policy`,
    { ...id, policy: jsonStringify({ Version: "2012-10-17", Statement: [tlsOnly(bucket), ...statements] }) },
    // S3 takes one change of a bucket's access at a time.
    { parent, dependsOn: [accessBlock] },
  );
  return bucket;
}

const everyBucketsRules: types.input.s3.BucketLifecycleConfigurationRule[] = [
  {
    id: "old-versions",
    status: "Enabled",
    filter: { prefix: "" },
    noncurrentVersionExpiration: { noncurrentDays: 30 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  },
];

const tlsOnly = (bucket: Bucket) => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [bucket.arn, interpolate`${bucket.arn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});
