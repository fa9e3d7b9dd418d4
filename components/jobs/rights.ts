import type { LogGroup } from "@pulumi/aws/cloudwatch";
import type { Bucket } from "@pulumi/aws/s3";
import type { ScheduleGroup } from "@pulumi/aws/scheduler";
import { type Input, interpolate } from "@pulumi/pulumi";
import type { Statement } from "../function/statement.ts";
import type { SparkApplication } from "./application.ts";
import { dataPrefix, scriptsPrefix } from "./scripts.ts";

const allow = (service: string, actions: string[], resources: Input<string>[]): Statement => ({
  Effect: "Allow",
  Action: actions.map((action) => `${service}:${action}`),
  Resource: resources,
});

const runs = ({ arn }: SparkApplication) => interpolate`${arn}/jobruns/*`;

/** Statements about the stack's own application, its runs and its schedules. */
export const rights = {
  start: (application: SparkApplication): Statement[] => [
    allow("emr-serverless", ["StartJobRun"], [application.arn]),
    allow("emr-serverless", ["TagResource"], [runs(application)]),
  ],
  look: (application: SparkApplication): Statement[] => [allow("emr-serverless", ["GetJobRun"], [runs(application)])],
  list: (application: SparkApplication): Statement[] => [allow("emr-serverless", ["ListJobRuns"], [application.arn])],
  cancel: (application: SparkApplication): Statement[] => [
    allow("emr-serverless", ["CancelJobRun"], [runs(application)]),
  ],
  stop: (application: SparkApplication): Statement[] => [
    allow("emr-serverless", ["GetApplication", "StopApplication"], [application.arn]),
  ],
  readLogs: (logs: LogGroup): Statement[] => [allow("logs", ["FilterLogEvents"], [interpolate`${logs.arn}:*`])],
  schedule: (group: ScheduleGroup): Statement[] => [
    allow(
      "scheduler",
      ["CreateSchedule", "DeleteSchedule", "UpdateSchedule"],
      [group.arn.apply((arn) => `${arn.replace(":schedule-group/", ":schedule/")}/*`)],
    ),
  ],
  /** A service, and nobody else, gets the role. */
  passRole: (roleArn: Input<string>, service: string): Statement[] => [
    { ...allow("iam", ["PassRole"], [roleArn]), Condition: { StringEquals: { "iam:PassedToService": service } } },
  ],
};

/** To read and write the bucket's data. */
export const dataStatements = (bucket: Bucket): Statement[] => [
  allow(
    "s3",
    ["AbortMultipartUpload", "DeleteObject", "GetObject", "PutObject"],
    [interpolate`${bucket.arn}/${dataPrefix}*`],
  ),
  allow("s3", ["ListBucket"], [bucket.arn]),
];

/**
 * What every run needs: its script, the bucket's data, its log.
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/security-iam-runtime-role.html
 */
export const runStatements = (bucket: Bucket, logs: LogGroup): Statement[] => [
  allow("s3", ["GetObject"], [interpolate`${bucket.arn}/${scriptsPrefix}*`]),
  ...dataStatements(bucket),
  allow("logs", ["CreateLogStream", "DescribeLogStreams", "PutLogEvents"], [interpolate`${logs.arn}:*`]),
  allow("logs", ["DescribeLogGroups"], ["*"]),
];
