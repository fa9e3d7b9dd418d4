import type { Bucket } from "@pulumi/aws/s3";
import { type Input, interpolate } from "@pulumi/pulumi";
import type { Statement } from "../function/bindings.ts";

export interface BucketPrefixes {
  /** What Snowflake unloads and training jobs read. */
  training: string;
  /** What training jobs write and endpoints read. */
  models: string;
  /** What training jobs write and Snowflake loads. */
  recommendations: string;
}

const objects = (bucket: Bucket, actions: string[], ...prefixes: string[]): Statement => ({
  Effect: "Allow",
  Action: actions.map((action) => `s3:${action}`),
  Resource: prefixes.map((prefix) => interpolate`${bucket.arn}/${prefix}*`),
});

const list = (bucket: Bucket, ...prefixes: string[]): Statement => ({
  Effect: "Allow",
  Action: ["s3:ListBucket"],
  Resource: [bucket.arn],
  Condition: { StringLike: { "s3:prefix": prefixes.map((prefix) => `${prefix}*`) } },
});

const location = (bucket: Bucket): Statement => ({
  Effect: "Allow",
  Action: ["s3:GetBucketLocation"],
  Resource: [bucket.arn],
});

export interface ExecutionArgs {
  bucket: Bucket;
  prefixes: BucketPrefixes;
  /** `REGION:ACCOUNT` */
  account: Input<string>;
}

/**
 * What a training job or endpoint needs.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms
 */
export function executionStatements({ bucket, prefixes, account }: ExecutionArgs): Statement[] {
  const { training, models, recommendations } = prefixes;
  const group = (kind: string) => interpolate`arn:aws:logs:${account}:log-group:/aws/sagemaker/${kind}*`;
  return [
    objects(bucket, ["GetObject"], training, models),
    objects(bucket, ["PutObject", "AbortMultipartUpload"], models, recommendations),
    list(bucket, training, models),
    // SageMaker makes its groups itself, under names that it chooses.
    {
      Effect: "Allow",
      Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: [group("TrainingJobs"), group("Endpoints/")],
    },
    {
      Effect: "Allow",
      Action: ["cloudwatch:PutMetricData"],
      Resource: ["*"],
      Condition: { StringLike: { "cloudwatch:namespace": "/aws/sagemaker/*" } },
    },
  ];
}

/** What a training job and an endpoint need of the key that models are encrypted with. */
export const keyStatement = (keyArn: Input<string>): Statement => ({
  Effect: "Allow",
  Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  Resource: [keyArn],
});

/** What stages need. https://docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration */
export const storageStatements = (bucket: Bucket, { training, recommendations }: BucketPrefixes): Statement[] => [
  // An unload replaces what an earlier one left.
  objects(bucket, ["GetObject", "GetObjectVersion", "PutObject", "DeleteObject", "DeleteObjectVersion"], training),
  objects(bucket, ["GetObject", "GetObjectVersion"], recommendations),
  list(bucket, training, recommendations),
  location(bucket),
];
