import type { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import type { CodeDeploy } from "@aws-sdk/client-codedeploy";
import type { Lambda } from "@aws-sdk/client-lambda";
import type { STS } from "@aws-sdk/client-sts";

/** What the stack says of its credentials; what it does not say, the environment does. */
export interface Settings {
  /** `aws:profile` */
  profile: string | undefined;
  /** `aws:assumeRoles`: one assumed with the other. */
  assumeRoles: { roleArn: string; externalId?: string; sessionName?: string; durationSeconds?: number }[];
}

/** The services that a shift needs. */
export interface Connection {
  codedeploy: CodeDeploy;
  lambda: Lambda;
  logs: CloudWatchLogs;
  sts: STS;
  credentials(): Promise<{ expiration?: Date }>;
}

/** Reaches AWS as the stack does, in the function's region. */
export function connect(functionArn: string, { profile, assumeRoles }: Settings): Connection {
  const codedeploy = require("@aws-sdk/client-codedeploy") as typeof import("@aws-sdk/client-codedeploy");
  const lambda = require("@aws-sdk/client-lambda") as typeof import("@aws-sdk/client-lambda");
  const logs = require("@aws-sdk/client-cloudwatch-logs") as typeof import("@aws-sdk/client-cloudwatch-logs");
  const sts = require("@aws-sdk/client-sts") as typeof import("@aws-sdk/client-sts");
  const providers = require("@aws-sdk/credential-providers") as typeof import("@aws-sdk/credential-providers");
  const region = functionArn.split(":")[3]!;
  let credentials = providers.fromNodeProviderChain({ ...(profile && { profile }), clientConfig: { region } });
  for (const { roleArn, externalId, sessionName, durationSeconds } of assumeRoles) {
    credentials = providers.fromTemporaryCredentials({
      masterCredentials: credentials,
      params: {
        RoleArn: roleArn,
        RoleSessionName: sessionName ?? "gradual-deployment",
        ...(externalId && { ExternalId: externalId }),
        ...(durationSeconds && { DurationSeconds: durationSeconds }),
      },
      clientConfig: { region },
    }) as typeof credentials;
  }
  const client = { region, credentials };
  return {
    codedeploy: new codedeploy.CodeDeploy(client),
    lambda: new lambda.Lambda(client),
    logs: new logs.CloudWatchLogs(client),
    sts: new sts.STS(client),
    credentials,
  };
}
