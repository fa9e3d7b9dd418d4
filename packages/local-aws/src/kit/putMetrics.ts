import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Cloud } from "../service.ts";

/** Limit of one PutMetricData call. */
const maxData = 1_000;

/** Sends a service's metrics to CloudWatch. What is not accepted is lost: metrics are no reason to fail. */
export async function putMetrics(cloud: Cloud, Namespace: string, data: MetricDatum[]): Promise<void> {
  for (let from = 0; from < data.length; from += maxData) {
    const MetricData = data.slice(from, from + maxData);
    await cloud.call("monitoring", "PutMetricData", { Namespace, MetricData }).catch(() => {});
  }
}
