import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { CodeDeploy } from "@aws-sdk/client-codedeploy";
import type { Lambda } from "@aws-sdk/client-lambda";
import type { AssumeRoleRequest, STS } from "@aws-sdk/client-sts";
import type { fromEnv } from "@aws-sdk/credential-providers";

/** What the stack says of its credentials; what it does not say, the environment does. */
export interface Settings {
  /** `aws:profile` */
  profile?: string | undefined;
  /** `aws:accessKey`, `aws:secretKey`, `aws:token` */
  accessKey?: string | undefined;
  secretKey?: string | undefined;
  token?: string | undefined;
  /** `aws:assumeRoles`: one assumed with the other. */
  assumeRoles: AssumedRole[];
  /** `aws:endpoints`, by the provider's names of services; AWS's own where it names none. */
  endpoints?: Record<string, string>;
}

/** https://www.pulumi.com/registry/packages/aws/api-docs/provider/#providerassumerole */
interface AssumedRole {
  roleArn: string;
  externalId?: string;
  sessionName?: string;
  /** As Go writes it: `1h`, `45m`, `1h30m`. */
  duration?: string;
  policy?: string;
  policyArns?: string[];
  sourceIdentity?: string;
  tags?: Record<string, string>;
  transitiveTagKeys?: string[];
}

/** The services that a shift needs. */
export interface Connection {
  codedeploy: CodeDeploy;
  lambda: Lambda;
  logs: CloudWatchLogs;
  sts: STS;
  credentials(): Promise<{ expiration?: Date }>;
}

/**
 * A shift is watched for minutes: throttling, failures of a service and of the network are retried for about half a minute,
 * with growing pauses, and a connection that has gone silent is closed.
 */
const patience = {
  maxAttempts: 10,
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};

/** Reaches AWS as the stack does, in the function's region. */
export function connect(functionArn: string, settings: Settings): Connection {
  const codedeploy = require("@aws-sdk/client-codedeploy") as typeof import("@aws-sdk/client-codedeploy");
  const lambda = require("@aws-sdk/client-lambda") as typeof import("@aws-sdk/client-lambda");
  const logs = require("@aws-sdk/client-cloudwatch-logs") as typeof import("@aws-sdk/client-cloudwatch-logs");
  const sts = require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts");
  const providers = require("@aws-sdk/credential-providers") as typeof import("@aws-sdk/credential-providers");
  const region = functionArn.split(":")[3]!;
  const { profile, accessKey: accessKeyId, secretKey: secretAccessKey, token: sessionToken, endpoints = {} } = settings;
  const at = (...names: string[]) => {
    const endpoint = names.map((name) => endpoints[name]).find(Boolean);
    return endpoint ? { endpoint } : {};
  };
  let credentials: ReturnType<typeof fromEnv> =
    accessKeyId && secretAccessKey
      ? async () => ({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) })
      : providers.fromNodeProviderChain({ ...(profile && { profile }), clientConfig: { region } });
  for (const role of settings.assumeRoles) {
    credentials = providers.fromTemporaryCredentials({
      masterCredentials: credentials,
      params: assumeRoleRequest(role),
      clientConfig: { region, ...at("sts") },
    });
  }
  const client = { region, credentials, ...patience };
  return {
    codedeploy: new codedeploy.CodeDeploy({ ...client, ...at("codedeploy", "deploy") }),
    lambda: new lambda.Lambda({ ...client, ...at("lambda") }),
    logs: new logs.CloudWatchLogs({ ...client, ...at("cloudwatchlogs", "cloudwatchlog", "logs") }),
    sts: new sts.STS({ ...client, ...at("sts") }),
    credentials,
  };
}

/** What STS is asked for a role of the stack's configuration. */
export const assumeRoleRequest = (role: AssumedRole): AssumeRoleRequest => ({
  RoleArn: role.roleArn,
  RoleSessionName: role.sessionName ?? "gradual-deployment",
  ExternalId: role.externalId,
  DurationSeconds: role.duration === undefined ? undefined : secondsOf(role.duration),
  Policy: role.policy,
  PolicyArns: role.policyArns?.map((arn) => ({ arn })),
  SourceIdentity: role.sourceIdentity,
  Tags: role.tags && Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
  TransitiveTagKeys: role.transitiveTagKeys,
});

/** Of a duration as Go writes it. https://pkg.go.dev/time#ParseDuration */
function secondsOf(duration: string): number {
  const units: Record<string, number> = { h: 3_600, m: 60, s: 1 };
  // Counts, each before its unit.
  const parts = duration.split(/([hms])/);
  return Math.round(
    parts.reduce((sum, unit, index) => sum + (units[unit] ? units[unit] * Number(parts[index - 1]) : 0), 0),
  );
}
