/** Metrics: put, listed, read. */
import type {
  Dimension,
  DimensionFilter,
  GetMetricDataInput,
  GetMetricStatisticsInput,
  MetricDatum,
  MetricStat,
} from "@aws-sdk/client-cloudwatch";
import { page } from "../../../kit/page.ts";
import type { Operations } from "../../../operations.ts";
import type { Call } from "../../../service.ts";
import type { Metrics, Series } from "../metrics.ts";
import { answerQueries, checkQueries, invalidMix, invalidValue, validation } from "../query.ts";
import { statistic } from "../statistics.ts";

const maxData = 1000;
const maxValues = 150;
const maxDimensions = 30;
const maxPoints = 1440;
const maxQueries = 500;
const maxDataPoints = 100_800;

const seriesKey = ({ namespace, name, dimensions }: Pick<Series, "namespace" | "name" | "dimensions">) => [
  namespace,
  name,
  JSON.stringify(dimensions),
];

export function metricOperations(metrics: Metrics): Operations<"monitoring"> {
  return {
    PutMetricData: {
      access: ({ Namespace = "" }) => [
        { action: "cloudwatch:PutMetricData", resource: "*", context: { "cloudwatch:namespace": Namespace } },
      ],
      run(input, call) {
        const { Namespace = "", MetricData = [] } = input;
        checkNamespace(Namespace, call);
        if (MetricData.length === 0) throw validation("The parameter MetricData must contain at least one element.");
        if (MetricData.length > maxData)
          throw validation(`The collection MetricData must not have a size greater than ${maxData}.`);
        for (const [index, datum] of MetricData.entries()) checkDatum(datum, `MetricData.member.${index + 1}`);
        metrics.put(Namespace, MetricData);
        return {};
      },
    },
    ListMetrics: {
      access: () => [{ action: "cloudwatch:ListMetrics", resource: "*" }],
      run(input) {
        const since = input.RecentlyActive === "PT3H" ? Math.floor(Date.now() / 1000) - 3 * 3600 : 0;
        const found = metrics
          .series(since)
          .filter(
            ({ namespace, name, dimensions }) =>
              (!input.Namespace || input.Namespace === namespace) &&
              (!input.MetricName || input.MetricName === name) &&
              (input.Dimensions ?? []).every((filter) => has(dimensions, filter)),
          );
        const { items, next: NextToken } = page(found, input, seriesKey, { size: 500 });
        const Metrics = items.map(({ namespace, name, dimensions }) => ({
          Namespace: namespace,
          MetricName: name,
          Dimensions: dimensions,
        }));
        return { Metrics, NextToken };
      },
    },
    GetMetricStatistics: {
      access: () => [{ action: "cloudwatch:GetMetricStatistics", resource: "*" }],
      run: (input) => getStatistics(metrics, input),
    },
    GetMetricData: {
      access: () => [{ action: "cloudwatch:GetMetricData", resource: "*" }],
      run: (input) => getData(metrics, input),
    },
  };
}

/** AWS's own namespaces are reserved for its services, which call in process, without a source address. */
function checkNamespace(namespace: string, { sourceIp }: Call): void {
  if (!/^[^:]\S*$/.test(namespace) || namespace.length > 255)
    throw validation(`The value ${namespace} for parameter Namespace is invalid.`);
  if (namespace.startsWith("AWS/") && sourceIp !== undefined)
    throw invalidValue("The value AWS/ for parameter Namespace is invalid.");
}

