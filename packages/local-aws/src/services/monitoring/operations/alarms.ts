/** Alarms: put, described, enabled and disabled, deleted, and their history. */

import type {
  CompositeAlarm,
  DescribeAlarmHistoryInput,
  DescribeAlarmsInput,
  MetricAlarm,
  PutCompositeAlarmInput,
  PutMetricAlarmInput,
} from "@aws-sdk/client-cloudwatch";
import { parseJson } from "../../../jsonText.ts";
import { brokenConstraint } from "../../../kit/constraint.ts";
import { page } from "../../../kit/page.ts";
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import { type ArnOf, compositeAlarm, metricAlarm } from "../alarmInput.ts";
import type { AlarmRecord, MetricAlarmRecord } from "../alarmRecords.ts";
import type { Alarms } from "../alarms.ts";
import { parseRule } from "../composite.ts";
import { validation } from "../query.ts";

export function alarmOperations(alarms: Alarms, arnOf: ArnOf): Operations<"monitoring"> {
  const one =
    (action: string) =>
    ({ AlarmName = "" }: { AlarmName?: string }) => [{ action: `cloudwatch:${action}`, resource: arnOf(AlarmName) }];
  const withActions = (action: string) => (input: PutMetricAlarmInput | PutCompositeAlarmInput) =>
    one(action)({ AlarmName: input.AlarmName as string }).map((access) => ({
      ...access,
      context: {
        "cloudwatch:AlarmActions": [input.AlarmActions, input.OKActions, input.InsufficientDataActions].flatMap(
          (arns) => arns ?? [],
        ),
      },
    }));
  const several =
    (action: string) =>
    ({ AlarmNames = [] }: { AlarmNames?: string[] }) =>
      AlarmNames.map((name) => ({ action: `cloudwatch:${action}`, resource: arnOf(name) }));
  const all = (action: string) => () => [{ action: `cloudwatch:${action}`, resource: arnOf("*") }];
  const switchActions =
    (actionsEnabled: boolean) =>
    ({ AlarmNames = [] }: { AlarmNames?: string[] }) => {
      for (const name of AlarmNames) {
        const alarm = alarms.get(name);
        if (alarm) alarms.records.put(alarm.name, { ...alarm, actionsEnabled });
      }
      return {};
    };
  return {
    PutMetricAlarm: {
      access: withActions("PutMetricAlarm"),
      run(input) {
        alarms.put(metricAlarm(input, alarms.get(input.AlarmName as string), arnOf));
        return {};
      },
    },
    PutCompositeAlarm: {
      access: withActions("PutCompositeAlarm"),
      run(input) {
        alarms.put(compositeAlarm(input, alarms, arnOf));
        return {};
      },
    },
    DescribeAlarms: { access: all("DescribeAlarms"), run: (input) => describe(alarms, input) },
    DescribeAlarmsForMetric: {
      access: all("DescribeAlarmsForMetric"),
      run({ Namespace, MetricName, Dimensions = [] }) {
        const named = JSON.stringify([...Dimensions].map(({ Name, Value }) => [Name, Value]).sort());
        const found = alarms.records
          .values()
          .filter(
            (alarm): alarm is MetricAlarmRecord =>
              alarm.kind === "MetricAlarm" &&
              alarm.metric?.namespace === Namespace &&
              alarm.metric?.name === MetricName &&
              JSON.stringify(alarm.metric?.dimensions.map(({ Name, Value }) => [Name, Value]).sort()) === named,
          );
        return { MetricAlarms: found.map(describedMetric) };
      },
    },
    DescribeAlarmHistory: {
      access: ({ AlarmName = "*" }) => [{ action: "cloudwatch:DescribeAlarmHistory", resource: arnOf(AlarmName) }],
      run: (input) => history(alarms, input),
    },
    SetAlarmState: {
      access: one("SetAlarmState"),
      run({ AlarmName = "", StateValue, StateReason = "", StateReasonData }) {
        if (!["OK", "ALARM", "INSUFFICIENT_DATA"].includes(StateValue as string)) {
          throw validation(
            brokenConstraint(
              StateValue,
              "stateValue",
              "Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]",
            ),
          );
        }
        const alarm = alarms.get(AlarmName);
        if (!alarm) throw new AwsError("ResourceNotFound", "", 404);
        if (StateReasonData !== undefined) {
          try {
            parseJson(StateReasonData);
          } catch {
            throw new AwsError("InvalidFormat", "TemplateBody is not a valid JSON document", 400);
          }
        }
        alarms.change(alarm, StateValue as AlarmRecord["state"], StateReason, StateReasonData);
        return {};
      },
    },
    DeleteAlarms: {
      access: several("DeleteAlarms"),
      run({ AlarmNames = [] }: { AlarmNames?: string[] }) {
        const watched = alarms.records
          .values()
          .find(
            (alarm) =>
              alarm.kind === "CompositeAlarm" &&
              !AlarmNames.includes(alarm.name) &&
              parseRule(alarm.rule).alarms.some((name) => AlarmNames.includes(alarms.get(name)?.name ?? "")),
          );
        if (watched)
          throw validation(
            `Cannot delete ${AlarmNames.join(", ")} as there are composite alarm(s) depending on it: ${watched.name}`,
          );
        for (const name of AlarmNames) {
          const alarm = alarms.get(name);
          if (alarm) alarms.delete(alarm);
        }
        return {};
      },
    },
    EnableAlarmActions: { access: several("EnableAlarmActions"), run: switchActions(true) },
    DisableAlarmActions: { access: several("DisableAlarmActions"), run: switchActions(false) },
  };
}

