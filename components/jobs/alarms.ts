import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { Input, Resource } from "@pulumi/pulumi";
import { type AlarmArgs, createAlarm } from "../alarm.ts";
import type { CodeFunction } from "../codeFunction.ts";
import { metricNamespace } from "../naming.ts";
import type { JobFunction } from "./args.ts";

/** Alarms for runs that nobody waits for: those of schedules. */
export function createJobAlarms(
  name: string,
  { functions, actions }: { functions: Record<JobFunction, CodeFunction>; actions: Input<string>[] },
  parent: Resource,
): MetricAlarm[] {
  const alarm = (label: string, settings: AlarmArgs) =>
    createAlarm(`${name}-${label}-alarm`, settings, actions, parent);
  const failing = (by: JobFunction, alarmDescription: string) =>
    alarm(by, {
      alarmDescription,
      metricName: "Errors",
      namespace: "AWS/Lambda",
      dimensions: { FunctionName: functions[by].function.name },
    });
  return [
    alarm("failed", {
      alarmDescription: "A run of a job failed",
      metricName: "JobFailed",
      namespace: metricNamespace(),
      dimensions: { service: `${name}-observe` },
    }),
    failing("run", "Scheduled runs do not start"),
    failing("observe", "Changes of runs are not observed"),
    failing("mend", "A job is not what its item says: its schedule, its first run or its end"),
  ];
}
