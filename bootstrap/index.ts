/**
 * Run once per account and region, by someone with administrator rights: see README.md. What is in here belongs to the
 * account and region, not to a stack: two stacks that each own it would undo one another on `destroy`.
 */
import "../nodeVersion.ts";
import { join } from "node:path";
import { Configuration } from "../components/configuration.ts";
import { matches, oneOf } from "../components/validation.ts";
import { createApiGatewayLogs } from "./apiGatewayLogs.ts";
import { createDeployRole, createEnvironment, createReadRole, type Environment } from "./environment.ts";
import { gitHubRules, providerOf } from "./gitHub.ts";
import { createPreviewRole } from "./previewRole.ts";
import { createSharedLogGroups } from "./sharedLogGroups.ts";
import { createStateBucket } from "./stateBucket.ts";

const config = new Configuration(join(__dirname, "Pulumi.yaml"));
const github = { repository: config.text("githubRepository"), providerArn: config.text("githubOidcProviderArn") };
const names = config.list("environments");
const previewed = config.list("previewEnvironments");
const bucketPrefixes = config.list("bucketPrefixes");
config.require(
  ...gitHubRules(github),
  ...names.map((name) =>
    matches("environments", name, /^[a-z][a-z\d-]{0,20}$/, "names of stacks, such as dev and prod"),
  ),
  ...previewed.map((name) => oneOf("previewEnvironments", name, names)),
  ...bucketPrefixes.map((name) =>
    matches("bucketPrefixes", name, /^[a-z\d][a-z\d-]{1,30}$/, "how names of buckets begin, such as archiver"),
  ),
  {
    ok: !github.repository || previewed.length > 0,
    field: "previewEnvironments",
    value: previewed,
    allowed: "at least one environment",
  },
);

const logGroups = createSharedLogGroups();
const apiGatewayLogs = createApiGatewayLogs(logGroups);
const state = createStateBucket();
const environments = names.map((name) => createEnvironment(name, state, bucketPrefixes));

/** What GitHub's workflows act as, where there is a repository. */
const provider = github.repository ? providerOf(github) : undefined;
const previewRole = provider
  ? createPreviewRole(
      environments.filter(({ name }) => previewed.includes(name)),
      provider,
      github,
    )
  : undefined;
const byEnvironment = <T>(of: (environment: Environment) => T): Record<string, T> =>
  Object.fromEntries(environments.map((environment) => [environment.name, of(environment)]));

/** For `pulumi login`: with the region, which the CLI would look for in the environment. */
export const stateBucketUrl = state.url;
/** By environment, for `pulumi stack init --secrets-provider`. */
export const secretsProviders = byEnvironment(({ secretsProvider }) => secretsProvider);
/** By environment, for config `permissionsBoundaryArn` of its stack. */
export const permissionsBoundaryArns = byEnvironment(({ boundaryArn }) => boundaryArn);
/** The role that API Gateway now writes logs with. */
export const apiGatewayLogsRoleArn = apiGatewayLogs.arn;
/** The role of pull requests' previews, for the workflow `preview`; empty without config `githubRepository`. */
export const previewRoleArn = previewRole?.arn ?? "";
/** By environment, for variable AWS_ROLE_ARN of GitHub's environment of that name; empty as above. */
export const deployRoleArns = provider ? byEnvironment((one) => createDeployRole(one, provider, github).arn) : {};
/** By environment, for variable AWS_ROLE_ARN of GitHub's environment `NAME-preview`; empty as above. */
export const readRoleArns = provider ? byEnvironment((one) => createReadRole(one, provider, github).arn) : {};
