import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Alias, FunctionEventInvokeConfig, Function as LambdaFunction } from "@pulumi/aws/lambda";
import type { Queue } from "@pulumi/aws/sqs";
import {
  ComponentResource,
  type ComponentResourceOptions,
  getProject,
  getStack,
  type Input,
  interpolate,
  type Output,
} from "@pulumi/pulumi";
import type { Binding, Statement } from "./function/bindings.ts";
import { bundle, runtime } from "./function/bundle.ts";
import { createExecutionRole, type ExecutionRole } from "./function/executionRole.ts";
import { createQueue } from "./queue.ts";
import { integerBetween, validate } from "./validation.ts";

export interface NodeFunctionArgs {
  /**
   * File that exports `handler`, relative to the program.
   * @example "handlers/whodis/index.ts"
   */
  entry: string;
  /** What the function is for, in the console. At most 256 characters. */
  description?: Input<string>;
  /**
   * Memory in MB, 128 to 10,240; processing power grows with it.
   * @default 256
   */
  memory?: Input<number>;
  /**
   * Seconds until an invocation is ended, 1 to 900.
   * @default 10
   */
  timeout?: Input<number>;
  /** Environment variables that come without a grant. */
  environment?: Record<string, Input<string>>;
  /**
   * Environment variables that come with the grant that their use needs.
   * @example { IRIS_TABLE: tableBinding(table, ["PutItem"]) }
   */
  bindings?: Record<string, Binding>;
  /** Grants without a variable. */
  statements?: Statement[];
  /**
   * Invocations at one time. Reserving takes from the account, which must keep 100 unreserved.
   * @default -1: unreserved, shared with the account's other functions
   */
  reservedConcurrency?: Input<number>;
  /**
   * Given when the function is invoked asynchronously (by S3, SNS, EventBridge, another service): an event that fails
   * every try is kept in a queue of its own.
   */
  asynchronous?: AsynchronousArgs;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: Input<number>;
  /** ARNs of layer versions, at most 5. */
  layers?: Input<string>[];
}

export interface AsynchronousArgs {
  /**
   * Tries after the first, 0 to 2.
   * @default 2
   */
  retries?: Input<number>;
  /**
   * Seconds after which an event is given up, 60 to 21,600.
   * @default 21600
   */
  maximumAge?: Input<number>;
}

/**
 * A Lambda function in TypeScript with all that belongs to it: bundle, own role with exact grants, own log group, tracing,
 * a version for each change, and the alias `live` that callers use.
 *
 * @example
 * const whodis = new NodeFunction("whodis", { entry: "handlers/whodis/index.ts" });
 */
export class NodeFunction extends ComponentResource {
  readonly function: LambdaFunction;
  /** What callers invoke: it points to a published version. */
  readonly alias: Alias;
  readonly role: ExecutionRole;
  readonly logGroup: LogGroup;
  /** Where events end that failed every try; only for an asynchronous function. */
  readonly failures: Queue | undefined;
  /** ARN of the alias. */
  readonly arn: Output<string>;

