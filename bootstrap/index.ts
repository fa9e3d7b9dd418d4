/**
 * Run once per account and region, by someone with administrator rights: see README.md. What is in here belongs to the
 * account and region, not to a stack: two stacks that each own it would undo one another on `destroy`.
 */
import "../nodeVersion.ts";
import { join } from "node:path";
import { Configuration } from "../components/configuration.ts";
import { createApiGatewayLogs } from "./apiGatewayLogs.ts";
import { createPreviewRole, gitHubRules } from "./previewRole.ts";
import { createSharedLogGroups } from "./sharedLogGroups.ts";
import { createStateBucket } from "./stateBucket.ts";

const config = new Configuration(join(__dirname, "Pulumi.yaml"));
const github = { repository: config.text("githubRepository"), providerArn: config.text("githubOidcProviderArn") };
config.require(...gitHubRules(github));

const logGroups = createSharedLogGroups();
const apiGatewayLogs = createApiGatewayLogs(logGroups);
const state = createStateBucket();
const previewRole = github.repository ? createPreviewRole(state.bucket, github) : undefined;

/** For `pulumi login`: with the region, which the CLI would look for in the environment. */
export const stateBucketUrl = state.url;
/** The role that API Gateway now writes logs with. */
export const apiGatewayLogsRoleArn = apiGatewayLogs.arn;
/** The role of pull requests' previews, for the workflow `preview`; empty without config `githubRepository`. */
export const previewRoleArn = previewRole?.arn ?? "";
