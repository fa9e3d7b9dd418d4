/**
 * Messages about a state change: to EventBridge, to topics, to functions.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
import type { AlarmRecord, MetricAlarmRecord } from "./alarmRecords.ts";

/** `2026-01-31T12:00:00.000+0000` */
const stamp = (iso: string): string => iso.replace(/Z$/, "+0000");

const regionNames: Record<string, string> = {
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
  "eu-west-1": "EU (Ireland)",
  "eu-west-2": "EU (London)",
  "eu-central-1": "EU (Frankfurt)",
  "eu-north-1": "EU (Stockholm)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
};

export const subject = ({ state, name }: AlarmRecord, region: string): string =>
  `${state}: "${name}" in ${regionNames[region] ?? region}`.slice(0, 100);

const stateOf = ({ state, reason, reasonData, changed }: AlarmRecord) => ({
  value: state,
  reason,
  ...(reasonData && { reasonData }),
  timestamp: stamp(changed),
});

function configuration(alarm: AlarmRecord) {
  const description = { description: alarm.description ?? "" };
  if (alarm.kind === "CompositeAlarm") return { alarmRule: alarm.rule, ...description };
  return { ...description, metrics: alarm.metric ? [single(alarm.metric)] : (alarm.queries ?? []).map(query) };
}

const single = (metric: NonNullable<MetricAlarmRecord["metric"]>) => ({
  id: "m1",
  metricStat: {
    metric: {
      namespace: metric.namespace,
      name: metric.name,
      dimensions: Object.fromEntries(metric.dimensions.map(({ Name, Value }) => [Name, Value])),
    },
    period: metric.period,
    stat: metric.statistic,
    ...(metric.unit && { unit: metric.unit }),
  },
  returnData: true,
});

const query = ({
  Id,
  MetricStat,
  Expression,
  Label,
  ReturnData = true,
}: NonNullable<MetricAlarmRecord["queries"]>[number]) => ({
  id: Id,
  ...(Expression && { expression: Expression }),
  ...(Label && { label: Label }),
  ...(MetricStat && {
    metricStat: {
      metric: {
        namespace: MetricStat.Metric?.Namespace,
        name: MetricStat.Metric?.MetricName,
        dimensions: Object.fromEntries((MetricStat.Metric?.Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
      },
      period: MetricStat.Period,
      stat: MetricStat.Stat,
    },
  }),
  returnData: ReturnData,
});

interface Triggering {
  arn: string;
  state: { value: string; timestamp: string };
}

/**
 * Why a composite alarm has its state.
 * @param cause of those that it watches the one that has changed. @param triggering those that are told of.
 */
export function compositeReason(
  { arn }: AlarmRecord,
  state: string,
  cause: AlarmRecord | undefined,
  triggering: AlarmRecord[],
): { reason: string; data: { triggeringAlarms: Triggering[] } } {
  const parts = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium", timeZone: "UTC" });
  const time = `${parts.format(new Date()).replace(/,? at /, " ")} UTC`;
  return {
    reason: cause
      ? `${cause.arn} transitioned to ${cause.state} at ${time}`
      : `${arn} was created and its alarm rule evaluates to ${state} at ${time}`,
    data: {
      triggeringAlarms: triggering.map((one) => ({
        arn: one.arn,
        state: { value: one.state, timestamp: stamp(one.changed) },
      })),
    },
  };
}

const triggeringChildren = ({ reasonData = "{}" }: AlarmRecord) =>
  ((JSON.parse(reasonData).triggeringAlarms ?? []) as Triggering[]).map(({ arn, state }) => ({
    Arn: arn,
    State: { Value: state.value, Timestamp: state.timestamp },
  }));

/** An entry of PutEvents. */
export const alarmEvent = (alarm: AlarmRecord, before: AlarmRecord) => ({
  Source: "aws.cloudwatch",
  DetailType: "CloudWatch Alarm State Change",
  Resources: [alarm.arn],
  Time: new Date(alarm.changed),
  Detail: JSON.stringify({
    alarmName: alarm.name,
    state: stateOf(alarm),
    previousState: stateOf(before),
    configuration: configuration(alarm),
  }),
});

/** The event for a function that is an alarm's action. */
export const lambdaEvent = (alarm: AlarmRecord, before: AlarmRecord, accountId: string, region: string) => ({
  source: "aws.cloudwatch",
  alarmArn: alarm.arn,
  accountId,
  time: stamp(alarm.changed),
  region,
  alarmData: {
    alarmName: alarm.name,
    state: stateOf(alarm),
    previousState: stateOf(before),
    configuration: configuration(alarm),
  },
});

/** The message for a topic. */
export function alarmMessage(alarm: AlarmRecord, before: AlarmRecord, accountId: string, region: string) {
  return {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: accountId,
    AlarmConfigurationUpdatedTimestamp: stamp(alarm.configured),
    NewStateValue: alarm.state,
    NewStateReason: alarm.reason,
    StateChangeTime: stamp(alarm.changed),
    Region: regionNames[region] ?? region,
    AlarmArn: alarm.arn,
    OldStateValue: before.state,
    OKActions: alarm.okActions,
    AlarmActions: alarm.alarmActions,
    InsufficientDataActions: alarm.insufficientDataActions,
    ...(alarm.kind === "CompositeAlarm"
      ? { AlarmRule: alarm.rule, TriggeringChildren: triggeringChildren(alarm) }
      : { Trigger: trigger(alarm) }),
  };
}

function trigger(alarm: MetricAlarmRecord) {
  const { metric, queries } = alarm;
  return {
    ...(metric && {
      MetricName: metric.name,
      Namespace: metric.namespace,
      StatisticType: metric.extended ? "ExtendedStatistic" : "Statistic",
      [metric.extended ? "ExtendedStatistic" : "Statistic"]: metric.extended
        ? metric.statistic
        : metric.statistic.toUpperCase(),
      Unit: metric.unit ?? null,
      Dimensions: metric.dimensions.map(({ Name, Value }) => ({ value: Value, name: Name })),
      Period: metric.period,
    }),
    ...(queries && { Metrics: queries }),
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
    ComparisonOperator: alarm.comparison,
    Threshold: alarm.threshold,
    TreatMissingData: alarm.missing ?? "missing",
    EvaluateLowSampleCountPercentile: "",
  };
}
