/**
 * A function's configuration: what it may contain, and AWS's defaults.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
import { randomUUID } from "node:crypto";
import type {
  CreateFunctionCommandInput,
  EnvironmentResponse,
  FunctionConfiguration,
  LoggingConfig,
  UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { checkEnum, checkPattern, checkRange, invalidParameter, outsideConstraint } from "./errors.ts";
import { checkImage, shownImageConfig } from "./images.ts";
import type { VersionRecord } from "./records.ts";
import { checkRuntime } from "./runtimes.ts";

type Input = Partial<CreateFunctionCommandInput> & Partial<UpdateFunctionConfigurationCommandInput>;

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const reservedVariables = new Set([
  ...["_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"],
  ...["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"],
  ...["AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"],
  ...["AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_METADATA_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR"],
]);
const maxVariableBytes = 4 * 1024;

const architectures = ["x86_64", "arm64"];
const logLevels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** The validated settings of `input` over those of `before` (default: AWS's). */
export function configure(input: Input, before?: FunctionConfiguration): FunctionConfiguration {
  check(input);
  const name = input.FunctionName as string;
  const configuration: FunctionConfiguration = {
    Description: "",
    Timeout: 3,
    MemorySize: 128,
    TracingConfig: { Mode: "PassThrough" },
    EphemeralStorage: { Size: 512 },
    Architectures: ["x86_64"],
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: { LogFormat: "Text", LogGroup: `/aws/lambda/${name}` },
    ...before,
    PackageType: before?.PackageType ?? (isImage(input) ? "Image" : "Zip"),
    ...shownImageConfig(input.ImageConfig),
    ...given({
      Runtime: input.Runtime,
      Role: input.Role,
      Handler: input.Handler,
      Description: input.Description,
      Timeout: input.Timeout,
      MemorySize: input.MemorySize,
      KMSKeyArn: input.KMSKeyArn,
      EphemeralStorage: input.EphemeralStorage,
      Architectures: input.Architectures,
      FileSystemConfigs: input.FileSystemConfigs,
    }),
  };
  if (input.Environment) {
    configuration.Environment = environment(input.Environment.Variables ?? {});
  }
  if (input.TracingConfig?.Mode) configuration.TracingConfig = { Mode: input.TracingConfig.Mode };
  if (input.DeadLetterConfig) {
    const { TargetArn } = input.DeadLetterConfig;
    if (TargetArn) configuration.DeadLetterConfig = { TargetArn };
    else delete configuration.DeadLetterConfig;
  }
  if (input.SnapStart?.ApplyOn)
    configuration.SnapStart = { ApplyOn: input.SnapStart.ApplyOn, OptimizationStatus: "Off" };
  if (input.LoggingConfig)
    configuration.LoggingConfig = logging(input.LoggingConfig, configuration.LoggingConfig ?? {});
  return configuration;
}

const isImage = ({ PackageType, Code }: Input): boolean => PackageType === "Image" || Code?.ImageUri !== undefined;

const given = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

function check(input: Input): void {
  checkEnum(input.PackageType, "packageType", ["Zip", "Image"]);
  if (isImage(input)) checkImage(input);
  checkRuntime(input.Runtime);
  checkPattern(input.Role, "role", /^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/, 2048);
  checkPattern(input.Handler, "handler", /^[^\s]+$/, 128);
  checkPattern(input.Description, "description", /^[\s\S]*$/, 256);
  checkRange(input.Timeout, "timeout", 1, 900);
  checkRange(input.MemorySize, "memorySize", 128, 10_240);
  checkRange(input.EphemeralStorage?.Size, "ephemeralStorage.size", 512, 10_240);
  checkEnum(input.SnapStart?.ApplyOn, "snapStart.applyOn", ["PublishedVersions", "None"]);
  checkEnum(input.TracingConfig?.Mode, "tracingConfig.mode", ["Active", "PassThrough"]);
  for (const architecture of input.Architectures ?? []) checkEnum(architecture, "architectures", architectures);
  checkEnum(input.LoggingConfig?.LogFormat, "loggingConfig.logFormat", ["JSON", "Text"]);
  checkEnum(input.LoggingConfig?.ApplicationLogLevel, "loggingConfig.applicationLogLevel", logLevels);
  checkEnum(input.LoggingConfig?.SystemLogLevel, "loggingConfig.systemLogLevel", ["DEBUG", "INFO", "WARN"]);
  checkPattern(input.LoggingConfig?.LogGroup, "loggingConfig.logGroup", /^[.\-_/#A-Za-z0-9]+$/, 512);
  if ((input.Layers?.length ?? 0) > 5) {
    throw invalidParameter("Layers list exceeds the maximum of 5 layers per function.");
  }
}

function logging(input: LoggingConfig, before: LoggingConfig): LoggingConfig {
  const LogFormat = input.LogFormat ?? before.LogFormat ?? "Text";
  const LogGroup = input.LogGroup ?? before.LogGroup;
  const group = LogGroup === undefined ? {} : { LogGroup };
  if (LogFormat === "Text") {
    if (input.ApplicationLogLevel || input.SystemLogLevel) {
      throw invalidParameter("ApplicationLogLevel and SystemLogLevel can only be set when LogFormat is JSON.");
    }
    return { LogFormat, ...group };
  }
  return {
    LogFormat,
    ApplicationLogLevel: input.ApplicationLogLevel ?? before.ApplicationLogLevel ?? "INFO",
    SystemLogLevel: input.SystemLogLevel ?? before.SystemLogLevel ?? "INFO",
    ...group,
  };
}

function environment(variables: Record<string, string>): EnvironmentResponse {
  const names = Object.keys(variables);
  const wrong = names.find((name) => !/^[a-zA-Z]([a-zA-Z0-9_])+$/.test(name) && name !== "_HANDLER");
  if (wrong !== undefined) {
    throw outsideConstraint(
      wrong,
      "environment.variables",
      "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    );
  }
  const reserved = names.filter((name) => reservedVariables.has(name));
  const unable =
    "Lambda was unable to configure your environment variables because the environment variables you have provided";
  if (reserved.length > 0) {
    throw invalidParameter(
      `${unable} contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${reserved.join(", ")}`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > maxVariableBytes) {
    throw invalidParameter(`${unable} exceeded the 4KB limit.`);
  }
  return { Variables: variables };
}

/** The time in Lambda's format. */
export const now = () => new Date().toISOString().replace("Z", "+0000");

/** A new timestamp and revision for what was changed. */
export const revised = (configuration: VersionRecord["configuration"]): VersionRecord["configuration"] => ({
  ...configuration,
  LastModified: now(),
  RevisionId: randomUUID(),
});
