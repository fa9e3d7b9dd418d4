import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch";
import type { Queue } from "@pulumi/aws/sqs";
import { type Input, interpolate } from "@pulumi/pulumi";
import type { CodeFunction } from "../codeFunction.ts";
import type { ObservedApi } from "./args.ts";

/** One metric of CloudWatch, as alarms and dashboards name it. */
export interface Metric {
  namespace: string;
  metricName: string;
  dimensions: Record<string, Input<string>>;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
export const apiMetric = ({ restApi, stage }: ObservedApi, metricName: string): Metric => ({
  namespace: "AWS/ApiGateway",
  metricName,
  dimensions: { ApiName: restApi.name, Stage: stage.stageName },
});

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export const functionMetric = ({ function: { name } }: CodeFunction, metricName: string): Metric => ({
  namespace: "AWS/Lambda",
  metricName,
  dimensions: { FunctionName: name },
});

/** How old the newest record is that a function was given of a stream; its alias reads it. */
export const iteratorAge = ({ function: { name }, alias }: CodeFunction): Metric => ({
  namespace: "AWS/Lambda",
  metricName: "IteratorAge",
  dimensions: { FunctionName: name, Resource: interpolate`${name}:${alias.name}` },
});

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
export const queueMetric = ({ name }: Queue, metricName: string): Metric => ({
  namespace: "AWS/SQS",
  metricName,
  dimensions: { QueueName: name },
});

/** Metrics that an alarm's mathematics may read. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
export const mostMetrics = 10;

/** One value of a period, of several metrics: `expression` names them m0, m1, … */
export const queriesOf = (
  metrics: (Metric & { stat: string })[],
  period: number,
  label: string,
  expression: string,
): MetricAlarmArgs["metricQueries"] => [
  { id: "value", label, expression, returnData: true },
  ...metrics.map((metric, index) => ({ id: `m${index}`, metric: { ...metric, period } })),
];
