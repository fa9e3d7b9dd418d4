import { MetricAlarm, type MetricAlarmArgs } from "@pulumi/aws/cloudwatch";
import type { Input, Resource } from "@pulumi/pulumi";

/** What is watched: one metric, or queries (`metricQueries`) of which one gives the value; everything else has a default. */
export type AlarmArgs = Partial<MetricAlarmArgs> & Required<Pick<MetricAlarmArgs, "alarmDescription">>;

/**
 * An alarm that is red from the first fault in a minute on; where nothing is reported, nothing is wrong.
 * @param actions ARNs of topics that are notified when it turns red, and when all is well again.
 */
export function createAlarm(
  name: string,
  args: AlarmArgs,
  actions: Input<string>[] = [],
  parent?: Resource,
): MetricAlarm {
  return new MetricAlarm(
    name,
    {
      // Queries say these themselves, each for its metric.
      ...(!args.metricQueries && { period: 60, ...(!args.extendedStatistic && { statistic: "Sum" }) }),
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      alarmActions: actions,
      okActions: actions,
      ...args,
    },
    { parent },
  );
}
