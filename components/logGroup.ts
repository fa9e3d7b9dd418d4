import { LogGroup } from "@pulumi/aws/cloudwatch";
import type { Input, Resource } from "@pulumi/pulumi";
import { stackWide } from "./naming.ts";
import { addLogGroup, addServiceLogGroup } from "./stackCode.ts";
import { oneOf, type Rule } from "./validation.ts";

/** What CloudWatch takes. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const retentionRule = (field: string, days: unknown): Rule => oneOf(field, days, retentions);

export interface LogGroupArgs {
  /** Its name in CloudWatch, on which what writes to it may insist. */
  name: Input<string>;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  retention: Input<number> | undefined;
}

/** A log group of the stack: made before its writer, deleted with the stack. */
const createLogGroup = (name: string, args: LogGroupArgs, parent?: Resource): LogGroup =>
  new LogGroup(name, { name: args.name, retentionInDays: args.retention ?? 30 }, { parent });

/**
 * The log group that a service writes to, `name-logs`; the stack's output `serviceLogGroups` has it under `name`.
 * @param name of what is told there: `whodis-access`.
 */
export function createServiceLogs(name: string, args: LogGroupArgs, parent?: Resource): LogGroup {
  const logGroup = createLogGroup(`${name}-logs`, args, parent);
  addServiceLogGroup(name, logGroup);
  return logGroup;
}

/**
 * The log group of a function or a container, `name-logs`; the stack's output `logGroups` has it under `name`.
 * @param name of what writes to it.
 */
export function createCodeLogs(
  name: string,
  { service, retention }: { service: "lambda" | "ecs" | "emr-serverless"; retention: Input<number> | undefined },
  parent: Resource,
): LogGroup {
  const logGroup = createLogGroup(`${name}-logs`, { name: logGroupName(service, name), retention }, parent);
  addLogGroup(name, logGroup);
  return logGroup;
}

/** `/aws/lambda/project-stack-name` */
export const logGroupName = (
  service: "lambda" | "apigateway" | "ecs" | "emr-serverless" | "vpc",
  name: string,
): string => `/aws/${service}/${stackWide(name)}`;