function checkDatum(datum: MetricDatum, path: string): void {
  const {
    MetricName: name = "",
    Dimensions: dimensions = [],
    Value,
    Values,
    Counts,
    StatisticValues,
    Timestamp,
  } = datum;
  if (name === "" || name.length > 255)
    throw validation(`The parameter ${path}.MetricName is required and has at most 255 characters.`);
  if (dimensions.length > maxDimensions)
    throw validation(`The collection ${path}.Dimensions must not have a size greater than ${maxDimensions}.`);
  for (const { Name: key = "", Value: value = "" } of dimensions) {
    if (key === "" || value === "")
      throw validation(`The parameter ${path}.Dimensions has a dimension without name or value.`);
  }
  const given = [Value, Values, StatisticValues].filter((one) => one !== undefined).length;
  if (given === 0) throw validation(`The parameter ${path}.Value is required.`);
  if (given > 1)
    throw invalidMix(
      `The parameters ${path}.Value, ${path}.Values and ${path}.StatisticValues are mutually exclusive.`,
    );
  if (Values && Values.length > maxValues)
    throw validation(`The collection ${path}.Values must not have a size greater than ${maxValues}.`);
  if (Values && Counts && Values.length !== Counts.length)
    throw validation(`The parameters ${path}.Values and ${path}.Counts must have the same size.`);
  for (const value of [Value, ...(Values ?? [])]) {
    if (value !== undefined && !Number.isFinite(value))
      throw invalidValue(`The value ${value} for parameter ${path}.Value is invalid.`);
  }
  const age = Timestamp ? Date.now() - Timestamp.getTime() : 0;
  if (age > 14 * 24 * 3600_000 || age < -2 * 3600_000) {
    throw invalidValue(
      `The parameter ${path}.Timestamp must specify a time no more than two weeks in the past and two hours in the future.`,
    );
  }
}

const has = (dimensions: Dimension[], { Name, Value }: DimensionFilter): boolean =>
  dimensions.some((one) => one.Name === Name && (Value === undefined || one.Value === Value));

function checkPeriod(period: number): void {
  if (![1, 5, 10, 20, 30].includes(period) && !(period > 0 && period % 60 === 0)) {
    throw invalidValue(`The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60; it is ${period}.`);
  }
}

function seconds(start: Date | undefined, end: Date | undefined): { start: number; end: number } {
  const range = { start: Math.floor((start?.getTime() ?? 0) / 1000), end: Math.ceil((end?.getTime() ?? 0) / 1000) };
  if (range.start >= range.end) throw invalidMix("The parameter StartTime must be less than the parameter EndTime.");
  return range;
}

function getStatistics(metrics: Metrics, input: GetMetricStatisticsInput) {
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
  const { start, end } = seconds(input.StartTime, input.EndTime);
  if ((end - start) / Period > maxPoints) {
    throw invalidMix(
      `You have requested up to ${Math.ceil((end - start) / Period)} datapoints, which exceeds the limit of ${maxPoints}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
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
    Unit: bucket.unit ?? ("None" as const),
  }));
  return { Label: MetricName, Datapoints };
}

function getData(metrics: Metrics, input: GetMetricDataInput) {
  const { MetricDataQueries: queries = [], MaxDatapoints: max = maxDataPoints } = input;
  if (queries.length === 0 || queries.length > maxQueries)
    throw validation(`The parameter MetricDataQueries must have between 1 and ${maxQueries} elements.`);
  const range = seconds(input.StartTime, input.EndTime);
  checkQueries(queries);
  for (const { MetricStat } of queries) if (MetricStat) checkPeriod(MetricStat.Period as number);
  const answer = answerQueries(metrics, queries, range);
  const label = labels(queries.flatMap(({ MetricStat }) => MetricStat ?? []));
  const newestFirst = input.ScanBy !== "TimestampAscending";
  const MetricDataResults = queries
    .filter(({ ReturnData }) => ReturnData !== false)
    .map(({ Id: id = "", Label, MetricStat, Expression }) => {
      const points = [...answer(id)].sort(([a], [b]) => (newestFirst ? b - a : a - b)).slice(0, max);
      return {
        Id: id,
        Label: Label ?? (MetricStat ? label(MetricStat) : Expression ? id : ""),
        Timestamps: points.map(([time]) => new Date(time * 1000)),
        Values: points.map(([, value]) => value),
        StatusCode: "Complete" as const,
      };
    });
  return { MetricDataResults, Messages: [] };
}

/** A metric's label: its name, plus statistic and period where they distinguish the queries. */
function labels(all: MetricStat[]): (one: MetricStat) => string {
  const differ = (values: unknown[]) => new Set(values).size > 1;
  const stats = differ(all.map(({ Stat }) => Stat));
  const periods = differ(all.map(({ Period }) => Period));
  return ({ Metric, Stat, Period }) =>
    [Metric?.MetricName ?? "", ...(stats ? [Stat] : []), ...(periods ? [Period] : [])].join(" ");
}
