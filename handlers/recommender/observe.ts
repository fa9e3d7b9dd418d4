import { MetricUnit } from "@aws-lambda-powertools/metrics";
import {
  ApplicationAutoScalingClient,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import type { EventBridgeEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { settings } from "./settings.ts";

const autoscaling = new ApplicationAutoScalingClient({ maxAttempts: 5 });

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html */
interface Change {
  TrainingJobName?: string;
  TrainingJobStatus?: string;
  EndpointName?: string;
  EndpointStatus?: string;
  FailureReason?: string;
}

/** What SageMaker tells of jobs and endpoints, maybe more than once: failures are counted, endpoints in service scaled. */
export async function handler({ detail }: Pick<EventBridgeEvent<string, Change>, "detail">): Promise<void> {
  const { TrainingJobName: job, EndpointName: endpoint, FailureReason: reason } = detail;
  if (detail.TrainingJobStatus === "Failed") count("TrainingFailed", { job, reason });
  if (detail.EndpointStatus === "FAILED") count("EndpointFailed", { endpoint, reason });
  if (detail.EndpointStatus === "IN_SERVICE" && endpoint) await scale(endpoint);
}

function count(metric: string, about: Record<string, string | undefined>): void {
  logger.error(metric, about);
  metrics.addMetric(metric, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}

/** Both calls put what is there already. */
async function scale(endpoint: string): Promise<void> {
  const { serving } = settings;
  if ("serverless" in serving || serving.maxInstances <= serving.instanceCount) return;
  const target = {
    ServiceNamespace: "sagemaker",
    ResourceId: `endpoint/${endpoint}/variant/variant-1`,
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  } as const;
  await autoscaling.send(
    new RegisterScalableTargetCommand({
      ...target,
      MinCapacity: serving.instanceCount,
      MaxCapacity: serving.maxInstances,
    }),
  );
  await autoscaling.send(
    new PutScalingPolicyCommand({
      ...target,
      PolicyName: "calls-per-instance",
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: serving.callsPerInstance,
        PredefinedMetricSpecification: { PredefinedMetricType: "SageMakerVariantInvocationsPerInstance" },
      },
    }),
  );
  logger.info("scaled", { endpoint, from: serving.instanceCount, to: serving.maxInstances });
}
