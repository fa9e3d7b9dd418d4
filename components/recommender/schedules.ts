import { Schedule } from "@pulumi/aws/scheduler";
import type { Resource } from "@pulumi/pulumi";
import { functionBinding } from "../function/bindings.ts";
import { createExecutionRole } from "../function/executionRole.ts";
import type { NodeFunction } from "../nodeFunction.ts";
import { matches, type Rule } from "../validation.ts";
import type { RetrainArgs } from "./args.ts";

const tableName = (field: string, value: unknown): Rule =>
  matches(field, value, /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){0,2}$/, "a table's name, as Snowflake takes it unquoted");

export const retrainRules = ({ schedule, timezone, inputTable, outputTable }: RetrainArgs): Rule[] => [
  matches("retrain.schedule", schedule, /^(rate|cron)\(.+\)$/, "rate(7 days) or cron(0 3 ? * SUN *), for example"),
  matches("retrain.timezone", timezone, /^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$/, "a zone's name, such as Europe/Berlin"),
  tableName("retrain.inputTable", inputTable),
  tableName("retrain.outputTable", outputTable),
];

/** The same training again and again. An event that is delivered twice has the same id, and is one job. */
export function createRetrainSchedule(
  name: string,
  retrain: RetrainArgs,
  target: NodeFunction,
  parent: Resource,
): Schedule {
  const { schedule, timezone = "UTC", inputTable = "ratings_train_data" } = retrain;
  const { outputTable = "user_movie_recommendations" } = retrain;
  const event = { id: "<aws.scheduler.scheduled-time>", input: inputTable, output: outputTable };
  return createSchedule(`${name}-retrain`, { schedule, timezone, event }, target, parent);
}

/** Looks every hour for endpoints that nobody has called for `hours`. */
export const createIdleSchedule = (name: string, hours: number, target: NodeFunction, parent: Resource): Schedule =>
  createSchedule(
    `${name}-idle`,
    { schedule: "rate(1 hour)", timezone: "UTC", event: { idleHours: hours } },
    target,
    parent,
  );

interface When {
  schedule: string;
  timezone: string;
  event: object;
}

function createSchedule(
  name: string,
  { schedule, timezone, event }: When,
  target: NodeFunction,
  parent: Resource,
): Schedule {
  const invoke = functionBinding(target);
  const { role, policy } = createExecutionRole(
    `${name}-schedule`,
    "scheduler.amazonaws.com",
    invoke.statements,
    parent,
  );
  return new Schedule(
    `${name}-schedule`,
    {
      scheduleExpression: schedule,
      scheduleExpressionTimezone: timezone,
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: invoke.value,
        roleArn: role.arn,
        input: JSON.stringify(event),
        retryPolicy: { maximumRetryAttempts: 5, maximumEventAgeInSeconds: 3_600 },
      },
    },
    { parent, dependsOn: [policy] },
  );
}
