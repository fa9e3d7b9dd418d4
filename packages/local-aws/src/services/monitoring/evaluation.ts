/**
 * The state of an alarm, from its data.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import type { MetricAlarmRecord, StateValue } from "./alarmRecords.ts";
import type { TimeSeries } from "./math.ts";
import type { Metrics } from "./metrics.ts";
import { answerQueries, shortestPeriod } from "./query.ts";

export const comparisons: Record<string, { holds(value: number, threshold: number): boolean; words: string }> = {
  GreaterThanOrEqualToThreshold: { holds: (value, threshold) => value >= threshold, words: "greater than or equal to" },
  GreaterThanThreshold: { holds: (value, threshold) => value > threshold, words: "greater than" },
  LessThanThreshold: { holds: (value, threshold) => value < threshold, words: "less than" },
  LessThanOrEqualToThreshold: { holds: (value, threshold) => value <= threshold, words: "less than or equal to" },
};

/** How many more periods than an alarm needs are read, so that missing ones can be substituted. */
const extraPeriods = 2;

export interface Verdict {
  /** `undefined`: the alarm keeps the state that it has. */
  state: StateValue | undefined;
  reason: string;
  data: object;
}

/** Seconds of one period, as AWS counts them. */
export function periodOf({ metric, queries = [] }: MetricAlarmRecord): number {
  return metric?.period ?? shortestPeriod(queries);
}

/** @param clock how much faster than AWS's the clock runs; @param now milliseconds since 1970 */
export function evaluateAlarm(metrics: Metrics, alarm: MetricAlarmRecord, clock: number, now: number): Verdict {
  const period = Math.max(1, Math.round(periodOf(alarm) / clock));
  const count = alarm.evaluationPeriods + extraPeriods;
  // Finished periods only: an unfinished one would look too low.
  const end = Math.floor(now / 1000 / period) * period;
  const start = end - count * period;
  const series = read(metrics, alarm, { start, end, period });
  const points: (number | undefined)[] = [];
  const times: number[] = [];
  for (let time = start; time < end; time += period) {
    points.push(series.get(time));
    times.push(time);
  }
  return judge(alarm, points, times);
}

function read(
  metrics: Metrics,
  { metric, queries }: MetricAlarmRecord,
  range: { start: number; end: number; period: number },
): TimeSeries {
  const all: MetricDataQuery[] = queries ?? [
    {
      Id: "m1",
      ReturnData: true,
      MetricStat: {
        Metric: { Namespace: metric?.namespace, MetricName: metric?.name, Dimensions: metric?.dimensions },
        Period: range.period,
        Stat: metric?.statistic,
        ...(metric?.unit && { Unit: metric.unit as "Count" }),
      },
    },
  ];
  const returned = all.find(({ ReturnData }) => ReturnData !== false) as MetricDataQuery;
  return answerQueries(metrics, all, range)(returned.Id as string);
}

/** @param points oldest first, `undefined` where there are no data. */
export function judge(alarm: MetricAlarmRecord, points: (number | undefined)[], times: number[] = []): Verdict {
  const { evaluationPeriods: wanted, threshold, missing = "missing" } = alarm;
  const needed = alarm.datapointsToAlarm ?? wanted;
  const comparison = comparisons[alarm.comparison] as (typeof comparisons)[string];
  const breaches = (value: number) => comparison.holds(value, threshold);
  const existing = points.flatMap((value, index) => (value === undefined ? [] : [{ value, index }]));
  const recent = existing.slice(-wanted);
  const breaching = recent.filter(({ value }) => breaches(value));
  const absent = wanted - recent.length;
  const state = decide();
  return {
    state,
    ...explain(alarm, state, {
      recent: recent.map(({ value, index }) => ({ value, time: times[index] ?? 0 })),
      times: times.slice(-wanted),
      breaching: breaching.length,
      needed,
      wanted,
      words: comparison.words,
    }),
  };

  function decide(): StateValue | undefined {
    if (absent <= 0) return breaching.length >= needed ? "ALARM" : "OK";
    switch (missing) {
      case "breaching":
        return breaching.length + absent >= needed ? "ALARM" : "OK";
      case "notBreaching":
        return breaching.length >= needed ? "ALARM" : "OK";
      case "ignore":
        if (breaching.length >= needed) return "ALARM";
        return recent.length > breaching.length ? "OK" : undefined;
    }
    if (recent.length === 0) return "INSUFFICIENT_DATA";
    if (breaching.length >= needed) return "ALARM";
    // The oldest breaching period is old enough, and nothing after it contradicts it.
    const oldest = breaching[0];
    const onlyBreaching = breaching.length === recent.length;
    return oldest && onlyBreaching && points.length - oldest.index >= needed ? "ALARM" : "OK";
  }
}

interface Facts {
  recent: { value: number; time: number }[];
  /** Of the periods that are evaluated, whether they have data or not. */
  times: number[];
  breaching: number;
  needed: number;
  wanted: number;
  words: string;
}

function explain(
  alarm: MetricAlarmRecord,
  state: StateValue | undefined,
  { recent, times, breaching, needed, wanted, words }: Facts,
) {
  const stamp = (time: number) => new Date(time * 1000).toISOString().replace(/\.\d+Z$/, ".000+0000");
  const number = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));
  const listed = recent.map(({ value, time }) => `${number(value)} (${shortTime(time)})`).join(", ");
  const threshold = `the threshold (${number(alarm.threshold)})`;
  const many = (count: number, kind = "") => `${count} ${kind}${count === 1 ? "datapoint" : "datapoints"}`;
  const were = (count: number) => (count === 1 ? "was" : "were");
  const reason =
    recent.length === 0
      ? state === "INSUFFICIENT_DATA"
        ? `Insufficient Data: ${many(wanted)} ${were(wanted)} unknown.`
        : `Threshold Crossed: no datapoints were received for ${wanted} ${wanted === 1 ? "period" : "periods"} and ${many(wanted, "missing ")} ${were(wanted)} treated as [${alarm.missing === "breaching" ? "Breaching" : "NonBreaching"}].`
      : state === "ALARM"
        ? `Threshold Crossed: ${breaching} out of the last ${recent.length} datapoints [${listed}] ${were(breaching)} ${words} ${threshold} (minimum ${many(needed)} for OK -> ALARM transition).`
        : `Threshold Crossed: ${many(recent.length)} [${listed}] ${were(recent.length)} not ${words} ${threshold}.`;
  return {
    reason,
    data: {
      version: "1.0",
      queryDate: stamp(Math.floor(Date.now() / 1000)),
      ...(recent[0] && { startDate: stamp(recent[0].time) }),
      ...(alarm.metric?.unit && { unit: alarm.metric.unit }),
      ...(alarm.metric && { statistic: alarm.metric.statistic, period: alarm.metric.period }),
      recentDatapoints: recent.map(({ value }) => value),
      threshold: alarm.threshold,
      evaluatedDatapoints:
        recent.length === 0
          ? times.map((time) => ({ timestamp: stamp(time) }))
          : recent.map(({ value, time }) => ({ timestamp: stamp(time), value })),
    },
  };
}

/** `31/01/26 12:00:00` */
function shortTime(seconds: number): string {
  const [year = "", month, day, time] = new Date(seconds * 1000).toISOString().split(/[-T.]/);
  return `${day}/${month}/${year.slice(2)} ${time}`;
}
