import { type Deployment, MethodSettings, type RestApi, Stage } from "@pulumi/aws/apigateway";
import { type Input, interpolate, type Resource } from "@pulumi/pulumi";
import { createServiceLogs, logGroupName, retentionRule } from "../logGroup.ts";
import { matches, oneOf, type Rule } from "../validation.ts";
import type { StageArgs } from "./args.ts";
import type { BoundRoute } from "./routes.ts";
import { type Limits, limitsOf, throttlingRules } from "./throttling.ts";

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

interface StageParts extends StageArgs {
  stageName: Input<string>;
  routes: BoundRoute[];
  restApi: RestApi;
  deployment: Deployment;
  /** What must be there before the first request: a live route may call its function. */
  ready: Resource[];
}

/** The stage that serves a deployment, with its logs, tracing and limits. */
export function createStage(name: string, args: StageParts, parent: Resource): Stage {
  const { stageName, restApi, deployment, ready } = args;
  const { logRetention: retention } = args;
  const accessLogs = createServiceLogs(`${name}-access`, { name: logGroupName("apigateway", name), retention }, parent);
  // API Gateway makes this group by itself, without an end, unless it is there before the stage.
  const executionLogs = createServiceLogs(
    `${name}-execution`,
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
  createSettings(name, args, stage, parent);
  return stage;
}

/** Settings of all methods, and whole ones of each route with limits of its own: it takes nothing from the others. */
function createSettings(name: string, args: StageParts, stage: Stage, parent: Resource): void {
  const { all, own } = limitsOf(args.routes, args.throttling);
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
