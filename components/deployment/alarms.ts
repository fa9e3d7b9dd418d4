import { MetricAlarm } from "@pulumi/aws/cloudwatch";
import { type Input, interpolate, type Resource } from "@pulumi/pulumi";
import type { NodeFunction } from "../nodeFunction.ts";

/**
 * Whether callers of the alias meet errors, and whether its newest version makes them: two minutes in a row.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function createAlarms(
  name: string,
  { function: { name: functionName, version }, alias }: NodeFunction,
  actions: Input<string>[],
  parent: Resource,
): MetricAlarm[] {
  const dimensions = { FunctionName: functionName, Resource: interpolate`${functionName}:${alias.name}` };
  const alarm = (label: string, alarmDescription: string, more: Record<string, Input<string>>) =>
    new MetricAlarm(
      `${name}-${label}`,
      {
        alarmDescription,
        namespace: "AWS/Lambda",
        metricName: "Errors",
        dimensions: { ...dimensions, ...more },
        statistic: "Sum",
        period: 60,
        evaluationPeriods: 2,
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        // Nobody calls: nothing is wrong.
        treatMissingData: "notBreaching",
        alarmActions: actions,
        okActions: actions,
      },
      { parent },
    );
  return [
    alarm("alias-errors", `Callers of ${name} meet errors`, {}),
    alarm("version-errors", `The newest version of ${name} fails`, { ExecutedVersion: version }),
  ];
}
