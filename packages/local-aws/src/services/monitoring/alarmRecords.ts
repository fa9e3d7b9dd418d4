import type { ComparisonOperator, Dimension, MetricDataQuery, StandardUnit } from "@aws-sdk/client-cloudwatch";

export type StateValue = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** What both kinds of alarm have. */
interface AlarmBase {
  name: string;
  arn: string;
  description?: string;
  actionsEnabled: boolean;
  okActions: string[];
  alarmActions: string[];
  insufficientDataActions: string[];
  /** ISO dates. */
  configured: string;
  updated: string;
  changed: string;
  state: StateValue;
  reason: string;
  /** JSON. */
  reasonData?: string;
  tags: Record<string, string>;
}

export interface MetricAlarmRecord extends AlarmBase {
  kind: "MetricAlarm";
  /** A single metric, with the members under which it was given … */
  metric?: {
    namespace: string;
    name: string;
    dimensions: Dimension[];
    statistic: string;
    period: number;
    unit?: StandardUnit;
    extended: boolean;
  };
  /** … or queries, one of which returns data. */
  queries?: MetricDataQuery[];
  evaluationPeriods: number;
  /** Default: all of them. */
  datapointsToAlarm?: number;
  threshold: number;
  comparison: ComparisonOperator;
  /** Default `missing`. */
  missing?: string;
  /** `evaluate` or `ignore`, of a percentile with few samples; kept and shown alone. */
  lowSampleCount?: string;
}

export interface CompositeAlarmRecord extends AlarmBase {
  kind: "CompositeAlarm";
  rule: string;
}

export type AlarmRecord = MetricAlarmRecord | CompositeAlarmRecord;

export interface HistoryRecord {
  alarm: string;
  kind: AlarmRecord["kind"];
  type: "ConfigurationUpdate" | "StateUpdate" | "Action";
  /** ISO date. */
  time: string;
  summary: string;
  data: string;
}
