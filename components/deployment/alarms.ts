import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import { type Input, interpolate, type Resource } from "@pulumi/pulumi";
import { createAlarm } from "../alarm.ts";
import type { LiveFunction } from "./args.ts";

/**
 * Whether callers of the alias meet errors, and whether its newest version makes them: two minutes in a row.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export function createAlarms(
  name: string,
  { function: { name: functionName, version }, alias }: LiveFunction,
  actions: Input<string>[],
  parent: Resource,
): MetricAlarm[] {
  const dimensions = { FunctionName: functionName, Resource: interpolate`${functionName}:${alias.name}` };
  const alarm = (label: string, alarmDescription: string, more: Record<string, Input<string>>) =>
    createAlarm(
      `${name}-${label}`,
      {
        alarmDescription,
        namespace: "AWS/Lambda",
        metricName: "Errors",
        dimensions: { ...dimensions, ...more },
        evaluationPeriods: 2,
      },
      actions,
      parent,
    );
  return [
    alarm("alias-errors", `Callers of ${name} meet errors`, {}),
    alarm("version-errors", `The newest version of ${name} fails`, { ExecutedVersion: version }),
  ];
}
