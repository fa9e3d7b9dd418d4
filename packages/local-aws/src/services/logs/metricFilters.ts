/**
 * Metric filters: events that match become values of a metric.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */

import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { parseJson } from "../../jsonText.ts";
import { putMetrics } from "../../kit/putMetrics.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { embeddedMetrics } from "./embeddedMetrics.ts";
import { checkName, invalid, notFound } from "./errors.ts";
import type { LogEvent } from "./events.ts";
import { filterPattern, type Matches, selected } from "./filterPattern.ts";
import { type LogGroups, type MetricFilterRecord, pageOf } from "./groups.ts";

type Compiled = MetricFilterRecord & { matches: Matches };

export class MetricFilters {
  readonly #logs: LogGroups;
  #compiled: Map<string, Compiled[]> | undefined;

  constructor(logs: LogGroups) {
    this.#logs = logs;
  }

  /** Counts what matches among new events, and reads the metrics that they carry; both go to the service `monitoring`. */
  see(group: string, events: LogEvent[]): void {
    for (const [Namespace, data] of embeddedMetrics(events)) void putMetrics(this.#logs.cloud, Namespace, data);
    for (const filter of this.#of(group)) {
      const matching = events.filter(({ message }) => filter.matches(message));
      if (matching.length === 0) continue;
      for (const { metricNamespace, metricName: MetricName, metricValue, unit } of filter.metricTransformations) {
        const values = matching
          .map(({ message }) => metricValueOf(message, metricValue))
          .filter((value) => !Number.isNaN(value));
        if (values.length === 0) continue;
        const Unit = unit as MetricDatum["Unit"];
        const StatisticValues = statistics(values);
        const datum = { MetricName, Timestamp: new Date(), ...(Unit && { Unit }), StatisticValues };
        void putMetrics(this.#logs.cloud, metricNamespace, [datum]);
      }
    }
  }

  changed(): void {
    this.#compiled = undefined;
  }

  #of(group: string): Compiled[] {
    if (!this.#compiled) {
      this.#compiled = new Map();
      for (const filter of this.#logs.metricFilters.values()) {
        const list = this.#compiled.get(filter.logGroupName) ?? [];
        list.push({ ...filter, matches: filterPattern(filter.filterPattern) });
        this.#compiled.set(filter.logGroupName, list);
      }
    }
    return this.#compiled.get(group) ?? [];
  }
}

/** A number, or what a selector finds in the event. */
function metricValueOf(message: string, metricValue: string): number {
  if (!metricValue.startsWith("$")) return Number(metricValue);
  try {
    return Number(selected(parseJson(message), metricValue));
  } catch {
    return Number.NaN;
  }
}

const statistics = (values: number[]) => ({
  SampleCount: values.length,
  Sum: values.reduce((sum, value) => sum + value, 0),
  Minimum: values.reduce((least, value) => Math.min(least, value)),
  Maximum: values.reduce((most, value) => Math.max(most, value)),
});

export function metricFilterOperations(logs: LogGroups, filters: MetricFilters): Operations<"logs"> {
  const key = (group: string, name: string) => `${group}\n${name}`;

  const PutMetricFilter: OperationOf<"logs", "PutMetricFilter"> = {
    access: ({ logGroupName = "" }) => logs.access("PutMetricFilter", logGroupName),
    run({ logGroupName = "", filterName, filterPattern: pattern = "", metricTransformations = [] }) {
      logs.group(logGroupName);
      checkName(filterName, "filterName", /^[^:*]*$/);
      filterPattern(pattern);
      if (metricTransformations.length !== 1) throw invalid("metricTransformations must have exactly one item.");
      logs.metricFilters.put(key(logGroupName, filterName), {
        filterName,
        filterPattern: pattern,
        logGroupName,
        creationTime: Date.now(),
        metricTransformations: metricTransformations as MetricFilterRecord["metricTransformations"],
      });
      filters.changed();
      return {};
    },
  };

  const DescribeMetricFilters: OperationOf<"logs", "DescribeMetricFilters"> = {
    access: ({ logGroupName = "" }) => logs.access("DescribeMetricFilters", logGroupName),
    run({ logGroupName, filterNamePrefix = "", metricName, metricNamespace, ...rest }) {
      const found = logs.metricFilters
        .values(logGroupName === undefined ? "" : `${logGroupName}\n`)
        .filter(
          (filter) =>
            filter.filterName.startsWith(filterNamePrefix) &&
            filter.metricTransformations.some(
              (one) =>
                (metricName ?? one.metricName) === one.metricName &&
                (metricNamespace ?? one.metricNamespace) === one.metricNamespace,
            ),
        );
      const { items: metricFilters, paging } = pageOf(found, rest, (one) => [one.logGroupName, one.filterName]);
      return { metricFilters: metricFilters.map((one) => ({ applyOnTransformedLogs: false, ...one })), ...paging };
    },
  };

  const DeleteMetricFilter: OperationOf<"logs", "DeleteMetricFilter"> = {
    access: ({ logGroupName = "" }) => logs.access("DeleteMetricFilter", logGroupName),
    run({ logGroupName = "", filterName = "" }) {
      if (!logs.metricFilters.delete(key(logGroupName, filterName))) throw notFound("metric filter");
      filters.changed();
      return {};
    },
  };

  const TestMetricFilter: OperationOf<"logs", "TestMetricFilter"> = {
    access: () => [{ action: "logs:TestMetricFilter", resource: "*" }],
    run({ filterPattern: pattern, logEventMessages = [] }) {
      const matches = filterPattern(pattern);
      const found = logEventMessages.map((eventMessage, index) => ({ eventNumber: index + 1, eventMessage }));
      return { matches: found.filter(({ eventMessage }) => matches(eventMessage)) };
    },
  };

  return { PutMetricFilter, DescribeMetricFilters, DeleteMetricFilter, TestMetricFilter };
}