  constructor(name: string, args: NodeFunctionArgs, opts?: ComponentResourceOptions) {
    super("dsp:index:NodeFunction", name, validated(name, args), opts);

    this.logGroup = createLogGroup(name, args, this);
    this.failures = args.asynchronous && createQueue(`${name}-failures`, {}, this);
    this.role = createRole(name, args, this);
    this.function = createFunction(name, args, this);
    this.alias = new Alias(
      `${name}-live`,
      { name: "live", functionName: this.function.name, functionVersion: this.function.version },
      { parent: this },
    );
    if (args.asynchronous) createEventInvokeConfig(name, args.asynchronous, this);
    this.arn = this.alias.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

function validated(name: string, args: NodeFunctionArgs): object {
  const both = Object.keys(args.environment ?? {}).filter((key) => key in (args.bindings ?? {}));
  const variables = [...Object.keys(args.environment ?? {}), ...Object.keys(args.bindings ?? {})];
  const reserved = variables.filter(
    (key) => /^(AWS_|LAMBDA_)/.test(key) || key === "_HANDLER" || key === "NODE_OPTIONS",
  );
  validate(`NodeFunction "${name}"`, [
    { ok: name.length <= 51, field: "name", value: name, allowed: "at most 51 characters (64 with what is added)" },
    integerBetween("memory", args.memory, 128, 10_240),
    integerBetween("timeout", args.timeout, 1, 900),
    integerBetween("reservedConcurrency", args.reservedConcurrency, -1, 1_000_000),
    integerBetween("asynchronous.retries", args.asynchronous?.retries, 0, 2),
    integerBetween("asynchronous.maximumAge", args.asynchronous?.maximumAge, 60, 21_600),
    { ok: (args.layers?.length ?? 0) <= 5, field: "layers", value: args.layers?.length, allowed: "at most 5" },
    {
      ok: both.length === 0,
      field: `environment.${both[0]}`,
      value: both[0],
      allowed: "a name that bindings do not use",
    },
    { ok: reserved.length === 0, field: "environment", value: reserved[0], allowed: "no name that Lambda reserves" },
  ]);
  return {};
}

function createLogGroup(name: string, args: NodeFunctionArgs, parent: NodeFunction): LogGroup {
  return new LogGroup(
    `${name}-logs`,
    { name: `/aws/lambda/${getProject()}-${getStack()}-${name}`, retentionInDays: args.logRetention ?? 30 },
    { parent },
  );
}

function createRole(name: string, args: NodeFunctionArgs, parent: NodeFunction): ExecutionRole {
  const { logGroup, failures } = parent;
  const statements: Statement[] = [
    // The group is the stack's: the function may add to it, not make one.
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [interpolate`${logGroup.arn}:*`],
    },
    // X-Ray's actions for writing have no resource.
    { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: ["*"] },
    ...(failures ? [{ Effect: "Allow" as const, Action: ["sqs:SendMessage"], Resource: [failures.arn] }] : []),
    ...Object.values(args.bindings ?? {}).flatMap((binding) => binding.statements),
    ...(args.statements ?? []),
  ];
  return createExecutionRole(name, "lambda.amazonaws.com", statements, parent);
}

function createFunction(name: string, args: NodeFunctionArgs, parent: NodeFunction): LambdaFunction {
  const bound = Object.entries(args.bindings ?? {}).map(([key, { value }]) => [key, value]);
  return new LambdaFunction(
    name,
    {
      ...(args.description !== undefined && { description: args.description }),
      code: bundle(args.entry),
      handler: "index.handler",
      runtime,
      architectures: ["arm64"],
      role: parent.role.role.arn,
      memorySize: args.memory ?? 256,
      timeout: args.timeout ?? 10,
      reservedConcurrentExecutions: args.reservedConcurrency ?? -1,
      ...(args.layers && { layers: args.layers }),
      environment: {
        variables: {
          ...args.environment,
          ...Object.fromEntries(bound),
          POWERTOOLS_SERVICE_NAME: args.environment?.POWERTOOLS_SERVICE_NAME ?? name,
          NODE_OPTIONS: "--enable-source-maps",
        },
      },
      loggingConfig: { logFormat: "JSON", logGroup: parent.logGroup.name },
      tracingConfig: { mode: "Active" },
      publish: true,
    },
    // Lambda assumes the role as it makes the function, and writes to the group from the first call on.
    { parent, dependsOn: [parent.role.policy, parent.logGroup] },
  );
}

function createEventInvokeConfig(name: string, args: AsynchronousArgs, parent: NodeFunction): void {
  new FunctionEventInvokeConfig(
    `${name}-async`,
    {
      functionName: parent.function.name,
      qualifier: parent.alias.name,
      maximumRetryAttempts: args.retries ?? 2,
      maximumEventAgeInSeconds: args.maximumAge ?? 21_600,
      destinationConfig: { onFailure: { destination: parent.failures!.arn } },
    },
    { parent },
  );
}
