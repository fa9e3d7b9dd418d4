/** Alarms as they are put: what is required, what may be combined, what a changed alarm keeps. */
import type { ComparisonOperator, PutCompositeAlarmInput, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { regionOf } from "../../arn.ts";
import { brokenConstraint } from "../../kit/constraint.ts";
import { tagMap } from "../../kit/tags.ts";
import type { AlarmRecord, CompositeAlarmRecord, MetricAlarmRecord } from "./alarmRecords.ts";
import type { Alarms } from "./alarms.ts";
import { parseRule } from "./composite.ts";
import { comparisons } from "./evaluation.ts";
import { checkQueries, invalidMix, validation } from "./query.ts";
import { simpleStatistics, statistic } from "./statistics.ts";

export type ArnOf = (name: string) => string;

/** Members of both kinds of alarm, and what a changed alarm keeps. */
function common(input: PutMetricAlarmInput | PutCompositeAlarmInput, before: AlarmRecord | undefined, arnOf: ArnOf) {
  const now = new Date().toISOString();
  const name = input.AlarmName as string;
  if (name.length > 255) throw validation("The parameter AlarmName must have at most 255 characters.");
  for (const list of [input.OKActions, input.AlarmActions, input.InsufficientDataActions]) {
    if ((list?.length ?? 0) > 5) throw validation("An alarm has at most 5 actions for each state.");
    for (const arn of list ?? []) {
      if (!/^arn:aws[\w-]*:[a-z0-9-]+:/.test(arn)) throw validation(`Invalid arn syntax: ${arn}`);
      const [region, own] = [regionOf(arn), regionOf(arnOf(name))];
      if (region !== own) throw validation(`Invalid region ${region} specified. Only ${own} is supported.`);
    }
  }
  return {
    name,
    arn: arnOf(name),
    actionsEnabled: input.ActionsEnabled ?? true,
    okActions: input.OKActions ?? [],
    alarmActions: input.AlarmActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
    configured: now,
    updated: before?.updated ?? now,
    changed: before?.changed ?? now,
    state: before?.state ?? ("INSUFFICIENT_DATA" as const),
    reason: before?.reason ?? "Unchecked: Initial alarm creation",
    tags: before?.tags ?? tagMap(input.Tags),
    ...(input.AlarmDescription && { description: input.AlarmDescription }),
    ...(before?.reasonData && { reasonData: before.reasonData }),
  };
}

/** @throws AwsError `ValidationError` and its like, naming the parameter. */
export function metricAlarm(
  input: PutMetricAlarmInput,
  before: AlarmRecord | undefined,
  arnOf: ArnOf,
): MetricAlarmRecord {
  const {
    EvaluationPeriods: periods = 0,
    DatapointsToAlarm: datapoints,
    ComparisonOperator: comparison = "",
    TreatMissingData: missing,
    EvaluateLowSampleCountPercentile: lowSampleCount,
  } = input;
  if (input.ThresholdMetricId || !Object.hasOwn(comparisons, comparison)) {
    throw validation(
      `The local cloud does not model alarms on anomaly detection; ComparisonOperator must be one of ${Object.keys(comparisons).join(", ")}, it is ${comparison}.`,
    );
  }
  if (periods < 1) throw validation("The parameter EvaluationPeriods must be at least 1.");
  if (datapoints !== undefined && (datapoints < 1 || datapoints > periods)) {
    throw validation("The parameter DatapointsToAlarm must be at least 1 and not greater than EvaluationPeriods.");
  }
  if (missing !== undefined && !["breaching", "notBreaching", "ignore", "missing"].includes(missing)) {
    throw validation(
      `The value ${missing} is not supported for TreatMissingData parameter. Supported values are [breaching, notBreaching, ignore, missing].`,
    );
  }
  if (lowSampleCount !== undefined && !["evaluate", "ignore"].includes(lowSampleCount)) {
    throw validation(
      `Option ${lowSampleCount} is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are evaluate and ignore.`,
    );
  }
  if (input.Threshold === undefined) throw validation("The parameter Threshold is required.");
  const measured = source(input);
  if (measured.metric && periods * measured.metric.period > 86_400 * (measured.metric.period >= 3600 ? 7 : 1)) {
    throw validation("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).");
  }
  return {
    kind: "MetricAlarm",
    ...common(input, before, arnOf),
    ...measured,
    evaluationPeriods: periods,
    threshold: input.Threshold,
    comparison: comparison as ComparisonOperator,
    ...(datapoints !== undefined && { datapointsToAlarm: datapoints }),
    ...(missing !== undefined && { missing }),
    ...(lowSampleCount !== undefined && { lowSampleCount }),
  };
}

/** One metric, or queries of which one returns data: never both. */
function source(input: PutMetricAlarmInput): Pick<MetricAlarmRecord, "metric" | "queries"> {
  const {
    MetricName: name,
    Namespace: namespace,
    Dimensions = [],
    Period: period,
    Statistic,
    ExtendedStatistic,
    Metrics,
    Unit,
  } = input;
  if (Metrics?.length) {
    if (name || namespace || period || Statistic || ExtendedStatistic || Dimensions.length > 0) {
      throw invalidMix(
        "The parameters MetricName, Namespace, Dimensions, Period, Unit, Statistic and ExtendedStatistic must not be given with Metrics.",
      );
    }
    checkQueries(Metrics);
    const returned = Metrics.filter(({ ReturnData }) => ReturnData !== false).length;
    if (returned !== 1) throw validation(`Exactly one of the Metrics must have ReturnData true; ${returned} have.`);
    return { queries: Metrics };
  }
  if (!name || !namespace)
    throw validation("The parameters MetricName and Namespace are required, unless Metrics is given.");
  if (!period) throw validation("The parameter Period is required.");
  if (![10, 20, 30].includes(period) && period % 60 !== 0)
    throw validation(`Period must be 10, 20, 30 or a multiple of 60; it is ${period}.`);
  if ((Statistic === undefined) === (ExtendedStatistic === undefined))
    throw invalidMix("Exactly one of Statistic and ExtendedStatistic must be given.");
  if (Statistic !== undefined && !simpleStatistics.includes(Statistic))
    throw validation(
      brokenConstraint(
        Statistic,
        "statistic",
        "Member must satisfy enum value set: [Maximum, SampleCount, Sum, Minimum, Average]",
      ),
    );
  const wanted = Statistic ?? (ExtendedStatistic as string);
  statistic(wanted);
  return {
    metric: {
      namespace,
      name,
      dimensions: Dimensions,
      statistic: wanted,
      period,
      extended: Statistic === undefined,
      ...(Unit && { unit: Unit }),
    },
  };
}

/** @throws AwsError `ValidationError` */
export function compositeAlarm(input: PutCompositeAlarmInput, alarms: Alarms, arnOf: ArnOf): CompositeAlarmRecord {
  const rule = input.AlarmRule as string;
  let named: string[];
  try {
    named = parseRule(rule).alarms;
  } catch (error) {
    throw validation(`Error in AlarmRule: ${(error as Error).message}`);
  }
  for (const name of named) {
    if (!alarms.get(name))
      throw validation(`Could not save the composite alarm as alarms [${name}] in the alarm rule do not exist`);
    if (name === input.AlarmName) throw validation("The composite alarm refers to itself.");
  }
  if (input.ActionsSuppressor) throw validation("The local cloud does not model ActionsSuppressor.");
  return { kind: "CompositeAlarm", ...common(input, alarms.get(input.AlarmName as string), arnOf), rule };
}
