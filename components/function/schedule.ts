import { Schedule } from "@pulumi/aws/scheduler";
import type { Input, Resource } from "@pulumi/pulumi";
import { matches, type Rule } from "../validation.ts";
import type { ScheduleArgs } from "./args.ts";
import { functionBinding } from "./bindings.ts";
import { createExecutionRole } from "./executionRole.ts";

/** What can be wrong with a schedule. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const scheduleRules = (field: string, { expression, timezone }: ScheduleArgs): Rule[] => [
  expressionRule(`${field}.expression`, expression),
  timezoneRule(`${field}.timezone`, timezone),
];

/** A rule for a zone of the IANA database. */
export const timezoneRule = (field: string, timezone: unknown): Rule =>
  matches(field, timezone, /^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$/, "a zone's name, such as Europe/Berlin");

/** A rule for an expression of EventBridge. */
export const expressionRule = (field: string, expression: unknown): Rule =>
  matches(
    field,
    expression,
    /^(rate\([1-9]\d* (minute|hour|day)s?\)|cron\(\S+( \S+){5}\))$/,
    "an expression such as rate(1 hour) or cron(0 6 * * ? *)",
  );

/**
 * Calls a function at its times by EventBridge Scheduler, which acts as a role that may call this function and nothing
 * else. A call that is refused is tried again five times, within an hour.
 * @param target what is called; by its alias's ARN.
 */
export function createSchedule(
  name: string,
  { expression, timezone = "UTC", input = {}, target }: ScheduleArgs & { target: { arn: Input<string> } },
  parent: Resource,
): Schedule {
  const invoke = functionBinding(target);
  const { role, policy } = createExecutionRole(name, "scheduler.amazonaws.com", invoke.statements, parent);
  return new Schedule(
    name,
    {
      scheduleExpression: expression,
      scheduleExpressionTimezone: timezone,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: invoke.value,
        roleArn: role.arn,
        input: JSON.stringify(input),
        retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3_600 },
      },
    },
    { parent, dependsOn: [policy] },
  );
}
