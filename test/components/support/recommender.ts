import type { SnowflakeRecommenderArgs } from "../../../components/snowflakeRecommender.ts";
import { accountId, type Recording, region } from "./record.ts";

export const scaled: SnowflakeRecommenderArgs = {
  serving: { instanceType: "ml.m5.large", maximumInstances: 4, callsPerInstance: 300 },
  retrain: { schedule: "cron(0 3 ? * SUN *)", timezone: "Europe/Berlin" },
  removeIdleAfter: 12,
};

export const types = {
  api: "aws:apigateway/restApi:RestApi",
  function: "aws:lambda/function:Function",
  invocation: "aws:lambda/invocation:Invocation",
  lifecycle: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  rule: "aws:cloudwatch/eventRule:EventRule",
  schedule: "aws:scheduler/schedule:Schedule",
};
export const namesOf = (recording: Recording, type: string) =>
  recording.all
    .filter((one) => one.type === type)
    .map(({ name }) => name)
    .toSorted();
export const sagemaker = (kind: string) => `arn:aws:sagemaker:${region}:${accountId}:${kind}/test-snow-d294-*`;
/** What is granted besides logs, traces and failure queues. */
export const grants = (recording: Recording, name: string) =>
  (recording.statements(`${name}-policy`) as { Action: string[]; Resource: string[] }[])
    .filter(({ Action }) => !/^(logs|xray|sqs):/.test(Action[0]!))
    .map(({ Action, Resource }) => [Action, Resource] as const);
export const variables = (recording: Recording, name: string) => {
  const { NODE_OPTIONS, POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE, ...own } = recording.get(
    types.function,
    name,
  ).inputs.environment.variables;
  return own;
};
