/** Metrics read: statistics of one, and answers to several queries, a page at a time. */
import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  GetMetricStatisticsInput,
  MetricDataQuery,
  MetricDataResult,
  MetricStat,
} from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../../service.ts";
import type { Metrics } from "../metrics.ts";
import { answerQueries, bucketsOf, checkQueries, invalidMix, invalidValue, type Range, validation } from "../query.ts";
import { statistic } from "../statistics.ts";
import { unitsOf } from "../units.ts";

const maxPoints = 1440;
const maxQueries = 500;
const maxDataPoints = 100_800;

export function getStatistics(metrics: Metrics, input: GetMetricStatisticsInput) {
  const {
    Namespace = "",
    MetricName = "",
    Dimensions = [],
    Period = 60,
    Statistics = [],
    ExtendedStatistics = [],
  } = input;
  checkPeriod(Period);
  if (Statistics.length + ExtendedStatistics.length === 0)
    throw invalidMix("At least one of Statistics and ExtendedStatistics must be given.");
  const { start, end } = seconds(input.StartTime, input.EndTime, invalidValue);
  const count = Math.ceil(((input.EndTime?.getTime() ?? 0) - (input.StartTime?.getTime() ?? 0)) / 1000 / Period);
  if (count > maxPoints) {
    throw invalidMix(
      `You have requested up to ${count} datapoints, which exceeds the limit of ${maxPoints}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    );
  }
  const plain = Statistics.map((name) => [name, statistic(name)] as const);
  const extended = ExtendedStatistics.map((name) => [name, statistic(name)] as const);
  const series = metrics.find(Namespace, MetricName, Dimensions);
  const buckets = series === undefined ? [] : metrics.read(series, start, end, Period, input.Unit);
  const Datapoints = buckets.map((bucket) => ({
    Timestamp: new Date(bucket.time * 1000),
    ...Object.fromEntries(plain.map(([name, compute]) => [name, compute(bucket)])),
    ...(extended.length > 0 && {
      ExtendedStatistics: Object.fromEntries(
        extended.flatMap(([name, compute]) => {
          const value = compute(bucket);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
    }),
    Unit: bucket.unit,
  }));
  return { Label: MetricName, Datapoints };
}

/**
 * Points are counted off in the order of the queries: a result that this page does not end is `PartialData`, and the next page
 * goes on with it. Each page names all results.
 */
export function getData(metrics: Metrics, input: GetMetricDataInput): GetMetricDataOutput {
  const { MetricDataQueries: queries = [], MaxDatapoints: max = maxDataPoints } = input;
  if (queries.length === 0 || queries.length > maxQueries)
    throw validation(`The parameter MetricDataQueries must have between 1 and ${maxQueries} elements.`);
  if (max < 1 || max > maxDataPoints)
    throw invalidValue(`The parameter MaxDatapoints must be between 1 and ${maxDataPoints}; it is ${max}.`);
  const range = seconds(input.StartTime, input.EndTime, validation);
  checkQueries(queries);
  for (const { MetricStat } of queries) if (MetricStat) checkPeriod(MetricStat.Period as number);
  const answer = answerQueries(metrics, queries, range);
  const label = labels(queries.flatMap(({ MetricStat }) => MetricStat ?? []));
  const newestFirst = input.ScanBy !== "TimestampAscending";
  const from = input.NextToken === undefined ? 0 : placeOf(input.NextToken);
  /** Points of the results before the one at hand. */
  let before = 0;
  const MetricDataResults = queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .map((query): MetricDataResult => {
      const { Id: id = "", Label, MetricStat, Expression } = query;
      const all = [...answer(id)].sort(([a], [b]) => (newestFirst ? b - a : a - b));
      const [first, last] = [from, from + max].map((place) => Math.max(place - before, 0)) as [number, number];
      const points = all.slice(first, last);
      before += all.length;
      const messages = messagesOf(metrics, query, range);
      return {
        Id: id,
        Label: Label ?? (MetricStat ? label(MetricStat) : Expression ? id : ""),
        Timestamps: points.map(([time]) => new Date(time * 1000)),
        Values: points.map(([, value]) => value),
        StatusCode: all.length > last ? "PartialData" : "Complete",
        ...(messages && { Messages: messages }),
      };
    });
  return {
    MetricDataResults,
    Messages: [],
    ...(before > from + max && { NextToken: Buffer.from(String(from + max)).toString("base64url") }),
  };
}

/** What is said of data in several units, of which one was chosen. */
function messagesOf(metrics: Metrics, { MetricStat: stat }: MetricDataQuery, range: Range) {
  if (!stat || stat.Unit) return undefined;
  const found = unitsOf(bucketsOf(metrics, stat, { ...range, period: stat.Period as number }));
  if (found.length < 2) return undefined;
  return [{ Code: "MultipleUnits", Value: `Multiple units returned: '[${found.join(", ")}]'` }];
}

/** How many points the pages before have returned. */
function placeOf(token: string): number {
  const place = Buffer.from(token, "base64url").toString();
  if (!/^\d{1,12}$/.test(place)) throw new AwsError("InvalidNextToken", "The next token is invalid.", 400);
  return Number(place);
}

function checkPeriod(period: number): void {
  if (![1, 5, 10, 20, 30].includes(period) && !(period > 0 && period % 60 === 0)) {
    throw invalidValue(`The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60; it is ${period}.`);
  }
}

/** Whole seconds that contain a time. @param wrong the operation's own error for one that ends before it begins. */
function seconds(
  start: Date | undefined,
  end: Date | undefined,
  wrong: (message: string) => AwsError,
): { start: number; end: number } {
  if ((start?.getTime() ?? 0) >= (end?.getTime() ?? 0))
    throw wrong("The parameter StartTime must be less than the parameter EndTime.");
  return { start: Math.floor((start?.getTime() ?? 0) / 1000), end: Math.ceil((end?.getTime() ?? 0) / 1000) };
}

/** A metric's label: its name, plus statistic and period where they distinguish the queries. */
function labels(all: MetricStat[]): (one: MetricStat) => string {
  const differ = (values: unknown[]) => new Set(values).size > 1;
  const stats = differ(all.map(({ Stat }) => Stat));
  const periods = differ(all.map(({ Period }) => Period));
  return ({ Metric, Stat, Period }) =>
    [Metric?.MetricName ?? "", ...(stats ? [Stat] : []), ...(periods ? [Period] : [])].join(" ");
}
