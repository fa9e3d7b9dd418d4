/** Reports of Contributor Insights: who contributes most, counted from the events of the log groups. */

import { setImmediate } from "node:timers/promises";
import type { GetInsightRuleReportInput, GetInsightRuleReportOutput } from "@aws-sdk/client-cloudwatch";
import type { Cloud } from "../../service.ts";
import type { InsightDefinition } from "./insightDefinition.ts";
import { invalidMix, invalidValue, validation } from "./query.ts";

/** A time in which the rule was enabled, in milliseconds since 1970. */
export interface Enabled {
  from: number;
  to?: number;
}

const maxContributors = 100;
/** Of one report. */
const maxPeriods = 1440;
const metrics = [
  ...(["UniqueContributors", "MaxContributorValue", "SampleCount", "Sum", "Minimum", "Maximum", "Average"] as const),
];
type Metric = (typeof metrics)[number];

interface Contributor {
  keys: string[];
  total: number;
  /** What was contributed, by the beginning of the period. */
  periods: Map<number, number[]>;
}

/** @throws AwsError for a report that nobody can make. */
export async function insightReport(
  cloud: Cloud,
  definition: InsightDefinition,
  enabled: Enabled[],
  input: GetInsightRuleReportInput,
): Promise<GetInsightRuleReportOutput> {
  const { StartTime, EndTime, Period = 60, MaxContributorCount: most = 10, Metrics = [], OrderBy = "Sum" } = input;
  const [start, end, period] = [StartTime?.getTime() ?? 0, EndTime?.getTime() ?? 0, Period * 1000];
  if (start >= end) throw validation("The parameter StartTime must be less than the parameter EndTime.");
  if (Period < 60 || Period % 60 !== 0)
    throw invalidValue(`The parameter Period must be a multiple of 60; it is ${Period}.`);
  if (most < 1 || most > maxContributors)
    throw invalidValue(`The parameter MaxContributorCount must be between 1 and ${maxContributors}; it is ${most}.`);
  if (OrderBy !== "Sum" && OrderBy !== "Maximum")
    throw invalidValue(`The parameter OrderBy must be Sum or Maximum; it is ${OrderBy}.`);
  const unknown = Metrics.find((name) => !(metrics as readonly string[]).includes(name));
  if (unknown !== undefined) throw invalidValue(`The metric ${unknown} must be one of ${metrics.join(", ")}.`);
  const first = Math.floor(start / period) * period;
  const count = Math.floor(end / period) - first / period + 1;
  if (count > maxPeriods)
    throw invalidMix(`You have requested ${count} periods, which exceeds the limit of ${maxPeriods}.`);

  const found = await contributors(cloud, definition, enabled, { start: first, end, period });
  const peak = ({ periods }: Contributor) => highest([...periods.values()].map(sum));
  const rank = OrderBy === "Sum" ? ({ total }: Contributor) => total : peak;
  const times = Array.from({ length: count }, (_, index) => first + index * period);
  return {
    KeyLabels: definition.keys,
    AggregationStatistic: definition.sums ? "Sum" : "SampleCount",
    AggregateValue: found.reduce((all, { total }) => all + total, 0),
    ApproximateUniqueCount: found.length,
    Contributors: found
      .toSorted((a, b) => rank(b) - rank(a))
      .slice(0, most)
      .map(({ keys, total, periods }) => ({
        Keys: keys,
        ApproximateAggregateValue: total,
        Datapoints: [...periods]
          .toSorted(([a], [b]) => a - b)
          .map(([time, values]) => ({ Timestamp: new Date(time), ApproximateValue: sum(values) })),
      })),
    MetricDatapoints:
      Metrics.length === 0
        ? []
        : times.map((time) => {
            const values = found.flatMap(({ periods }) => periods.get(time) ?? []);
            const each = found.flatMap(({ periods }) =>
              periods.has(time) ? [sum(periods.get(time) as number[])] : [],
            );
            const shown = measured(values, each);
            const wanted = Metrics.map((name) => [name, shown[name as Metric]] as const);
            return { Timestamp: new Date(time), ...Object.fromEntries(wanted) };
          }),
  };
}

const highest = (values: number[]): number =>
  values.length === 0 ? 0 : values.reduce((most, value) => Math.max(most, value));
const sum = (values: number[]): number => values.reduce((all, value) => all + value, 0);

/** @param values of single events. @param each contributor's. */
function measured(values: number[], each: number[]): Record<Metric, number> {
  const none = values.length === 0;
  const total = sum(values);
  return {
    UniqueContributors: each.length,
    MaxContributorValue: highest(each),
    SampleCount: values.length,
    Sum: total,
    Minimum: none ? 0 : values.reduce((least, value) => Math.min(least, value)),
    Maximum: highest(values),
    Average: none ? 0 : total / values.length,
  };
}

async function contributors(
  cloud: Cloud,
  { groups, read }: InsightDefinition,
  enabled: Enabled[],
  { start, end, period }: { start: number; end: number; period: number },
): Promise<Contributor[]> {
  const found = new Map<string, Contributor>();
  for (const logGroupName of await existing(cloud, groups)) {
    let nextToken: string | undefined;
    do {
      const range = { startTime: start, endTime: end - 1 };
      const page = await cloud.call("logs", "FilterLogEvents", { logGroupName, ...range, nextToken });
      for (const { timestamp = 0, message = "" } of page.events ?? []) {
        if (!enabled.some(({ from, to = Number.POSITIVE_INFINITY }) => timestamp >= from && timestamp < to)) continue;
        const counted = read(message);
        if (!counted) continue;
        const key = JSON.stringify(counted.keys);
        const one = found.get(key) ?? { keys: counted.keys, total: 0, periods: new Map<number, number[]>() };
        const time = Math.floor(timestamp / period) * period;
        one.total += counted.value;
        const values = one.periods.get(time);
        if (values) values.push(counted.value);
        else one.periods.set(time, [counted.value]);
        found.set(key, one);
      }
      nextToken = page.nextToken;
      await setImmediate();
    } while (nextToken !== undefined);
  }
  return [...found.values()];
}

async function existing(cloud: Cloud, groups: string[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (const group of groups) {
    const prefix = group.endsWith("*") ? group.slice(0, -1) : group;
    let nextToken: string | undefined;
    do {
      const page = await cloud.call("logs", "DescribeLogGroups", {
        logGroupNamePrefix: prefix || undefined,
        nextToken,
      });
      for (const { logGroupName = "" } of page.logGroups ?? []) {
        if (group.endsWith("*") || logGroupName === group) names.add(logGroupName);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  return names;
}
