/** `MetricDataQueries`: metrics and expressions over them, for `GetMetricData` and for alarms. */
import type { MetricDataQuery, MetricStat } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "../../service.ts";
import { evaluate, MathError, type Scope, type TimeSeries } from "./math.ts";
import type { Bucket, Metrics } from "./metrics.ts";
import { statistic } from "./statistics.ts";
import { inOneUnit } from "./units.ts";

export interface Range {
  /** Seconds since 1970; the end is exclusive. */
  start: number;
  end: number;
  /** Seconds; overrides the queries' own periods. */
  period?: number;
}

export const invalidValue = (message: string): AwsError => new AwsError("InvalidParameterValue", message, 400);
export const invalidMix = (message: string): AwsError => new AwsError("InvalidParameterCombination", message, 400);
export const validation = (message: string): AwsError => new AwsError("ValidationError", message, 400);

/** @throws AwsError `ValidationError` for queries that cannot be answered whatever the data. */
export function checkQueries(queries: MetricDataQuery[]): void {
  const ids = new Set<string>();
  for (const { Id: id = "", MetricStat: stat, Expression: expression } of queries) {
    if (!/^[a-z][A-Za-z0-9_]{0,254}$/.test(id))
      throw validation(`The value ${id} for parameter Id is invalid: it must start with a lowercase letter.`);
    if (ids.has(id)) throw validation(`The values for parameter id in MetricDataQueries are not unique: ${id}.`);
    ids.add(id);
    if ((stat === undefined) === (expression === undefined)) {
      throw validation(`Exactly one of MetricStat and Expression must be given for ${id}.`);
    }
    if (stat) statistic(stat.Stat as string);
    if (expression && /^\s*(SELECT|SEARCH)\b/.test(expression)) {
      throw validation(`The local cloud does not model queries and searches: ${expression}`);
    }
  }
  const empty = answerAll(queries, () => new Map(), { start: 0, end: 60 });
  for (const { Id } of queries) empty(Id as string);
}

/** Answers queries by id; each is computed once, on first use. */
export function answerQueries(metrics: Metrics, queries: MetricDataQuery[], range: Range): (id: string) => TimeSeries {
  return answerAll(queries, (query, period) => readStat(metrics, query, { ...range, period }), range);
}

/** Seconds; a minute where no query states its period. */
export function shortestPeriod(queries: MetricDataQuery[]): number {
  const periods = queries.map(({ MetricStat, Period }) => MetricStat?.Period ?? Period ?? Number.POSITIVE_INFINITY);
  const shortest = Math.min(...periods);
  return Number.isFinite(shortest) ? shortest : 60;
}

function answerAll(
  queries: MetricDataQuery[],
  read: (query: MetricDataQuery, period: number) => TimeSeries,
  range: Range,
) {
  const known = new Map<string, TimeSeries | "under way">();
  const byId = new Map(queries.map((query) => [query.Id as string, query]));
  const period = range.period ?? shortestPeriod(queries);
  const times: number[] = [];
  for (let time = Math.floor(range.start / period) * period; time < range.end; time += period) times.push(time);
  const scope: Scope = {
    get: (id) => (byId.has(id) ? answer(id) : undefined),
    metrics: queries.filter(({ MetricStat }) => MetricStat).map(({ Id }) => Id as string),
    period,
    times,
  };
  function answer(id: string): TimeSeries {
    const before = known.get(id);
    if (before === "under way") throw validation(`The expression ${id} refers to itself.`);
    if (before) return before;
    known.set(id, "under way");
    const query = byId.get(id) as MetricDataQuery;
    let value: TimeSeries;
    if (query.MetricStat) value = read(query, range.period ?? (query.MetricStat.Period as number));
    else {
      try {
        value = evaluate(query.Expression as string, scope);
      } catch (error) {
        if (!(error instanceof MathError)) throw error;
        throw validation(`Error in expression '${id}': ${error.message}`);
      }
    }
    known.set(id, value);
    return value;
  }
  return answer;
}

function readStat(
  metrics: Metrics,
  { MetricStat: stat }: MetricDataQuery,
  { start, end, period = 60 }: Range,
): TimeSeries {
  const compute = statistic(stat?.Stat as string);
  const result: TimeSeries = new Map();
  for (const bucket of inOneUnit(bucketsOf(metrics, stat, { start, end, period }))) {
    const value = compute(bucket);
    if (value !== undefined) result.set(bucket.time, value);
  }
  return result;
}

/** The data that a metric's query asks for, in whatever units there are unless it names one. */
export function bucketsOf(
  metrics: Metrics,
  stat: MetricStat | undefined,
  { start, end, period = 60 }: Range,
): Bucket[] {
  const { Namespace = "", MetricName = "", Dimensions = [] } = stat?.Metric ?? {};
  const series = metrics.find(Namespace, MetricName, Dimensions);
  return series === undefined ? [] : metrics.read(series, start, end, period, stat?.Unit);
}
