import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { Input, Resource } from "@pulumi/pulumi";
import { type AlarmArgs, createAlarm } from "../alarm.ts";
import type { ApiWithLambdas } from "../apiWithLambdas.ts";
import type { CodeFunction } from "../codeFunction.ts";
import { createEventRule } from "../function/eventRule.ts";
import { metricNamespace } from "../naming.ts";

/**
 * SageMaker tells what becomes of jobs and endpoints; a function counts failures, and has new endpoints scaled.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
export function createObservation(name: string, prefix: string, observer: CodeFunction, parent: Resource): void {
  const names = [{ prefix: `${prefix}-` }];
  createEventRule(
    `${name}-changes`,
    {
      description: "Jobs that failed, endpoints that failed or are in service",
      eventPattern: {
        source: ["aws.sagemaker"],
        "detail-type": ["SageMaker Training Job State Change", "SageMaker Endpoint State Change"],
        detail: {
          $or: [
            { TrainingJobName: names, TrainingJobStatus: ["Failed"] },
            { EndpointName: names, EndpointStatus: ["IN_SERVICE", "FAILED"] },
          ],
        },
      },
    },
    observer,
    parent,
  );
}

interface Watched {
  api: ApiWithLambdas;
  observe: CodeFunction;
  sweep: CodeFunction;
  retrain: CodeFunction | undefined;
  /** Topics that are notified. */
  actions: Input<string>[];
}

/** Alarms for what nobody sees in a query's answer. */
export function createRecommenderAlarms(name: string, watched: Watched, parent: Resource): MetricAlarm[] {
  const { api, observe, sweep, retrain, actions } = watched;
  const alarm = (label: string, settings: AlarmArgs) =>
    createAlarm(`${name}-${label}-alarm`, settings, actions, parent);
  const counted = (label: string, metricName: string, alarmDescription: string) =>
    alarm(label, {
      alarmDescription,
      metricName,
      namespace: metricNamespace(),
      dimensions: { service: `${name}-observe` },
    });
  const failing = (label: string, { function: { name: FunctionName } }: CodeFunction, alarmDescription: string) =>
    alarm(label, { alarmDescription, metricName: "Errors", namespace: "AWS/Lambda", dimensions: { FunctionName } });
  return [
    counted("training", "TrainingFailed", "A training job failed"),
    counted("endpoint", "EndpointFailed", "An endpoint could not be made or updated"),
    alarm("errors", {
      alarmDescription: "External functions fail",
      metricName: "5XXError",
      namespace: "AWS/ApiGateway",
      dimensions: { ApiName: api.restApi.name, Stage: api.stage.stageName },
    }),
    failing("observe", observe, "Changes in SageMaker are not observed"),
    failing("sweep", sweep, "Endpoints that bill are not removed"),
    ...(retrain ? [failing("retrain", retrain, "Scheduled training does not start")] : []),
  ];
}
