/** Metrics: put, listed, read. */
import type { Dimension, DimensionFilter, MetricDatum } from "@aws-sdk/client-cloudwatch";
import { brokenConstraint } from "../../../kit/constraint.ts";
import { page } from "../../../kit/page.ts";
import { units } from "../../../kit/units.ts";
import type { Operations } from "../../../operations.ts";
import type { Call } from "../../../service.ts";
import type { Metrics, Series } from "../metrics.ts";
import { invalidMix, invalidValue, validation } from "../query.ts";
import { getData, getStatistics } from "./reading.ts";

const maxData = 1000;
const maxValues = 150;
const maxDimensions = 30;

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
    Unit,
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
  // AWS takes statistics and values together, and then the statistics count.
  if (given > 1 && Value !== undefined) {
    const other = Values ? "Values" : "StatisticValues";
    throw invalidMix(
      `The parameters ${path}.Value and ${path}.${other} are mutually exclusive and you have specified both.`,
    );
  }
  if (Values && Values.length > maxValues)
    throw validation(`The collection ${path}.Values must not have a size greater than ${maxValues}.`);
  if (Values && Counts && Values.length !== Counts.length)
    throw invalidValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  if (Unit !== undefined && !units.includes(Unit)) {
    const at = `${path.charAt(0).toLowerCase()}${path.slice(1)}.unit`;
    throw validation(brokenConstraint(Unit, at, `Member must satisfy enum value set: [${units.join(", ")}]`));
  }
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
