import * as aws from "@pulumi/aws";
import { Declared } from "./declared.ts";

/** A function that keeps every rule but what is changed of it. */
const handler = (name: string, changed: Partial<aws.lambda.FunctionArgs>) =>
  new aws.lambda.Function(name, {
    role: "arn:aws:iam::123456789012:role/handler",
    s3Bucket: "code",
    s3Key: "handler.zip",
    handler: "index.handler",
    runtime: "nodejs22.x",
    memorySize: 256,
    timeout: 10,
    reservedConcurrentExecutions: -1,
    tracingConfig: { mode: "Active" },
    loggingConfig: { logFormat: "JSON", logGroup: "handlers" },
    ...changed,
  });

handler("supported-runtime", { runtime: "nodejs16.x" });
handler("tracing-memory-and-timeout", { tracingConfig: { mode: "PassThrough" } });
handler("concurrency-is-said", { reservedConcurrentExecutions: undefined });
handler("no-secrets-in-environment", { environment: { variables: { API_KEY: "a1b2c3" } } });
handler("function-logs-to-its-own-group", { loggingConfig: undefined });

const asynchronous = handler("failed-events-are-kept", {});
new aws.lambda.FunctionEventInvokeConfig("retries", { functionName: asynchronous.name, maximumRetryAttempts: 1 });

new aws.lambda.Permission("permission-names-its-caller", {
  action: "lambda:InvokeFunction",
  function: "handler",
  principal: "s3.amazonaws.com",
  sourceArn: "arn:aws:s3:::drop",
});
new Declared("lambda/functionUrl:FunctionUrl", "function-url-is-authorised", {
  functionName: "handler",
  authorizationType: "NONE",
});
new Declared("lambda/layerVersionPermission:LayerVersionPermission", "layer-is-private", {
  action: "lambda:GetLayerVersion",
  layerName: "arn:aws:lambda:eu-west-1:123456789012:layer:a",
  versionNumber: 1,
  principal: "*",
  statementId: "everyone",
});

new aws.lambda.EventSourceMapping("stream-mapping-gives-up-and-keeps", {
  functionName: "handler",
  eventSourceArn: "arn:aws:dynamodb:eu-west-1:123456789012:table/irises/stream/2026-01-01T00:00:00.000",
  startingPosition: "LATEST",
});
new aws.lambda.EventSourceMapping("queue-mapping-is-bounded", {
  functionName: "handler",
  eventSourceArn: "arn:aws:sqs:eu-west-1:123456789012:jobs",
});
