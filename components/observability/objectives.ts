import { CompositeAlarm, type MetricAlarm } from "@pulumi/aws/cloudwatch";
import { all, type Input, type Resource } from "@pulumi/pulumi";
import { type AlarmArgs, createAlarm } from "../alarm.ts";
import { stackWide } from "../naming.ts";
import type { Objective, ObservedApi } from "./args.ts";
import { apiMetric, queriesOf } from "./metric.ts";

/**
 * How many times faster than a month would bear it what may fail is used up, and for how long, before somebody is called: 2 % of
 * it in an hour, or 5 % in six hours. A short window beside the long one has the alarm end soon after the fault does.
 * https://sre.google/workbook/alerting-on-slos/#6-multiwindow-multi-burn-rate-alerts
 */
const burns = [
  { rate: 14.4, windows: { "1h": 3_600, "5m": 300 } },
  { rate: 6, windows: { "6h": 21_600, "30m": 1_800 } },
];

interface Promised {
  objective: Objective;
  /** Topics that are notified. */
  actions: Input<string>[];
  /** Ends descriptions. */
  runbook: string;
}

/** What an API promises, as one alarm for each promise; those of its windows tell nobody. */
export function createObjectives(
  name: string,
  api: ObservedApi,
  { objective: { availability, latency }, actions, runbook }: Promised,
  parent: Resource,
): CompositeAlarm[] {
  const promise = (
    label: string,
    means: string,
    window: (rate: number, seconds: number) => Omit<AlarmArgs, "alarmDescription">,
  ) => {
    const pairs = burns.map(({ rate, windows }) =>
      Object.entries(windows).map(([span, seconds]) => {
        const alarmDescription = `${means}: ${rate} times what the month bears, in ${span}; ${runbook}`;
        const args = { alarmDescription, ...window(rate, seconds) };
        return createAlarm(`${name}-${label}-${span}-alarm`, args, [], parent);
      }),
    );
    return new CompositeAlarm(
      `${name}-${label}-alarm`,
      {
        alarmName: stackWide(`${name}-${label}`),
        alarmDescription: `${means}, so that the month's promise will be broken; ${runbook}`,
        alarmRule: all(pairs.map(both)).apply((rules) => rules.join(" OR ")),
        alarmActions: actions,
        okActions: actions,
      },
      { parent },
    );
  };
  return [
    ...(availability === undefined
      ? []
      : [promise("availability", `${name} answers 5xx`, (rate, period) => failing(api, rate, availability, period))]),
    ...(latency ? [promise("speed", `${name} is slow`, (rate, period) => slow(api, rate, latency, period))] : []),
  ];
}

const both = (pair: MetricAlarm[]) =>
  all(pair.map((alarm) => alarm.name)).apply((names) => `(${names.map((one) => `ALARM("${one}")`).join(" AND ")})`);

/** Percent of requests that failed. One failure of few requests is no trend: it takes two. */
const failing = (api: ObservedApi, rate: number, promised: number, period: number) => ({
  metricQueries: queriesOf(
    [
      { ...apiMetric(api, "5XXError"), stat: "Sum" },
      { ...apiMetric(api, "Count"), stat: "Sum" },
    ],
    period,
    "Percent of requests that failed",
    "IF(m0 > 1, 100 * m0 / m1, 0)",
  ),
  threshold: rounded(rate * (100 - promised)),
});

/** That more than a share of answers is slow is the same as that the percentile which leaves this share out is. */
const slow = (
  api: ObservedApi,
  rate: number,
  { milliseconds, percent = 99 }: NonNullable<Objective["latency"]>,
  period: number,
) => ({
  ...apiMetric(api, "Latency"),
  extendedStatistic: `p${rounded(100 - rate * (100 - percent))}`,
  threshold: milliseconds,
  period,
});

/** CloudWatch's percentiles have two decimals, and so have shares that people read. */
const rounded = (value: number): number => Math.round(value * 100) / 100;
