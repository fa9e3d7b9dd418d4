import type { Schedule } from "@pulumi/aws/scheduler";
import type { Resource } from "@pulumi/pulumi";
import type { CodeFunction } from "../codeFunction.ts";
import { createSchedule, expressionRule, timezoneRule } from "../function/schedule.ts";
import { matches, type Rule } from "../validation.ts";
import type { RetrainArgs } from "./args.ts";

const tableName = (field: string, value: unknown): Rule =>
  matches(field, value, /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*){0,2}$/, "a table's name, as Snowflake takes it unquoted");

export const retrainRules = ({ schedule, timezone, inputTable, outputTable }: RetrainArgs): Rule[] => [
  expressionRule("retrain.schedule", schedule),
  timezoneRule("retrain.timezone", timezone),
  tableName("retrain.inputTable", inputTable),
  tableName("retrain.outputTable", outputTable),
];

/** The same training again and again. An event that is delivered twice has the same id, and is one job. */
export function createRetrainSchedule(
  name: string,
  { target, ...retrain }: RetrainArgs & { target: CodeFunction },
  parent: Resource,
): Schedule {
  const { schedule: expression, timezone, inputTable = "ratings_train_data" } = retrain;
  const { outputTable = "user_movie_recommendations" } = retrain;
  const input = { id: "<aws.scheduler.scheduled-time>", input: inputTable, output: outputTable };
  return createSchedule(`${name}-retrain-schedule`, { expression, timezone, input, target }, parent);
}

/** Looks every hour for endpoints that nobody has called for `hours`. */
export const createIdleSchedule = (
  name: string,
  { hours, target }: { hours: number; target: CodeFunction },
  parent: Resource,
): Schedule =>
  createSchedule(`${name}-idle-schedule`, { expression: "rate(1 hour)", input: { idleHours: hours }, target }, parent);
