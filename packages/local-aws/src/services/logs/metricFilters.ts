/**
 * Metric filters: events that match become values of a metric.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */

import type { Dimension, MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import { parseJson } from "../../jsonText.ts";
import { brokenConstraint } from "../../kit/constraint.ts";
import { selected } from "../../kit/logFields.ts";
import { putMetrics } from "../../kit/putMetrics.ts";
import { units } from "../../kit/units.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { embeddedMetrics } from "./embeddedMetrics.ts";
import { checkName, invalid, notFound } from "./errors.ts";
import type { LogEvent } from "./events.ts";
import { filterPattern, type Matches } from "./filterPattern.ts";
import { type LogGroups, type MetricFilterRecord, pageOf } from "./groups.ts";
import { type Fields, spacePattern } from "./spacePattern.ts";

const maxDimensions = 3;

interface Compiled extends MetricFilterRecord {
  matches: Matches;
  /** Fields of a space-delimited event. */
  fields: Fields | undefined;
  /** The minute in which it last matched, or its default was last given. */
  minute: number;
}

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
      const matching = events.filter(({ message }) => filter.matches(message)).map(({ message }) => message);
      const minute = Math.floor(Date.now() / 60_000);
      // A default is for a minute without a match.
      const isFirst = filter.minute !== minute;
      filter.minute = minute;
      for (const { metricNamespace, defaultValue, ...metric } of filter.metricTransformations) {
        if (matching.length > 0) void putMetrics(this.#logs.cloud, metricNamespace, measured(filter, metric, matching));
        else if (isFirst && defaultValue !== undefined)
          void putMetrics(this.#logs.cloud, metricNamespace, [datum(metric, [], [defaultValue])]);
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
        const { filterPattern: pattern } = filter;
        const fields = pattern.trim().startsWith("[") ? spacePattern(pattern.trim()) : undefined;
        list.push({ ...filter, matches: filterPattern(pattern), fields, minute: 0 });
        this.#compiled.set(filter.logGroupName, list);
      }
    }
    return this.#compiled.get(group) ?? [];
  }
}

type Metric = Omit<MetricFilterRecord["metricTransformations"][number], "metricNamespace">;

/** Values of what matches, by dimensions. An event that lacks the value, or one of the dimensions, is none. */
function measured({ fields }: Compiled, metric: Metric, messages: string[]): MetricDatum[] {
  const found = new Map<string, { Dimensions: Dimension[]; values: number[] }>();
  for (const message of messages) {
    const find = finder(message, fields);
    const value = metric.metricValue.startsWith("$") ? Number(find(metric.metricValue)) : Number(metric.metricValue);
    const Dimensions = Object.entries(metric.dimensions ?? {}).map(([Name, selector]) => ({
      Name,
      Value: String(find(selector) ?? ""),
    }));
    if (Number.isNaN(value) || Dimensions.some(({ Value }) => Value === "")) continue;
    const key = JSON.stringify(Dimensions);
    const same = found.get(key) ?? { Dimensions, values: [] };
    same.values.push(value);
    found.set(key, same);
  }
  return [...found.values()].map(({ Dimensions, values }) => datum(metric, Dimensions, values));
}

/** What a selector finds in an event: `$.latency` in JSON, `$bytes` among the fields of a space-delimited one. */
function finder(message: string, fields: Fields | undefined): (selector: string) => unknown {
  const named = fields?.(message);
  if (named) return (selector) => (Object.hasOwn(named, selector.slice(1)) ? named[selector.slice(1)] : undefined);
  let document: unknown;
  return (selector) => {
    try {
      document ??= parseJson(message);
    } catch {
      return undefined;
    }
    return selected(document, selector);
  };
}

const datum = ({ metricName, unit }: Metric, Dimensions: Dimension[], values: number[]): MetricDatum => ({
  MetricName: metricName,
  Timestamp: new Date(),
  ...(Dimensions.length > 0 && { Dimensions }),
  ...(unit && { Unit: unit }),
  StatisticValues: statistics(values),
});

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
      const [{ unit, dimensions, defaultValue }] = metricTransformations as [MetricTransformation];
      if (unit !== undefined && !units.includes(unit)) {
        const set = `Member must satisfy enum value set: [${units.join(", ")}]`;
        throw invalid(brokenConstraint(unit, "metricTransformations.1.member.unit", set));
      }
      if (dimensions && Object.keys(dimensions).length > maxDimensions)
        throw invalid(`A metric transformation has at most ${maxDimensions} dimensions.`);
      if (dimensions && defaultValue !== undefined)
        throw invalid("A metric transformation with dimensions cannot have a default value.");
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
      const extract = extractor(pattern.trim());
      const found = logEventMessages.map((eventMessage, index) => ({ eventNumber: index + 1, eventMessage }));
      return {
        matches: found
          .filter(({ eventMessage }) => matches(eventMessage))
          .map((one) => ({ ...one, extractedValues: extract(one.eventMessage) })),
      };
    },
  };

  return { PutMetricFilter, DescribeMetricFilters, DeleteMetricFilter, TestMetricFilter };
}

/** Values that a pattern reads in an event, by their selectors. */
function extractor(pattern: string): (message: string) => Record<string, string> {
  const fields = pattern.startsWith("[") ? spacePattern(pattern) : undefined;
  if (fields) {
    return (message) =>
      Object.fromEntries(Object.entries(fields(message) ?? {}).map(([name, value]) => [`$${name}`, value]));
  }
  const selectors = pattern.startsWith("{") ? new Set(pattern.match(/\$(?:\.[\w\-:@]+|\[\d+\]|\["[^"]+"\])+/g)) : [];
  return (message) => {
    const find = finder(message, undefined);
    const found = [...selectors].map((selector): [string, unknown] => [selector, find(selector)]);
    return Object.fromEntries(
      found.filter(([, value]) => value !== undefined).map(([key, value]) => [key, String(value)]),
    );
  };
}
