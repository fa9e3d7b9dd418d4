/**
 * CloudWatch Logs on one machine: groups, streams, events, filter patterns, metric filters and retention.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html
 */
import type { Cloud, Service } from "../../service.ts";
import { dataProtectionOperations } from "./dataProtection.ts";
import { deliveryOperations } from "./deliveries.ts";
import { deliveryDestinationOperations } from "./deliveryDestinations.ts";
import { destinationOperations } from "./destinations.ts";
import { eventOperations } from "./eventOperations.ts";
import { ExportTasks, exportTaskOperations } from "./exportTasks.ts";
import { groupOperations } from "./groupOperations.ts";
import { LogGroups } from "./groups.ts";
import { insightsOperations, queryDefinitionOperations } from "./insights/operations.ts";
import { Queries } from "./insights/queries.ts";
import { MetricFilters, metricFilterOperations } from "./metricFilters.ts";
import { subscriptionFilterOperations } from "./subscriptionFilters.ts";
import { resourcePolicyOperations, tagOperations } from "./tagOperations.ts";

const sweepMs = 10 * 60_000;
const day = 86_400_000;

export function createLogs(cloud: Cloud): Service {
  const logs = new LogGroups(cloud);
  const filters = new MetricFilters(logs);
  const queries = new Queries(logs);
  const exports = new ExportTasks(logs, cloud.store.collection("logs.exportTasks"));
  let sweeper: NodeJS.Timeout | undefined;

  function sweep(): void {
    for (const { name, retentionInDays } of logs.groups.values()) {
      if (retentionInDays !== undefined) logs.events.expire(name, Date.now() - retentionInDays * day);
    }
    logs.events.bound();
  }

  return {
    name: "logs",
    shapes: () => import("@aws-sdk/client-cloudwatch-logs"),
    operations: {
      ...groupOperations(logs),
      ...eventOperations(logs, filters),
      ...metricFilterOperations(logs, filters),
      ...subscriptionFilterOperations(logs),
      ...deliveryDestinationOperations(logs),
      ...deliveryOperations(
        logs,
        cloud.store.collection("logs.deliverySources"),
        cloud.store.collection("logs.deliveries"),
      ),
      ...destinationOperations(logs),
      ...dataProtectionOperations(logs),
      ...exportTaskOperations(logs, exports),
      ...insightsOperations(logs, queries),
      ...queryDefinitionOperations(cloud.store.collection("logs.queryDefinitions")),
      ...tagOperations(logs),
      ...resourcePolicyOperations(logs),
    },
    async start() {
      exports.start();
      sweep();
      sweeper = setInterval(sweep, sweepMs).unref();
    },
    async stop() {
      clearInterval(sweeper);
      queries.stop();
      exports.stop();
    },
  };
}
