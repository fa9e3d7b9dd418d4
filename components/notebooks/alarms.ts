import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { Input, Resource } from "@pulumi/pulumi";
import { type AlarmArgs, createAlarm } from "../alarm.ts";
import type { CodeFunction } from "../codeFunction.ts";
import { metricNamespace } from "../naming.ts";
import type { NotebookFunction } from "./args.ts";

/** Alarms for what nobody sees who does not look: notebooks that bill, and nobody uses. */
export function createNotebookAlarms(
  name: string,
  { functions, actions }: { functions: Record<NotebookFunction, CodeFunction>; actions: Input<string>[] },
  parent: Resource,
): MetricAlarm[] {
  const alarm = (label: string, settings: AlarmArgs) =>
    createAlarm(`${name}-${label}-alarm`, settings, actions, parent);
  const counted = (label: string, by: NotebookFunction, metricName: string, alarmDescription: string) =>
    alarm(label, {
      alarmDescription,
      metricName,
      namespace: metricNamespace(),
      dimensions: { service: `${name}-${by}` },
    });
  const failing = (by: NotebookFunction, alarmDescription: string) =>
    alarm(by, {
      alarmDescription,
      metricName: "Errors",
      namespace: "AWS/Lambda",
      dimensions: { FunctionName: functions[by].function.name },
    });
  return [
    counted("failed", "observe", "NotebookFailed", "A notebook failed"),
    counted("silent", "clean", "NotebookSilent", "A notebook has not reported for 30 minutes: it is never idle"),
    counted("running", "clean", "NotebookNotStopped", "An idle notebook could not be stopped"),
    failing("observe", "Changes of notebooks are not observed"),
    failing("clean", "Idle notebooks are not looked for"),
  ];
}
