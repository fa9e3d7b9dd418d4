import { type Deployment, MethodSettings, type RestApi, Stage } from "@pulumi/aws/apigateway";
import { type Input, interpolate, type Resource } from "@pulumi/pulumi";
import { createLogGroup, logGroupName, retentionRule } from "../logGroup.ts";
import { matches, oneOf, type Rule } from "../validation.ts";
import type { BoundRoute } from "./routes.ts";
import { type Limits, limitsOf, type Throttling, throttlingRules } from "./throttling.ts";

/** Settings of an API that does not take the implicit ones. */
export interface StageArgs {
  /**
   * First part of every path of the API's URL.
   * @default "Prod"
   */
  stageName?: Input<string>;
  /**
   * Requests that each route answers which says nothing else.
   * @default { rate: 1_000, burst: 500 }; of a route that anyone may call { rate: 50, burst: 100 }
   */
  throttling?: Throttling;
  /**
   * What the execution log holds. Requests and answers themselves are never logged: they may hold personal data.
   * @default "ERROR"
   */
  logLevel?: Input<"OFF" | "ERROR" | "INFO">;
  /**
   * Whether X-Ray traces requests, with their paths: not where whoever knows a path may do what it does.
   * @default true
   */
  tracing?: Input<boolean>;
  /**
   * Whether CloudWatch gets metrics of each method, besides those of the stage, which cost nothing. Custom metrics are
   * charged for them: https://aws.amazon.com/cloudwatch/pricing/
   * @default false
   */
  detailedMetrics?: Input<boolean>;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: Input<number>;
  /**
   * Values that integrations read as `stageVariables.name`.
   * @default {}
   */
  variables?: Record<string, Input<string>>;
}

export const stageRules = (stage: StageArgs): Rule[] => [
  matches("definition.stageName", stage.stageName, /^\w{1,128}$/, "1 to 128 letters, digits and _"),
  ...throttlingRules("definition.throttling", stage.throttling),
  oneOf("definition.logLevel", stage.logLevel, ["OFF", "ERROR", "INFO"]),
  retentionRule("definition.logRetention", stage.logRetention),
];

/** One JSON line a request; what is not known is `-`. The path is left out: it may be a secret, or name a person. */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  ip: "$context.identity.sourceIp",
  user: "$context.identity.userArn",
  method: "$context.httpMethod",
  route: "$context.resourcePath",
  status: "$context.status",
  bytes: "$context.responseLength",
  latency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  error: "$context.error.message",
  integrationError: "$context.integrationErrorMessage",
});

/**
 * The stage that serves a deployment, with its logs, tracing and limits.
 * @param ready what must be there before the first request: a live route may call its function.
 */
export function createStage(
  name: string,
  stageName: Input<string>,
  args: StageArgs,
  routes: BoundRoute[],
  restApi: RestApi,
  deployment: Deployment,
  ready: Resource[],
  parent: Resource,
): Stage {
  const { logRetention: retention } = args;
  const accessLogs = createLogGroup(
    `${name}-access-logs`,
    { name: logGroupName("apigateway", name), retention },
    parent,
  );
  // API Gateway makes this group by itself, without an end, unless it is there before the stage.
  const executionLogs = createLogGroup(
    `${name}-execution-logs`,
    { name: interpolate`API-Gateway-Execution-Logs_${restApi.id}/${stageName}`, retention },
    parent,
  );
  const stage = new Stage(
    `${name}-stage`,
    {
      restApi: restApi.id,
      deployment: deployment.id,
      stageName,
      ...(args.variables && { variables: args.variables }),
      accessLogSettings: { destinationArn: accessLogs.arn, format: accessLogFormat },
      xrayTracingEnabled: args.tracing ?? true,
    },
    { parent, dependsOn: [executionLogs, ...ready] },
  );
  createSettings(name, args, routes, stage, parent);
  return stage;
}

/** Settings of all methods, and whole ones of each route with limits of its own: it takes nothing from the others. */
function createSettings(name: string, args: StageArgs, routes: BoundRoute[], stage: Stage, parent: Resource): void {
  const { all, own } = limitsOf(routes, args.throttling);
  const create = (label: string, methodPath: string, limits: Limits, dependsOn: Resource[]) =>
    new MethodSettings(
      label,
      {
        restApi: stage.restApi,
        stageName: stage.stageName,
        methodPath,
        settings: {
          loggingLevel: args.logLevel ?? "ERROR",
          dataTraceEnabled: false,
          metricsEnabled: args.detailedMetrics ?? false,
          throttlingRateLimit: limits.rate,
          throttlingBurstLimit: limits.burst,
        },
      },
      { parent, dependsOn },
    );
  const settings = create(`${name}-settings`, "*/*", all, []);
  for (const { route, limits } of own) {
    const { method, path, label } = route;
    // API Gateway names a method by its path, whose slashes are ~1.
    create(`${name}-${label}-settings`, `${path.replaceAll("/", "~1")}/${method}`, limits, [settings]);
  }
}
