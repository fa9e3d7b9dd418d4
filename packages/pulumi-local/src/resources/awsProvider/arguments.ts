import { distance } from "fastest-levenshtein";
import { isRegion } from "local-aws";
import type { Cloud } from "local-aws/service";
import { parseDuration } from "../../engine/duration.ts";
import type { Properties } from "../../engine/provider.ts";

/** https://www.pulumi.com/registry/packages/aws/installation-configuration/#configuration-options */
const honoured = [
  ...["region", "accessKey", "secretKey", "token", "assumeRoles", "stsRegion", "defaultTags", "ignoreTags"],
  ...["allowedAccountIds", "forbiddenAccountIds", "endpoints"],
];

/** About the way to AWS, or about what is asked before anything is made: to the local cloud there is no such way. */
const inert = [
  ...["customCaBundle", "ec2MetadataServiceEndpoint", "ec2MetadataServiceEndpointMode", "httpProxy", "httpsProxy"],
  ...["insecure", "maxRetries", "noProxy", "retryMode", "s3UsEast1RegionalEndpoint", "s3UsePathStyle"],
  ...["skipCredentialsValidation", "skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId"],
  ...["tokenBucketRateLimiterCapacity", "useDualstackEndpoint", "useFipsEndpoint", "userAgents"],
];

const ofThisMachine = "names credentials of a real account; give accessKey and secretKey of the local one, or nothing";
const refused: Record<string, string> = {
  profile: ofThisMachine,
  sharedConfigFiles: ofThisMachine,
  sharedCredentialsFiles: ofThisMachine,
  assumeRoleWithWebIdentity: "is not modelled by the local cloud; assumeRoles is",
  tagPolicyCompliance: "is not modelled by the local cloud, which has no organization",
};

/** One role of `assumeRoles`. */
export interface AssumeRole {
  roleArn: string;
  duration?: string;
  externalId?: string;
  policy?: string;
  policyArns?: string[];
  sessionName?: string;
  sourceIdentity?: string;
  tags?: Record<string, string>;
  transitiveTagKeys?: string[];
}

/** What a provider's arguments say, those left out that say nothing. Pulumi's own bookkeeping is none. */
export const given = (config: Properties): [string, unknown][] =>
  Object.entries(config).filter(
    ([key, value]) =>
      !key.startsWith("__") && key !== "version" && value !== "" && value !== undefined && value !== null,
  );

/**
 * Refuses what Pulumi's AWS provider refuses of its arguments, and those that the local cloud cannot honour.
 * @throws Error that names the argument.
 */
export function checkArguments(config: Properties, cloud: Pick<Cloud, "accountId" | "origin">): void {
  for (const [key, value] of given(config)) {
    if (key in refused) throw new Error(`the AWS provider's ${key} is ${JSON.stringify(value)}: it ${refused[key]}`);
    if (!honoured.includes(key) && !inert.includes(key)) throw unknownKey(key);
  }
  const { region, accessKey, secretKey, allowedAccountIds, forbiddenAccountIds } = config;
  if (region && !isRegion(String(region))) throw new Error(`invalid AWS Region: ${region}`);
  if (Boolean(accessKey) !== Boolean(secretKey))
    throw new Error("retrieving credentials: static credentials are empty");
  if (allowedAccountIds && forbiddenAccountIds) {
    throw new Error("Conflicting configuration arguments: allowedAccountIds conflicts with forbiddenAccountIds");
  }
  const { accountId, origin } = cloud;
  const listed = (ids: unknown) => (ids as unknown[]).map(String).includes(accountId);
  if ((allowedAccountIds && !listed(allowedAccountIds)) || (forbiddenAccountIds && listed(forbiddenAccountIds))) {
    throw new Error(`AWS account ID not allowed: ${accountId}`);
  }
  for (const [index, role] of rolesOf(config).entries()) checkRole(role, `assumeRoles[${index}]`);
  for (const [service, url] of ((config.endpoints ?? []) as Properties[]).flatMap(given)) {
    if (!isLocal(String(url), origin)) {
      throw new Error(`the AWS provider's endpoints has ${service} at ${url}; here everything is made at ${origin}`);
    }
  }
}

export const rolesOf = (config: Properties): AssumeRole[] => (config.assumeRoles ?? []) as AssumeRole[];

function unknownKey(key: string): Error {
  const near = [...honoured, ...inert].filter((known) => distance(known.toLowerCase(), key.toLowerCase()) <= 2);
  const hint = near.length > 0 ? ` Did you mean \`aws:${near[0]}\`?` : "";
  return new Error(`\`aws:${key}\` is not a valid configuration key for the aws provider.${hint}`);
}

function checkRole({ roleArn, sessionName, duration }: AssumeRole, path: string): void {
  const refuse = (property: string, reason: string) => {
    throw new Error(`could not validate provider configuration: ${path}.${property} ${reason}`);
  };
  if (!/^arn:[\w-]+:iam::\d{12}:role\/.+/.test(roleArn ?? "")) {
    refuse("roleArn", roleArn ? `(${roleArn}) is an invalid ARN` : "is required and was not given");
  }
  if (sessionName !== undefined && (sessionName.length < 2 || sessionName.length > 64)) {
    refuse("sessionName", `must have 2 to 64 characters, got ${sessionName}`);
  }
  if (duration === undefined) return;
  const length = parseDuration(duration);
  if (length === undefined) refuse("duration", `cannot be parsed as a duration: "${duration}"`);
  else if (length < 900_000 || length > 43_200_000) {
    refuse("duration", `is ${duration}; it must be between 15 minutes (15m) and 12 hours (12h), inclusive`);
  }
}

const loopback = ["127.0.0.1", "localhost", "[::1]"];

/** Whether it is the local cloud's own endpoint, by any name of this machine. */
function isLocal(url: string, origin: string): boolean {
  const { hostname, port } = URL.parse(url) ?? { hostname: "", port: "" };
  return loopback.includes(hostname) && port === new URL(origin).port;
}
