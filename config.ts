import { join } from "node:path";
import { throttlingRules } from "./components/api/throttling.ts";
import { archiverRules } from "./components/archiver/validate.ts";
import type { ArchiverWorkflowArgs } from "./components/archiverWorkflow.ts";
import { Configuration } from "./components/configuration.ts";
import { recommenderRules } from "./components/recommender/validate.ts";
import { integerBetween, matches, oneOf, type Rule } from "./components/validation.ts";

// Keys, types and defaults are Pulumi.yaml's, ranges are the components'; which values go together is stated here.
// All of it is checked before anything is made.

const config = new Configuration(join(__dirname, "Pulumi.yaml"));

/** Version that whodis and oleoleole report. */
export const appVersion = config.text("appVersion");

/** Whether a new version gets its traffic step by step, judged by hooks and alarms; otherwise all at once. */
export const gradualDeployment = config.flag("gradualDeployment");

/** Requests that each route answers: one that asks who calls, and one that anyone may call. */
export const throttling = {
  authorised: { rate: config.integer("throttleRate"), burst: config.integer("throttleBurst") },
  open: { rate: config.integer("publicThrottleRate"), burst: config.integer("publicThrottleBurst") },
};

/** Invocations at one time that each function of a public route has for itself, and no more; -1: unreserved. */
export const publicConcurrency = config.integer("publicConcurrency") || -1;

/** ARN of the key that log groups are encrypted with; empty for CloudWatch's own encryption. */
export const logKeyArn = config.text("logKeyArn");

/** What predicts irises: a function, or containers that drain a queue. */
export const irisCompute = config.text("irisCompute") as "lambda" | "fargate";

config.require(
  matches("appVersion", appVersion, /\S/, "a version that is not empty"),
  {
    ok: config.list("publicRoutes").every((route) => /^\S+ [A-Z]+ \/\S*$/.test(route)),
    field: "publicRoutes",
    value: config.list("publicRoutes"),
    allowed: "routes with their API, such as whodis GET /whodis",
  },
  matches("logKeyArn", logKeyArn, /^(arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+)?$/, "empty, or a key's ARN"),
  oneOf("irisCompute", irisCompute, ["lambda", "fargate"]),
  integerBetween("publicConcurrency", config.integer("publicConcurrency"), 0, 900),
);
config.requireArguments(
  [...throttlingRules("authorised", throttling.authorised), ...throttlingRules("open", throttling.open)],
  {
    "authorised.rate": "throttleRate",
    "authorised.burst": "throttleBurst",
    "open.rate": "publicThrottleRate",
    "open.burst": "publicThrottleBurst",
  },
);

const approvers = config.list("archiverApprovers");
const [from, identityArn] = [config.text("archiverMailFrom"), config.text("archiverMailIdentityArn")];

/** Whom the archiver asks, and how: by queue, and by mail those who are named. */
export const archiverArgs = {
  express: true,
  approval:
    approvers.length === 0
      ? { mode: "queue" }
      : {
          mode: "both",
          approvers,
          ...(from && { ses: { from, identityArn } }),
          throttling: throttling.open,
          reservedConcurrency: publicConcurrency,
        },
  schedule: config.text("archiverSchedule") || undefined,
} satisfies ArchiverWorkflowArgs;

config.require(
  onlyWith("archiverMailFrom", "archiverMailIdentityArn"),
  onlyWith("archiverMailIdentityArn", "archiverMailFrom"),
  {
    ok: !from || approvers.length > 0,
    field: "archiverApprovers",
    value: approvers,
    allowed: "at least one mail address where archiverMailFrom has a value: nobody else is asked by mail",
  },
);
config.requireArguments(archiverRules("archiver", archiverArgs), {
  "approval.approvers": "archiverApprovers",
  "approval.ses.from": "archiverMailFrom",
  "approval.ses.identityArn": "archiverMailIdentityArn",
  schedule: "archiverSchedule",
});

const memory = config.integer("recommenderServerlessMemory");
const retraining = config.text("recommenderRetrainSchedule");

/** What trains and serves the recommender, and who calls it. */
export const recommenderArgs = {
  image: config.text("recommenderImageUri") || undefined,
  api: { iamUserArn: config.text("apiAwsIamUserArn"), externalId: config.text("apiAwsExternalId") },
  storage: { iamUserArn: config.text("storageAwsIamUserArn"), externalId: config.text("storageAwsExternalId") },
  serving: memory
    ? { serverless: { memory } }
    : {
        instanceType: config.text("recommenderInstanceType"),
        maximumInstances: config.integer("recommenderMaximumInstances"),
      },
  retrain: retraining ? { schedule: retraining } : undefined,
  encryptionKeyArn: config.text("recommenderKeyArn") || undefined,
  removeIdleAfter: config.integer("recommenderIdleHours") || undefined,
  definition: { throttling: throttling.authorised },
};

config.require(
  ...["recommenderInstanceType", "recommenderMaximumInstances"].map((key) => ({
    ok: !memory || !config.isChosen(key),
    field: key,
    value: config.text(key),
    allowed: "nothing where recommenderServerlessMemory is not 0: there are no machines",
  })),
);
config.requireArguments(recommenderRules("recommender", recommenderArgs), {
  image: "recommenderImageUri",
  "api.iamUserArn": "apiAwsIamUserArn",
  "api.externalId": "apiAwsExternalId",
  "storage.iamUserArn": "storageAwsIamUserArn",
  "storage.externalId": "storageAwsExternalId",
  "serving.instanceType": "recommenderInstanceType",
  "serving.maximumInstances": "recommenderMaximumInstances",
  "serving.serverless.memory": "recommenderServerlessMemory",
  "retrain.schedule": "recommenderRetrainSchedule",
  encryptionKeyArn: "recommenderKeyArn",
  removeIdleAfter: "recommenderIdleHours",
});

function onlyWith(key: string, other: string): Rule {
  return {
    ok: !config.text(key) || Boolean(config.text(other)),
    field: other,
    value: config.text(other),
    allowed: `a value where ${key} has one`,
  };
}
