import { type Deployment, MethodSettings, type RestApi, Stage } from "@pulumi/aws/apigateway";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { getProject, getStack, type Input, interpolate, output, type Resource } from "@pulumi/pulumi";

/** Settings of an API that does not take the implicit ones. */
export interface StageArgs {
  /**
   * First part of every path of the API's URL.
   * @default "Prod"
   */
  stageName?: Input<string>;
  /** Requests that are answered; further ones get 429. */
  throttling?: {
    /**
     * Requests a second, in the long run.
     * @default 100
     */
    rate?: Input<number>;
    /**
     * Requests at one moment, 0 to 5,000.
     * @default 200
     */
    burst?: number;
  };
  /**
   * What the execution log holds. Requests and answers themselves are never logged: they may hold personal data.
   * @default "ERROR"
   */
  logLevel?: Input<"OFF" | "ERROR" | "INFO">;
  /**
   * Days that logs are kept.
   * @default 30
   */
  logRetention?: Input<number>;
  /** Values that integrations read as `${stageVariables.name}`. */
  variables?: Record<string, Input<string>>;
}

/** One JSON line a request; what is not known is `-`. */
const accessLogFormat = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  ip: "$context.identity.sourceIp",
  user: "$context.identity.userArn",
  method: "$context.httpMethod",
  path: "$context.path",
  route: "$context.resourcePath",
  status: "$context.status",
  bytes: "$context.responseLength",
  latency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  error: "$context.error.message",
  integrationError: "$context.integrationErrorMessage",
});

/** The stage that serves a deployment, with its logs, tracing and limits. */
export function createStage(
  name: string,
  args: StageArgs,
  restApi: RestApi,
  deployment: Deployment,
  parent: Resource,
): Stage {
  const stageName = output(args.stageName ?? "Prod");
  const retentionInDays = args.logRetention ?? 30;
  const accessLogs = new LogGroup(
    `${name}-access-logs`,
    { name: `/aws/apigateway/${getProject()}-${getStack()}-${name}`, retentionInDays },
    { parent },
  );
  // API Gateway makes this group by itself, without an end, unless it is there before the stage.
  const executionLogs = new LogGroup(
    `${name}-execution-logs`,
    { name: interpolate`API-Gateway-Execution-Logs_${restApi.id}/${stageName}`, retentionInDays },
    { parent },
  );
  const stage = new Stage(
    `${name}-stage`,
    {
      restApi: restApi.id,
      deployment: deployment.id,
      stageName,
      ...(args.variables && { variables: args.variables }),
      accessLogSettings: { destinationArn: accessLogs.arn, format: accessLogFormat },
      xrayTracingEnabled: true,
    },
    { parent, dependsOn: [executionLogs] },
  );
  new MethodSettings(
    `${name}-settings`,
    {
      restApi: restApi.id,
      stageName: stage.stageName,
      methodPath: "*/*",
      settings: {
        loggingLevel: args.logLevel ?? "ERROR",
        dataTraceEnabled: false,
        metricsEnabled: true,
        throttlingRateLimit: args.throttling?.rate ?? 100,
        throttlingBurstLimit: args.throttling?.burst ?? 200,
      },
    },
    { parent },
  );
  return stage;
}
