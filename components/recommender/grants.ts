import type { Bucket } from "@pulumi/aws/s3";
import { type Input, interpolate } from "@pulumi/pulumi";
import type { Statement } from "../function/statement.ts";

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

interface ExecutionArgs {
  bucket: Bucket;
  prefixes: BucketPrefixes;
  region: Input<string>;
  accountId: Input<string>;
  /** What names of jobs and endpoints begin with. */
  namePrefix: string;
  /** Key that models, and the disks of jobs and endpoints, are encrypted with. */
  keyArn: Input<string> | undefined;
}

/**
 * What a training job needs. It writes recommendations itself, so it has a network. The group of its log is that of every
 * job of the account: SageMaker makes it, and names streams after jobs.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms
 */
export function trainingStatements(args: ExecutionArgs): Statement[] {
  const { bucket, prefixes, namePrefix, keyArn } = args;
  const { training, models, recommendations } = prefixes;
  const group = logGroup(args, "TrainingJobs");
  return [
    objects(bucket, ["GetObject"], training),
    objects(bucket, ["PutObject", "AbortMultipartUpload"], models, recommendations),
    list(bucket, training),
    { Effect: "Allow", Action: ["logs:CreateLogGroup", "logs:DescribeLogStreams"], Resource: [interpolate`${group}*`] },
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [interpolate`${group}:log-stream:${namePrefix}*`],
    },
    putMetrics("TrainingJobs"),
    ...(keyArn === undefined
      ? []
      : [
          useKey(args, keyArn, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]),
          // Of the job's disk.
          {
            Effect: "Allow" as const,
            Action: ["kms:CreateGrant"],
            Resource: [keyArn],
            Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
          },
        ]),
  ];
}

/**
 * What an endpoint needs: to read models, and to write its own log. It changes nothing, and has no network where it runs on
 * machines.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
 */
export function servingStatements(args: ExecutionArgs): Statement[] {
  const { bucket, prefixes, namePrefix, keyArn } = args;
  return [
    objects(bucket, ["GetObject"], prefixes.models),
    list(bucket, prefixes.models),
    {
      Effect: "Allow",
      Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: [logGroup(args, `Endpoints/${namePrefix}*`)],
    },
    putMetrics("Endpoints"),
    ...(keyArn === undefined ? [] : [useKey(args, keyArn, ["kms:Decrypt"])]),
  ];
}

const logGroup = ({ region, accountId }: ExecutionArgs, name: string) =>
  interpolate`arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/${name}`;

const putMetrics = (kind: string): Statement => ({
  Effect: "Allow",
  Action: ["cloudwatch:PutMetricData"],
  Resource: ["*"],
  Condition: { StringEquals: { "cloudwatch:namespace": `/aws/sagemaker/${kind}` } },
});

/** The key opens and closes what is in S3, and nothing else. */
const useKey = ({ region }: ExecutionArgs, keyArn: Input<string>, actions: string[]): Statement => ({
  Effect: "Allow",
  Action: actions,
  Resource: [keyArn],
  Condition: {
    StringEquals: {
      "kms:ViaService": ["s3", "sagemaker"].map((service) => interpolate`${service}.${region}.amazonaws.com`),
    },
  },
});

/** What stages need. https://docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration */
export const storageStatements = (bucket: Bucket, { training, recommendations }: BucketPrefixes): Statement[] => [
  // An unload replaces what an earlier one left.
  objects(bucket, ["GetObject", "GetObjectVersion", "PutObject", "DeleteObject", "DeleteObjectVersion"], training),
  objects(bucket, ["GetObject", "GetObjectVersion"], recommendations),
  list(bucket, training, recommendations),
  location(bucket),
];
