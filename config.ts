import { join } from "node:path";
import { throttlingRules } from "./components/api/throttling.ts";
import { archiverRules } from "./components/archiver/validate.ts";
import type { ArchiverWorkflowArgs } from "./components/archiverWorkflow.ts";
import { Configuration } from "./components/configuration.ts";
import { jobRules } from "./components/jobs/validate.ts";
import type { NetworkArgs } from "./components/network.ts";
import type { NotebookServiceArgs } from "./components/notebookService.ts";
import { notebookRules } from "./components/notebooks/validate.ts";
import { recommenderRules } from "./components/recommender/validate.ts";
import type { SparkJobsArgs } from "./components/sparkJobs.ts";
import { keepsData } from "./components/statefulness.ts";
import { integerBetween, matches, oneOf, type Rule } from "./components/validation.ts";

// Keys, types and defaults are Pulumi.yaml's, ranges are the components'; which values go together is stated here.
// All of it is checked before anything is made.

const config = new Configuration(join(__dirname, "Pulumi.yaml"));

/** Version that whodis and oleoleole report. */
export const appVersion = config.text("appVersion");

const languages = ["whodis", "oleoleole", "iris", "archiver", "recommender", "platform"].map(
  (name) => `${name}Language`,
);
const inPython = (system: string): boolean => config.text(`${system}Language`) === "python";

/** What answers whodis: the same in each language. */
export const whodisEntry = inPython("whodis") ? "handlers/whodis/python/app.py" : "handlers/whodis/index.ts";

/** What judges a new version of oleoleole before it has callers. */
export const oleoleoleHook = inPython("oleoleole")
  ? ("handlers/oleoleole/python/pre_traffic.py" as const)
  : "handlers/oleoleole/preTraffic.ts";

/** Requests that each route answers: one that asks who calls, and one that anyone may call. */
export const throttling = {
  authorised: { rate: config.integer("throttleRate"), burst: config.integer("throttleBurst") },
  open: { rate: config.integer("publicThrottleRate"), burst: config.integer("publicThrottleBurst") },
};

/** Invocations at one time that each function of a public route has for itself, and no more; -1: unreserved. */
export const publicConcurrency = config.integer("publicConcurrency") || -1;

/** What predicts irises: a function, or containers that drain a queue. */
export const irisCompute = config.text("irisCompute") as "lambda" | "fargate";

/** How many of those containers there are at most. */
export const irisContainer =
  irisCompute === "fargate" ? { maximumTasks: config.integer("irisMaximumContainers") } : undefined;

/** In Python, the module that predicts irises, and what reads one of them. */
export const irisInPython = inPython("iris") && {
  predictor: { entry: "models/iris/predictor.py" as const },
  handlers: { read: "handlers/prediction/python/read.py" },
};