function describe(alarms: Alarms, input: DescribeAlarmsInput) {
  const types = input.AlarmTypes ?? ["MetricAlarm"];
  const found = alarms.records.values().filter(
    (alarm) =>
      // Both kinds are returned only to those who ask for both, unless they ask by name.
      (types as string[]).includes(alarm.kind) &&
      (!input.AlarmNames || input.AlarmNames.includes(alarm.name)) &&
      (!input.AlarmNamePrefix || alarm.name.startsWith(input.AlarmNamePrefix)) &&
      (!input.StateValue || alarm.state === input.StateValue) &&
      (!input.ActionPrefix ||
        [...alarm.okActions, ...alarm.alarmActions, ...alarm.insufficientDataActions].some((arn) =>
          arn.startsWith(input.ActionPrefix as string),
        )),
  );
  const { items, next: NextToken } = page(found, input, ({ name }) => name, { size: 50 });
  return {
    MetricAlarms: items.flatMap((alarm) => (alarm.kind === "MetricAlarm" ? [describedMetric(alarm)] : [])),
    CompositeAlarms: items.flatMap((alarm) =>
      alarm.kind === "CompositeAlarm" ? [{ ...described(alarm), AlarmRule: alarm.rule }] : [],
    ),
    LogAlarms: [],
    NextToken,
  };
}

const described = (alarm: AlarmRecord): CompositeAlarm => ({
  AlarmName: alarm.name,
  AlarmArn: alarm.arn,
  AlarmDescription: alarm.description,
  AlarmConfigurationUpdatedTimestamp: new Date(alarm.configured),
  ActionsEnabled: alarm.actionsEnabled,
  OKActions: alarm.okActions,
  AlarmActions: alarm.alarmActions,
  InsufficientDataActions: alarm.insufficientDataActions,
  StateValue: alarm.state,
  StateReason: alarm.reason,
  StateReasonData: alarm.reasonData,
  StateUpdatedTimestamp: new Date(alarm.updated),
  StateTransitionedTimestamp: new Date(alarm.changed),
});

const describedMetric = (alarm: MetricAlarmRecord): MetricAlarm => ({
  ...described(alarm),
  EvaluationPeriods: alarm.evaluationPeriods,
  DatapointsToAlarm: alarm.datapointsToAlarm,
  Threshold: alarm.threshold,
  ComparisonOperator: alarm.comparison,
  TreatMissingData: alarm.missing,
  EvaluateLowSampleCountPercentile: alarm.lowSampleCount,
  ...(alarm.metric && {
    MetricName: alarm.metric.name,
    Namespace: alarm.metric.namespace,
    Dimensions: alarm.metric.dimensions,
    Period: alarm.metric.period,
    Unit: alarm.metric.unit,
    [alarm.metric.extended ? "ExtendedStatistic" : "Statistic"]: alarm.metric.statistic,
  }),
  Metrics: alarm.queries,
});

function history(alarms: Alarms, input: DescribeAlarmHistoryInput) {
  const types: string[] = input.AlarmTypes ?? ["MetricAlarm", "CompositeAlarm"];
  const found = alarms.history
    .entries(input.AlarmName ? `${input.AlarmName}/` : "")
    .filter(
      ([, { type, time, kind }]) =>
        types.includes(kind) &&
        (!input.HistoryItemType || type === input.HistoryItemType) &&
        (!input.StartDate || time >= input.StartDate.toISOString()) &&
        (!input.EndDate || time <= input.EndDate.toISOString()),
    );
  const descending = input.ScanBy !== "TimestampAscending";
  const { items, next: NextToken } = page(found, input, ([key, { time }]) => [time, key], { descending });
  const AlarmHistoryItems = items.map(([, { alarm, kind, type, time, summary, data }]) => ({
    AlarmName: alarm,
    AlarmType: kind,
    Timestamp: new Date(time),
    HistoryItemType: type,
    HistorySummary: summary,
    HistoryData: data,
  }));
  return { AlarmHistoryItems, NextToken };
}
