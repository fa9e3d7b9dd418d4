import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { Queue } from "@pulumi/aws/sqs";
import { type Input, interpolate, type Resource } from "@pulumi/pulumi";
import { type AlarmArgs, createAlarm } from "../alarm.ts";
import type { CodeFunction } from "../codeFunction.ts";
import { metricNamespace } from "../naming.ts";

interface PipelineAlarms {
  /** What a record ends in that cannot be predicted. */
  failures: Queue;
  /** Queue that records wait in, in ingest mode `queue`. */
  records: Queue | undefined;
  /** None where a container predicts. */
  predictor: CodeFunction | undefined;
  /** Service that the predictor's own metrics are of. */
  service: string;
  /** Topics that are notified. */
  actions: Input<string>[];
}

/** Seconds that a record waits for its prediction before somebody looks. */
const longestWait = 60;

/** Alarms for what the pipeline promises: every record predicted, soon, with a model that can be used. */
export function createAlarms(name: string, args: PipelineAlarms, parent: Resource): MetricAlarm[] {
  const { failures, records, predictor, service, actions } = args;
  const alarm = (label: string, settings: AlarmArgs) => createAlarm(`${name}-${label}`, settings, actions, parent);

  const alarms = [
    alarm("rejected-alarm", {
      alarmDescription: "Records wait in the failure queue",
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      statistic: "Maximum",
      dimensions: { QueueName: failures.name },
    }),
    alarm("model-alarm", {
      alarmDescription: "The model's object cannot be used; predictors keep the last good one",
      namespace: metricNamespace(),
      metricName: "ModelLoadFailed",
      dimensions: { service },
    }),
  ];
  if (predictor) {
    const dimensions = { FunctionName: predictor.function.name };
    alarms.push(
      alarm("errors-alarm", {
        alarmDescription: "The predictor fails",
        namespace: "AWS/Lambda",
        metricName: "Errors",
        evaluationPeriods: 2,
        dimensions,
      }),
    );
    if (!records) {
      alarms.push(
        alarm("delay-alarm", {
          alarmDescription: "Records wait in the stream for their prediction",
          namespace: "AWS/Lambda",
          metricName: "IteratorAge",
          statistic: "Maximum",
          threshold: longestWait * 1_000,
          evaluationPeriods: 5,
          // The alias reads the stream.
          dimensions: { ...dimensions, Resource: interpolate`${predictor.function.name}:${predictor.alias.name}` },
        }),
      );
    }
  }
  if (records) {
    alarms.push(
      alarm("delay-alarm", {
        alarmDescription: "Records wait in the queue for their prediction",
        namespace: "AWS/SQS",
        metricName: "ApproximateAgeOfOldestMessage",
        statistic: "Maximum",
        threshold: longestWait,
        evaluationPeriods: 5,
        dimensions: { QueueName: records.name },
      }),
    );
  }
  return alarms;
}
