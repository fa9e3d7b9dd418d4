import { companionsOf, type Rule, unless } from "../rule.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtimes-supported */
const supportedRuntimes = ["nodejs24.x", "nodejs22.x", "python3.14", "python3.13", "python3.12", "provided.al2023"];

const secretName = /(SECRET|PASSWORD|PASSPHRASE|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|TOKEN)$/i;
const secretValue = /AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** Names under which a secret is kept elsewhere are no secrets. */
const reference = /^(arn:|https?:|\/)/;

/** Whether a variable holds a secret, by its name or its value. */
export function looksSecret(name: string, value: unknown): boolean {
  const text = typeof value === "string" ? value : "";
  return (secretName.test(name) && text !== "" && !reference.test(text)) || secretValue.test(text);
}

/** Services that do not wait for the answer. https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
const asynchronousCallers = /^(s3|sns|events|ses|logs|codecommit|config|iot)\.amazonaws\.com$/;

const functions = ["aws:lambda/function:Function"];

export const lambdaRules: Rule[] = [
  {
    name: "supported-runtime",
    description: "A function runs on a runtime that AWS maintains",
    ids: ["Lambda.2", "AwsSolutions-L1"],
    types: functions,
    check: ({ props }) =>
      unless(
        props.packageType === "Image" || supportedRuntimes.includes(props.runtime),
        `runtime is ${props.runtime}; supported are ${supportedRuntimes.join(", ")}`,
      ),
  },
  {
    name: "tracing-memory-and-timeout",
    description: "A function is traced, and its memory and timeout are set",
    ids: [
      "Serverless-LambdaDefaultMemorySize",
      "Serverless-LambdaDefaultTimeout",
      "Serverless-LambdaTracing",
      "CKV_AWS_50",
    ],
    types: functions,
    check: ({ props }) => [
      ...unless(props.tracingConfig?.mode === "Active", "tracingConfig.mode is not Active"),
      ...unless(props.memorySize !== undefined, "memorySize is not set"),
      ...unless(props.timeout !== undefined, "timeout is not set"),
    ],
  },
  {
    name: "failed-events-are-kept",
    description: "An asynchronously invoked function has a destination for events that failed every try",
    ids: ["Serverless-LambdaAsyncFailureDestination", "CKV_AWS_116"],
    types: functions,
    scope: "stack",
    check: (handler, facts) => {
      const callers = companionsOf(handler, facts, "aws:lambda/permission:Permission", "function")
        .map(({ props }) => props.principal)
        .filter((principal) => asynchronousCallers.test(principal));
      const configs = companionsOf(
        handler,
        facts,
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "functionName",
      );
      const kept = configs.some(({ props }) => props.destinationConfig?.onFailure?.destination);
      const asynchronous = callers.length > 0 || configs.length > 0;
      return unless(
        !asynchronous || kept || Boolean(handler.props.deadLetterConfig?.targetArn),
        `no destination keeps what fails of ${callers[0] ?? "asynchronous"} invocations`,
      );
    },
  },
  {
    name: "concurrency-is-said",
    description: "A function reserves concurrency, or says that it shares the account's (-1)",
    ids: ["CKV_AWS_115"],
    types: functions,
    check: ({ props }) =>
      unless(props.reservedConcurrentExecutions !== undefined, "reservedConcurrentExecutions is not set"),
  },
  {
    name: "no-secrets-in-environment",
    description: "No environment variable holds a secret",
    ids: ["CKV_AWS_45"],
    types: functions,
    check: ({ props }) =>
      Object.entries((props.environment?.variables ?? {}) as Record<string, unknown>).flatMap(([key, value]) =>
        unless(!looksSecret(key, value), `environment.variables.${key} looks like a secret`),
      ),
  },
  {
    name: "function-logs-to-its-own-group",
    description: "A function writes to a log group of the stack",
    ids: ["own"],
    types: functions,
    check: ({ props }) => unless(Boolean(props.loggingConfig?.logGroup), "loggingConfig.logGroup is missing"),
  },
];
