import type { types } from "@pulumi/aws";
import { Policy, Target } from "@pulumi/aws/appautoscaling";
import { MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch";
import type { Cluster, Service } from "@pulumi/aws/ecs";
import type { Queue } from "@pulumi/aws/sqs";
import { interpolate, type Resource } from "@pulumi/pulumi";
import type { ContainerArgs } from "./args.ts";

interface ScalingArgs {
  cluster: Cluster;
  service: Service;
  /** Queue whose depth decides. */
  records: Queue;
  container: ContainerArgs;
}

/** Minutes without any message, waiting or in work, after which containers end. */
const idleMinutes = 3;

/**
 * As many containers as the queue's depth calls for: one from the first message on, another for each further
 * `messagesPerTask`, and none (or the minimum) when it has been empty for some minutes. Two alarms on messages that wait or
 * are in work decide; the capacities are exact, so that a repeated alarm changes nothing.
 */
export function createScaling(name: string, args: ScalingArgs, parent: Resource): void {
  const { cluster, service, records, container } = args;
  const { minimumTasks = 0, maximumTasks = 4, messagesPerTask = 5_000 } = container;
  const target = new Target(
    `${name}-tasks`,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: interpolate`service/${cluster.name}/${service.name}`,
      minCapacity: minimumTasks,
      maxCapacity: maximumTasks,
    },
    { parent },
  );
  const { serviceNamespace, scalableDimension, resourceId } = target;
  const scaled = { serviceNamespace, scalableDimension, resourceId };
  const policy = (label: string, stepAdjustments: Steps): Policy =>
    new Policy(
      `${name}-${label}`,
      {
        ...scaled,
        policyType: "StepScaling",
        stepScalingPolicyConfiguration: {
          adjustmentType: "ExactCapacity",
          metricAggregationType: "Maximum",
          cooldown: 60,
          stepAdjustments,
        },
      },
      { parent },
    );
  const alarm = (label: string, settings: Comparison, action: Policy) =>
    new MetricAlarm(
      `${name}-${label}`,
      {
        threshold: 0,
        metricQueries: backlog(records),
        ...settings,
        alarmActions: [action.arn],
      },
      { parent },
    );

  const busy = Array.from({ length: maximumTasks }, (_, index) => ({
    scalingAdjustment: index + 1,
    metricIntervalLowerBound: String(index * messagesPerTask),
    ...(index + 1 < maximumTasks && { metricIntervalUpperBound: String((index + 1) * messagesPerTask) }),
  }));
  alarm(
    "backlog-alarm",
    {
      alarmDescription: "Records are to be predicted: containers run",
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
    },
    policy("backlog", busy),
  );
  alarm(
    "idle-alarm",
    {
      alarmDescription: "There is nothing to predict: containers end",
      comparisonOperator: "LessThanOrEqualToThreshold",
      evaluationPeriods: idleMinutes,
      // Of a queue that nobody uses for six hours SQS reports nothing, and without a value no step is chosen: by then the
      // reported zeros have ended the containers.
      treatMissingData: "breaching",
    },
    policy("idle", [{ scalingAdjustment: minimumTasks, metricIntervalUpperBound: "0" }]),
  );
}

type Steps = types.input.appautoscaling.PolicyStepScalingPolicyConfigurationStepAdjustment[];
type Comparison = Pick<
  MetricAlarmArgs,
  "alarmDescription" | "comparisonOperator" | "evaluationPeriods" | "treatMissingData"
>;

/** Messages that wait, and those that a container has in work: it may still fail them. */
function backlog(queue: Queue): MetricAlarmArgs["metricQueries"] {
  const metric = (id: string, metricName: string) => ({
    id,
    metric: {
      namespace: "AWS/SQS",
      metricName,
      period: 60,
      stat: "Maximum",
      dimensions: { QueueName: queue.name },
    },
  });
  return [
    { id: "backlog", label: "Messages", expression: "visible + taken", returnData: true },
    metric("visible", "ApproximateNumberOfMessagesVisible"),
    metric("taken", "ApproximateNumberOfMessagesNotVisible"),
  ];
}