config.require(
  ...languages.map((key) => oneOf(key, config.text(key), ["typescript", "python"])),
  matches("appVersion", appVersion, /\S/, "a version that is not empty"),
  {
    ok: config.list("publicRoutes").every((route) => /^\S+ [A-Z]+ \/\S*$/.test(route)),
    field: "publicRoutes",
    value: config.list("publicRoutes"),
    allowed: "routes with their API, such as whodis GET /whodis",
  },
  oneOf("irisCompute", irisCompute, ["lambda", "fargate"]),
  integerBetween("irisMaximumContainers", config.integer("irisMaximumContainers"), 1, 20),
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
  ...(inPython("archiver") && { handlers: { act: "handlers/archiver/python/act.py" } }),
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
  ...(config.text("recommenderKeyArn") && { encryptionKeyArn: config.text("recommenderKeyArn") }),
  removeIdleAfter: config.integer("recommenderIdleHours") || undefined,
  definition: { throttling: throttling.authorised },
  ...(inPython("recommender") && { handlers: { status: "handlers/recommender/python/status.py" } }),
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

/** Whether notebooks reach the internet directly; without that they need a network. */
const directInternet = decided("notebookInternet", !keepsData());

/** The network of notebooks and jobs: its settings; none where they need none, for it costs. */
export const platformNetworkArgs: NetworkArgs | undefined = decided("platformNetwork", !directInternet)
  ? {
      nat: config.flag("platformNat"),
      flowLogs: true,
      // What notebooks and jobs call, where there is no other way to it.
      interfaceEndpoints: config.flag("platformNat")
        ? []
        : ["emr-serverless", "emr-serverless-services.livy", "logs", "sagemaker.api", "ssm", "sts"],
    }
  : undefined;

const userPoolArns = config.list("platformUserPoolArns");
const corsOrigin = config.text("platformCorsOrigin");

/** Who may call the API of notebooks and jobs, and from which pages. */
export const platformApi = {
  auth: userPoolArns.length > 0 ? { cognito: { userPoolArns } } : ("iam" as const),
  ...(corsOrigin && {
    cors: {
      origin: corsOrigin,
      headers: ["authorization", "content-type", "idempotency-key", "if-match", "x-amz-date", "x-amz-security-token"],
    },
  }),
};

/** What notebooks may be. */
export const notebookArgs = {
  ...platformApi,
  instanceTypes: config.list("notebookInstanceTypes"),
  idleMinutes: config.integer("notebookIdleMinutes"),
  rootAccess: decided("notebookRootAccess", !keepsData()),
  directInternet,
  ...(inPython("platform") && { handlers: { read: "handlers/notebooks/python/read.py" } }),
} satisfies NotebookServiceArgs;

const jobApplicationArn = config.text("jobApplicationArn");

/** What runs of jobs may take. */
export const jobArgs = {
  ...platformApi,
  ...(jobApplicationArn && { applicationArn: jobApplicationArn }),
  maximumCpu: config.integer("jobMaximumCpu"),
  maximumMemory: config.integer("jobMaximumMemory"),
  timeoutMinutes: config.integer("jobTimeoutMinutes"),
} satisfies SparkJobsArgs;

config.require(
  ...["notebookInternet", "notebookRootAccess", "platformNetwork"].map((key) =>
    oneOf(key, config.text(key), ["", "true", "false"]),
  ),
  {
    ok: directInternet || platformNetworkArgs !== undefined,
    field: "platformNetwork",
    value: config.text("platformNetwork"),
    allowed: "true or empty where notebooks have no direct way to the internet: they need a network",
  },
  ...userPoolArns.map((arn) =>
    matches(
      "platformUserPoolArns",
      arn,
      /^arn:aws[\w-]*:cognito-idp:[\w-]+:\d{12}:userpool\/[\w-]+$/,
      "ARNs of Cognito user pools",
    ),
  ),
  matches(
    "platformCorsOrigin",
    corsOrigin,
    /^(https:\/\/[^/\s'*]+)?$/,
    "empty, or an origin such as https://example.org",
  ),
);
config.requireArguments(notebookRules("notebooks", { ...notebookArgs, network: { vpcId: "", subnetIds: [] } }), {
  instanceTypes: "notebookInstanceTypes",
  idleMinutes: "notebookIdleMinutes",
});
config.requireArguments(jobRules("jobs", jobArgs), {
  applicationArn: "jobApplicationArn",
  maximumCpu: "jobMaximumCpu",
  maximumMemory: "jobMaximumMemory",
  timeoutMinutes: "jobTimeoutMinutes",
});

/** A flag whose default depends on the stack: true, false, or empty for that. */
function decided(key: string, otherwise: boolean): boolean {
  return config.text(key) === "" ? otherwise : config.flag(key);
}

function onlyWith(key: string, other: string): Rule {
  return {
    ok: !config.text(key) || Boolean(config.text(other)),
    field: other,
    value: config.text(other),
    allowed: `a value where ${key} has one`,
  };
}
