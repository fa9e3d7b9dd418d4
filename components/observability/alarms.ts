import type { AlarmArgs } from "../alarm.ts";
import { metricNamespace } from "../naming.ts";
import type { ObservabilityArgs, together } from "./args.ts";
import { apiMetric, functionMetric, iteratorAge, type Metric, mostMetrics, queriesOf, queueMetric } from "./metric.ts";

/** Alarms by their names in the program. */
export type Alarms = Record<string, AlarmArgs>;

type All = ReturnType<typeof together>;

/** What rings for a system; promises of its APIs (`objectives`) are beside these. */
export function alarmsOf(system: string, observed: All, args: Pick<ObservabilityArgs, "objective" | "longestAnswer">) {
  const { functions, machines, deadLetters, queues, streams, faults } = observed;
  const unattended = Object.entries(functions).filter(([, { unattended: means }]) => means);
  const failures = Object.values(functions).flatMap(({ function: one }) => one.failures ?? []);
  const executions = Object.values(machines).flatMap(({ arn }) =>
    ["ExecutionsFailed", "ExecutionsTimedOut"].map((metricName) => ({
      namespace: "AWS/States",
      metricName,
      dimensions: { StateMachineArn: arn },
    })),
  );
  return {
    ...byName(unattended, ([name, { function: one, unattended: means, minutes = 1 }]) => ({
      [`${name}-alarm`]: { alarmDescription: means!, ...functionMetric(one, "Errors"), evaluationPeriods: minutes },
    })),
    ...byName(Object.entries(observed.apis), ([name, api]) => ({
      ...(args.objective?.availability === undefined && {
        [`${name}-errors-alarm`]: { alarmDescription: `${name} answers 5xx`, ...apiMetric(api, "5XXError") },
      }),
      ...(args.objective?.latency === undefined && {
        [`${name}-latency-alarm`]: {
          alarmDescription: `${name} is slow for one caller in a hundred`,
          ...apiMetric(api, "Latency"),
          extendedStatistic: "p99",
          threshold: args.longestAnswer ?? 5_000,
          period: 300,
          evaluationPeriods: 3,
        },
      }),
    })),
    ...summed(
      `${system}-throttles`,
      "Functions are not run: too many run already",
      unattended.map(([, { function: one }]) => functionMetric(one, "Throttles")),
      "Sum",
    ),
    ...summed(
      `${system}-dead-letters`,
      "What failed every try waits in a failure queue",
      [...Object.values(deadLetters), ...failures].map((one) => queueMetric(one, "ApproximateNumberOfMessagesVisible")),
      "Maximum",
    ),
    ...summed(`${system}-executions`, "Executions fail, or take too long", executions, "Sum"),
    ...byName(Object.entries(streams), ([name, { reader, longestWait, means }]) => ({
      [`${name}-alarm`]: waiting(means, iteratorAge(reader), longestWait * 1_000),
    })),
    ...byName(Object.entries(queues), ([name, { queue, longestWait, means }]) => ({
      [`${name}-alarm`]: waiting(means, queueMetric(queue, "ApproximateAgeOfOldestMessage"), longestWait),
    })),
    ...byName(Object.entries(faults), ([name, { service, metricName, means }]) => ({
      [`${name}-alarm`]: {
        alarmDescription: means,
        namespace: metricNamespace(),
        metricName,
        dimensions: { service },
      },
    })),
  } satisfies Alarms;
}

const byName = <Entry>(entries: Entry[], alarms: (entry: Entry) => Alarms): Alarms =>
  Object.assign({}, ...entries.map(alarms));

/** Five minutes in a row longer than it may. */
const waiting = (alarmDescription: string, metric: Metric, threshold: number): AlarmArgs => ({
  alarmDescription,
  ...metric,
  statistic: "Maximum",
  threshold,
  evaluationPeriods: 5,
});

/** One alarm for as many metrics as it may have. What reports nothing counts as nothing. */
function summed(name: string, alarmDescription: string, metrics: Metric[], stat: "Sum" | "Maximum"): Alarms {
  const [only, ...others] = metrics;
  if (only && others.length === 0) return { [`${name}-alarm`]: { alarmDescription, ...only, statistic: stat } };
  const parts = Array.from({ length: Math.ceil(metrics.length / mostMetrics) }, (_, index) =>
    metrics.slice(index * mostMetrics, (index + 1) * mostMetrics),
  );
  return Object.fromEntries(
    parts.map((part, index) => [
      `${name}${index === 0 ? "" : `-${index + 1}`}-alarm`,
      {
        alarmDescription,
        metricQueries: queriesOf(
          part.map((metric) => ({ ...metric, stat })),
          60,
          alarmDescription,
          "SUM(FILL(METRICS(), 0))",
        ),
      },
    ]),
  );
}
