import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Key } from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import { interpolate, jsonStringify, type Output } from "@pulumi/pulumi";

export interface State {
  bucket: s3.Bucket;
  /** What the bucket is encrypted with. */
  key: Key;
  /** For `pulumi login`. */
  url: Output<string>;
}

/** The bucket that keeps the state of every stack: versioned, private, TLS only, encrypted with a key of its own. */
export function createStateBucket(): State {
  const key = new Key(
    "pulumi-state",
    { description: "Pulumi's state", enableKeyRotation: true, deletionWindowInDays: 30 },
    { protect: true },
  );
  const bucket = new s3.Bucket("pulumi-state", {}, { protect: true });

  new s3.BucketVersioning("pulumi-state", {
    bucket: bucket.id,
    versioningConfiguration: { status: "Enabled" },
  });

  new s3.BucketServerSideEncryptionConfiguration("pulumi-state", {
    bucket: bucket.id,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
        bucketKeyEnabled: true,
      },
    ],
  });

  new s3.BucketOwnershipControls("pulumi-state", {
    bucket: bucket.id,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });

  new s3.BucketLifecycleConfiguration("pulumi-state", {
    bucket: bucket.id,
    rules: [
      {
        id: "old-versions",
        status: "Enabled",
        filter: { prefix: "" },
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ],
  });

  const access = new s3.BucketPublicAccessBlock("pulumi-state", {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });

  new s3.BucketPolicy(
    "pulumi-state",
    {
      bucket: bucket.id,
      policy: jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [bucket.arn, bucket.arn.apply((arn) => `${arn}/*`)],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      }),
    },
    { dependsOn: [access] },
  );

  return { bucket, key, url: interpolate`s3://${bucket.id}?region=${getRegionOutput().region}` };
}
