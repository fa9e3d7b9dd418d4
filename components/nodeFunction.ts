import type { LogGroup } from "@pulumi/aws/cloudwatch";
import { Alias, FunctionEventInvokeConfig, Function as LambdaFunction } from "@pulumi/aws/lambda";
import type { Queue } from "@pulumi/aws/sqs";
import { ComponentResource, type ComponentResourceOptions, type Input, interpolate, type Output } from "@pulumi/pulumi";
import type { Binding, Statement } from "./function/bindings.ts";
import { bundle, runtime } from "./function/bundle.ts";
import { createExecutionRole, type ExecutionRole } from "./function/executionRole.ts";
import { bundleCallback, type InlineCallback } from "./function/inlineCallback.ts";
import { functionRules } from "./function/validate.ts";
import { type DeploymentArgs, GradualDeployment } from "./gradualDeployment.ts";
import { createLogGroup, logGroupName } from "./logGroup.ts";
import { metricNamespace } from "./naming.ts";
import { createQueue } from "./queue.ts";
import { validate } from "./validation.ts";

/** A function's code, and how it runs. */
export type NodeFunctionArgs = FunctionSettings & (FileCode | InlineCode);

/** Code in a file of its own. */
export interface FileCode {
  /**
   * File that exports `handler`, relative to the program.
   * @example "handlers/whodis/index.ts"
   */
  entry: string;
  callback?: never;
}

/** Code beside the resources that it uses. */
export interface InlineCode {
  entry?: never;
  /**
   * An async function of `(event, context)`. It may capture outputs of resources, but no secret.
   * @example async (event) => ({ statusCode: 200, body: event.path })
   */
  callback: InlineCallback;
}

export interface FunctionSettings {
  /**
   * What the function is for, in the console. At most 256 characters.
   * @default none
   */
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
  /**
   * Environment variables that come without a grant. Nothing secret: whoever may describe the function reads them.
   * @default {}
   * @example { APP_VERSION: "v1" }
   */
  environment?: Record<string, Input<string>>;
  /**
   * Environment variables that come with the grant that their use needs.
   * @default {}
   * @example { IRIS_TABLE: tableBinding(table, ["PutItem"]) }
   */
  bindings?: Record<string, Binding>;
  /**
   * Grants without a variable.
   * @default []
   */
  statements?: Statement[];
  /**
   * Invocations at one time. Reserving takes from the account, which must keep 100 unreserved.
   * @default -1: unreserved, shared with the account's other functions
   */
  reservedConcurrency?: Input<number>;
  /**
   * Given when the function is invoked asynchronously (by S3, SNS, EventBridge, another service): an event that fails
   * every try is kept in a queue of its own.
   * @default none: callers wait for the answer
   * @example { retries: 1 }
   */
  asynchronous?: AsynchronousArgs;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: Input<number>;
  /**
   * ARNs of layer versions, at most 5.
   * @default []
   */
  layers?: Input<string>[];
  /**
   * How callers' traffic moves to a new version: gradually, judged by hooks and alarms, and back when it fails.
   * @default none: all at once
   * @example { type: "Canary10Percent5Minutes" }
   */
  deployment?: DeploymentArgs;
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
 *
 * @example
 * const writer = new NodeFunction("writer", {
 *   entry: "handlers/iris/write.ts",
 *   bindings: { IRIS_TABLE: tableBinding(table, ["PutItem"]) },
 * });
 */
export class NodeFunction extends ComponentResource {
  readonly function: LambdaFunction;
  /** What callers invoke: it points to a published version. */
  readonly alias: Alias;
  readonly role: ExecutionRole;
  readonly logGroup: LogGroup;
  /** Where events end that failed every try; only for an asynchronous function. */
  readonly failures: Queue | undefined;
  /** What shifts the alias; only with an enabled `deployment`. */
  readonly deployment: GradualDeployment | undefined;
  /** ARN of the alias. */
  readonly arn: Output<string>;

  /** @param routeUrl what the function answers, where it belongs to a route: its deployment's hooks are told. */
  constructor(name: string, args: NodeFunctionArgs, opts?: ComponentResourceOptions, routeUrl?: Input<string>) {
    super("dsp:index:NodeFunction", name, validated(name, args), opts);
    const deployment = args.deployment?.enabled === false ? undefined : args.deployment;

    this.logGroup = createLogGroup(
      `${name}-logs`,
      { name: logGroupName("lambda", name), retention: args.logRetention },
      this,
    );
    this.failures = args.asynchronous && createQueue(`${name}-failures`, {}, this);
    this.role = createRole(name, args, this);
    this.function = createFunction(name, args, this);
    this.alias = createAlias(name, deployment !== undefined, this);
    if (args.asynchronous) createEventInvokeConfig(name, args.asynchronous, this);
    this.deployment =
      deployment && new GradualDeployment(name, { ...deployment, target: this, routeUrl }, { parent: this });

    this.arn = this.alias.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

function validated(name: string, args: NodeFunctionArgs): object {
  validate(`NodeFunction "${name}"`, functionRules(name, args));
  return {};
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
  return new LambdaFunction(
    name,
    {
      ...(args.description !== undefined && { description: args.description }),
      code: args.callback ? bundleCallback(args.callback) : bundle(args.entry),
      handler: "index.handler",
      runtime,
      architectures: ["arm64"],
      role: parent.role.role.arn,
      memorySize: args.memory ?? 256,
      timeout: args.timeout ?? 10,
      reservedConcurrentExecutions: args.reservedConcurrency ?? -1,
      ...(args.layers && { layers: args.layers }),
      environment: { variables: variables(name, args) },
      // The levels are Lambda's own, said because the provider would take what it reads back for a change.
      loggingConfig: {
        logFormat: "JSON",
        logGroup: parent.logGroup.name,
        applicationLogLevel: "INFO",
        systemLogLevel: "INFO",
      },
      tracingConfig: { mode: "Active" },
      publish: true,
    },
    // Lambda assumes the role as it makes the function, and writes to the group from the first call on.
    { parent, dependsOn: [parent.role.policy, parent.logGroup] },
  );
}

/** What the arguments say, and what Powertools and Node read; the arguments win over Powertools' own. */
function variables(name: string, { environment, bindings = {} }: NodeFunctionArgs): Record<string, Input<string>> {
  return {
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace(),
    ...environment,
    ...Object.fromEntries(Object.entries(bindings).map(([key, { value }]) => [key, value])),
    NODE_OPTIONS: "--enable-source-maps",
  };
}

/** @param gradual whether CodeDeploy moves it from its creation on. */
function createAlias(name: string, gradual: boolean, parent: NodeFunction): Alias {
  const { name: functionName, version } = parent.function;
  return new Alias(
    `${name}-live`,
    { name: "live", functionName, functionVersion: version },
    { parent, ...(gradual && { ignoreChanges: ["functionVersion", "routingConfig"] }) },
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
