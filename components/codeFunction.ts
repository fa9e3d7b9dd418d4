import type { LogGroup } from "@pulumi/aws/cloudwatch";
import { Alias, FunctionEventInvokeConfig, Function as LambdaFunction, Permission } from "@pulumi/aws/lambda";
import type { Queue } from "@pulumi/aws/sqs";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  interpolate,
  mergeOptions,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import type { DeploymentArgs } from "./deployment/args.ts";
import { deploymentRules } from "./deployment/validate.ts";
import type { AsynchronousArgs, FunctionArgs } from "./function/args.ts";
import { createExecutionRole, type ExecutionRole } from "./function/executionRole.ts";
import { type Language, languageOf, languages, packageOf } from "./function/package.ts";
import { architecture } from "./function/platform.ts";
import { createSchedule } from "./function/schedule.ts";
import type { Statement } from "./function/statement.ts";
import { functionRules } from "./function/validate.ts";
import { GradualDeployment } from "./gradualDeployment.ts";
import { createCodeLogs } from "./logGroup.ts";
import { longestFunctionName, metricNamespace, shorten } from "./naming.ts";
import { PythonLayer } from "./pythonLayer.ts";
import { createQueue } from "./queue.ts";
import { type Rule, validate } from "./validation.ts";

/** A function's code, how it runs, and how its versions follow one another. */
export type CodeFunctionArgs = FunctionArgs & VersionArgs;

export interface VersionArgs {
  /**
   * How callers' traffic moves to a new version: gradually, judged by hooks and alarms, and back when it fails.
   * @default none: all at once
   * @example { type: "Canary10Percent5Minutes" }
   */
  deployment?: DeploymentArgs;
}

/** What can be wrong with a function's arguments; `at` leads to them: `routes["GET /whodis"].`. */
export const codeFunctionRules = (name: string, args: CodeFunctionArgs, at = ""): Rule[] => [
  ...functionRules(name, args, at),
  ...(args.deployment ? deploymentRules(name, args.deployment, at) : []),
];

/** Who may invoke a function: a service, for one resource of it. */
export interface InvokePermissionArgs {
  /** @example "apigateway.amazonaws.com" */
  principal: string;
  /** ARN of what the service calls for: a rule, a route. */
  sourceArn: Input<string>;
  /**
   * Bytes of that ARN that set it apart from others of its kind, such as a route's path.
   * @default 0
   */
  sourceBytes?: number;
}

/** Bytes that a permission takes of its function's policy, without the route: statement id, principal, ARNs, condition. */
export const permissionBytes = 420;

/**
 * A Lambda function with all that belongs to it, whatever language its code is in: package, own role with exact grants, own log
 * group, tracing, a version for each change, and the alias `live` that callers use. Programs use {@link NodeFunction} and
 * {@link PythonFunction}; what takes code of either kind, as routes do, makes this.
 */
export class CodeFunction extends ComponentResource {
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

  #policyBytes = 0;

  constructor(name: string, args: CodeFunctionArgs, opts?: ComponentResourceOptions) {
    const language = languageOf(args);
    validate(`${language}Function "${name}"`, codeFunctionRules(name, args));
    // The same function in another language is changed, not made anew: its children's names are taken.
    const aliases = languages.filter((other) => other !== language).map((other) => ({ type: typeOf(other) }));
    super(typeOf(language), name, {}, mergeOptions({ aliases }, opts));
    const deployment = args.deployment?.enabled === false ? undefined : args.deployment;
    const { schedule, asynchronous = schedule && {} } = args;

    this.logGroup = createCodeLogs(name, { service: "lambda", retention: args.logRetention }, this);
    this.failures = asynchronous && createQueue(`${name}-failures`, {}, this);
    this.role = createRole(name, args, this);
    this.function = createFunction(name, args, this);
    this.alias = createAlias(name, deployment !== undefined, this);
    if (asynchronous) createEventInvokeConfig(name, asynchronous, this);
    this.deployment = deployment && createDeployment(name, deployment, this);

    this.arn = this.alias.arn;
    // The schedule's role has a name as long as a function's.
    if (schedule) createSchedule(shorten(`${name}-schedule`, longestFunctionName), { ...schedule, target: this }, this);
    this.registerOutputs({ arn: this.arn });
  }

  /** Bytes that permissions of this program take of the function's resource policy. */
  get policyBytes(): number {
    return this.#policyBytes;
  }

  /** Lets a service invoke the alias. What makes the service call depends on the permission. */
  allowInvoke(name: string, args: InvokePermissionArgs, parent: Resource): Permission {
    const { principal, sourceArn, sourceBytes = 0 } = args;
    this.#policyBytes += permissionBytes + sourceBytes;
    return new Permission(
      name,
      {
        action: "lambda:InvokeFunction",
        function: this.function.name,
        qualifier: this.alias.name,
        principal,
        sourceArn,
      },
      { parent },
    );
  }
}

const typeOf = (language: Language) => `dsp:index:${language}Function`;

const createDeployment = (name: string, args: DeploymentArgs, target: CodeFunction): GradualDeployment =>
  new GradualDeployment(
    name,
    { ...args, target, createFunction: (...hook) => new CodeFunction(...hook) },
    { parent: target },
  );

function createRole(name: string, args: CodeFunctionArgs, parent: CodeFunction): ExecutionRole {
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

function createFunction(name: string, args: CodeFunctionArgs, parent: CodeFunction): LambdaFunction {
  const { location, handler, runtime, variables } = packageOf(name, args, parent);
  return new LambdaFunction(
    name,
    {
      ...(args.description !== undefined && { description: args.description }),
      ...location,
      handler,
      runtime,
      architectures: [architecture],
      role: parent.role.role.arn,
      memorySize: args.memory ?? 256,
      timeout: args.timeout ?? 10,
      reservedConcurrentExecutions: args.reservedConcurrency ?? -1,
      ...(args.layers && { layers: args.layers.map((one) => (one instanceof PythonLayer ? one.arn : one)) }),
      environment: { variables: { ...environment(name, args), ...variables } },
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

/** What the arguments say, and what Powertools reads; the arguments win. */
function environment(
  name: string,
  { environment: own, bindings = {} }: CodeFunctionArgs,
): Record<string, Input<string>> {
  return {
    POWERTOOLS_SERVICE_NAME: name,
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace(),
    ...own,
    ...Object.fromEntries(Object.entries(bindings).map(([key, { value }]) => [key, value])),
  };
}

/** @param gradual whether CodeDeploy moves it from its creation on. */
function createAlias(name: string, gradual: boolean, parent: CodeFunction): Alias {
  const { name: functionName, version } = parent.function;
  return new Alias(
    `${name}-live`,
    { name: "live", functionName, functionVersion: version },
    { parent, ...(gradual && { ignoreChanges: ["functionVersion", "routingConfig"] }) },
  );
}

function createEventInvokeConfig(name: string, args: AsynchronousArgs, parent: CodeFunction): void {
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
