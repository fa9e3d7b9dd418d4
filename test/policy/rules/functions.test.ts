import type { Resource } from "../../../policy/rule.ts";
import { rule } from "../support/rule.ts";

const handler: Resource = { type: "aws:lambda/function:Function", name: "it", props: { timeout: 10 } };
const queue = (props: object): Resource => ({ type: "aws:sqs/queue:Queue", name: "jobs", props });
const by = (type: string, property: string, props: object): Resource => ({
  type,
  name: "other",
  props,
  sources: { [property]: [handler] },
});

describe("rules of functions:", () => {
  const permission = {
    principal: "apigateway.amazonaws.com",
    sourceArn: "arn:aws:execute-api:eu-west-1:123456789012:a/Prod/GET/",
  };
  const own = { accounts: ["123456789012"] };
  const s3 = { principal: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::drop" };
  rule("permission-names-its-caller", "lambda/permission:Permission", { props: permission }, [
    ["everyone", { props: { principal: "*" } }, /^principal admits everyone/],
    ["everyone by a URL", { props: { principal: "*", functionUrlAuthType: "NONE" } }, /^principal admits everyone/],
    ["another account", { props: { principal: "arn:aws:iam::210987654321:root" }, facts: own }, /admits arn.*2109/],
    ["another account's id", { props: { principal: "210987654321" }, facts: own }, /admits 210987654321/],
    ["a bucket of whoever has its name by then", { props: s3 }, /^principal admits s3.amazonaws.com for any account/],
    ["a service of Amazon's", { props: { principal: "alexa-appkit.amazon.com" } }, /^principal admits alexa/],
    ["a service without what it acts for", { props: { principal: permission.principal } }, /^sourceArn is missing/],
    ["a service for anyone", { props: { ...permission, sourceArn: "*" } }, /^principal admits apigateway.*any account/],
    [
      "a service for another account",
      { props: permission, facts: { accounts: ["210987654321"] } },
      /^principal admits apigateway/,
    ],
  ]);
  rule(
    "permission-names-its-caller",
    "lambda/permission:Permission",
    { props: { ...s3, sourceAccount: "123456789012" } },
    [],
  );
  rule(
    "permission-names-its-caller",
    "lambda/permission:Permission",
    { props: { principal: "123456789012" }, facts: own },
    [],
  );

  rule("function-url-is-authorised", "lambda/functionUrl:FunctionUrl", { props: { authorizationType: "AWS_IAM" } }, [
    ["a URL for everyone", { props: { authorizationType: "NONE" } }, /^authorizationType is NONE/],
  ]);
  rule(
    "layer-is-private",
    "lambda/layerVersionPermission:LayerVersionPermission",
    { props: { principal: "123456789012" }, facts: own },
    [
      ["a layer for everyone", { props: { principal: "*" } }, /^principal admits everyone/],
      ["a layer for another account", { props: { principal: "210987654321" }, facts: own }, /admits 210987654321/],
    ],
  );

  rule("supported-runtime", "lambda/function:Function", { props: { runtime: "nodejs24.x" } }, [
    ["a runtime that AWS has given up", { props: { runtime: "nodejs16.x" } }, /^runtime is nodejs16.x; supported/],
  ]);

  const said = { tracingConfig: { mode: "Active" }, memorySize: 256, timeout: 10 };
  rule("tracing-memory-and-timeout", "lambda/function:Function", { props: said }, [
    ["a function without traces", { props: { ...said, tracingConfig: { mode: "PassThrough" } } }, /^tracingConfig/],
    ["a function of any memory", { props: { ...said, memorySize: undefined } }, /^memorySize is not set/],
    ["a function of any duration", { props: { ...said, timeout: undefined } }, /^timeout is not set/],
  ]);

  const fromS3 = by("aws:lambda/permission:Permission", "function", { principal: "s3.amazonaws.com" });
  const config = (props: object) =>
    by("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "functionName", props);
  const kept = config({ destinationConfig: { onFailure: { destination: "arn:aws:sqs:eu-west-1:1:dlq" } } });
  rule("failed-events-are-kept", "lambda/function:Function", { props: {}, facts: { resources: [fromS3, kept] } }, [
    ["a function that S3 invokes, without a destination", { props: {}, facts: { resources: [fromS3] } }, /of s3\./],
    [
      "retries that end in nothing",
      { props: {}, facts: { resources: [config({ maximumRetryAttempts: 1 })] } },
      /no destination keeps/,
    ],
  ]);

  rule("concurrency-is-said", "lambda/function:Function", { props: { reservedConcurrentExecutions: -1 } }, [
    ["a function that leaves it open", { props: {} }, /^reservedConcurrentExecutions is not set/],
  ]);

  const variables = (given: object) => ({ props: { environment: { variables: given } } });
  rule(
    "no-secrets-in-environment",
    "lambda/function:Function",
    variables({ APP_VERSION: "v1", DB_PASSWORD: "arn:aws:ssm:eu-west-1:1:parameter/password" }),
    [
      ["a password by its name", variables({ DB_PASSWORD: "hunter2" }), /^environment.variables.DB_PASSWORD/],
      ["an access key by its form", variables({ KEY: "AKIAIOSFODNN7EXAMPLE" }), /^environment.variables.KEY/],
    ],
  );

  rule("function-logs-to-its-own-group", "lambda/function:Function", { props: { loggingConfig: { logGroup: "g" } } }, [
    ["a group that Lambda would make", { props: {} }, /^loggingConfig.logGroup is missing/],
  ]);
});

describe("rules of event source mappings:", () => {
  const stream = {
    eventSourceArn: "arn:aws:dynamodb:eu-west-1:1:table/t/stream/s",
    destinationConfig: { onFailure: { destinationArn: "arn:aws:sqs:eu-west-1:1:dlq" } },
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: 3,
    maximumRecordAgeInSeconds: 3_600,
    functionResponseTypes: ["ReportBatchItemFailures"],
  };
  const mapping = "lambda/eventSourceMapping:EventSourceMapping";
  rule("stream-mapping-gives-up-and-keeps", mapping, { props: stream }, [
    ["records lost", { props: { ...stream, destinationConfig: undefined } }, /^destinationConfig.onFailure is missing/],
    ["poison among others", { props: { ...stream, bisectBatchOnFunctionError: false } }, /^bisectBatch/],
    ["tries without end", { props: { ...stream, maximumRetryAttempts: -1 } }, /^maximumRetryAttempts is not finite/],
    ["records of any age", { props: { ...stream, maximumRecordAgeInSeconds: -1 } }, /^maximumRecordAge/],
    ["whole batches again", { props: { ...stream, functionResponseTypes: [] } }, /^functionResponseTypes lacks/],
  ]);

  const fromQueue = { functionResponseTypes: ["ReportBatchItemFailures"], scalingConfig: { maximumConcurrency: 5 } };
  const sources = (props: object) => ({ eventSourceArn: [queue(props)], functionName: [handler] });
  const redriven = { redrivePolicy: "{}", visibilityTimeoutSeconds: 60 };
  rule("queue-mapping-is-bounded", mapping, { props: fromQueue, sources: sources(redriven) }, [
    ["whole batches again", { props: { scalingConfig: {} }, sources: sources(redriven) }, /^functionResponseTypes/],
    [
      "any concurrency",
      { props: { functionResponseTypes: [] }, sources: sources(redriven) },
      /^scalingConfig.maximumConcurrency/,
    ],
    [
      "a queue without an end",
      { props: fromQueue, sources: sources({ visibilityTimeoutSeconds: 60 }) },
      /without redrivePolicy/,
    ],
    [
      "messages seen twice",
      { props: fromQueue, sources: sources({ ...redriven, visibilityTimeoutSeconds: 30 }) },
      /under 6 times .* \(60\)/,
    ],
  ]);
});
