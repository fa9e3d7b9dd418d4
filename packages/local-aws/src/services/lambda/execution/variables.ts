/**
 * The environment of a function: AWS's own variables, the credentials of its role, and the function's variables. Of the
 * machine's environment it contains only what its runtime needs to run.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
import type { Cloud, RoleSession } from "../../../service.ts";
import type { VersionRecord } from "../records.ts";

/** Whether an environment is one of provisioned concurrency. */
export const initializationTypes = ["on-demand", "provisioned-concurrency"] as const;
export type InitializationType = (typeof initializationTypes)[number];

export interface EnvironmentPlace {
  taskRoot: string;
  logGroup: string;
  logStream: string;
  type: InitializationType;
  /** Settings specific to a kind of runtime. */
  runtime: Record<string, string>;
}

export function environmentVariables(
  cloud: Cloud,
  { configuration }: VersionRecord,
  session: RoleSession,
  { taskRoot, logGroup, logStream, type, runtime }: EnvironmentPlace,
): Record<string, string> {
  const { LoggingConfig: logging } = configuration;
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    // As for everything in a function, only /tmp is writable.
    HOME: "/tmp",
    ...runtime,
    ...configuration.Environment?.Variables,
    // An image's command is its handler.
    _HANDLER: configuration.Handler ?? configuration.ImageConfigResponse?.ImageConfig?.Command?.[0] ?? "",
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    ...(configuration.Runtime && { AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime}` }),
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: session.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: session.credentials.sessionToken,
    AWS_ENDPOINT_URL: cloud.origin,
    // Functions must not see the machine's AWS profiles.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_XRAY_DAEMON_ADDRESS: cloud.xrayAddress ?? "127.0.0.1:2000",
    AWS_LAMBDA_FUNCTION_NAME: configuration.FunctionName,
    AWS_LAMBDA_FUNCTION_VERSION: configuration.Version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_LOG_FORMAT: logging?.LogFormat ?? "Text",
    ...(logging?.ApplicationLogLevel && { AWS_LAMBDA_LOG_LEVEL: logging.ApplicationLogLevel }),
    AWS_LAMBDA_INITIALIZATION_TYPE: type,
  };
}
