/**
 * CloudWatch: metrics, alarms, dashboards. Its name is the one that it signs with, `monitoring`; its permissions are
 * called `cloudwatch:…`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Operations.html
 */
import type { Cloud, Service } from "../../service.ts";
import { Alarms } from "./alarms.ts";
import { Metrics } from "./metrics.ts";
import { alarmOperations } from "./operations/alarms.ts";
import { anomalyDetectorOperations } from "./operations/anomalyDetectors.ts";
import { type DashboardRecord, dashboardOperations, tagOperations } from "./operations/dashboards.ts";
import { type InsightRuleRecord, insightRuleOperations } from "./operations/insightRules.ts";
import { metricOperations } from "./operations/metrics.ts";

export interface MonitoringOptions {
  /** How much faster than AWS's the clock of alarms runs: at 60, a period of a minute lasts a second. Default 1. */
  clock?: number;
}

const compactEvery = 60_000;

export function createMonitoring(cloud: Cloud, { clock = 1 }: MonitoringOptions = {}): Service {
  const { region, accountId, store } = cloud;
  const metrics = new Metrics(store);
  const alarms = new Alarms(cloud, metrics, clock);
  const dashboards = store.collection<DashboardRecord>("monitoring.dashboards");
  const insightRules = store.collection<InsightRuleRecord>("monitoring.insightRules");
  let timer: NodeJS.Timeout | undefined;
  return {
    name: "monitoring",
    shapes: () => import("@aws-sdk/client-cloudwatch"),
    operations: {
      ...metricOperations(metrics),
      ...alarmOperations(alarms, (name) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`),
      ...dashboardOperations(dashboards, (name) => `arn:aws:cloudwatch::${accountId}:dashboard/${name}`),
      ...anomalyDetectorOperations(store.collection("monitoring.anomalyDetectors"), accountId),
      ...insightRuleOperations(
        cloud,
        insightRules,
        (name) => `arn:aws:cloudwatch:${region}:${accountId}:insight-rule/${name}`,
      ),
      ...tagOperations(alarms, insightRules),
    },
    async start() {
      alarms.start();
      timer = setInterval(() => metrics.compact(), compactEvery).unref();
    },
    async stop() {
      clearInterval(timer);
      alarms.stop();
    },
  };
}
