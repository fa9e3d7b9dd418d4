import "./nodeVersion.ts";
import { getStack, interpolate } from "@pulumi/pulumi";
import { registerResourceTransform } from "@pulumi/pulumi/runtime";
import { createAlarmTopic } from "./components/alarmTopic.ts";
import { ApiWithLambdas } from "./components/apiWithLambdas.ts";
import { ArchiverWorkflow } from "./components/archiverWorkflow.ts";
import { createCustomerKey } from "./components/customerKey.ts";
import { encryptData } from "./components/dataEncryption.ts";
import { encryptLogGroups } from "./components/logEncryption.ts";
import { keepLogs } from "./components/logRetention.ts";
import { createMonthlyBudget } from "./components/monthlyBudget.ts";
import { createNetwork } from "./components/network.ts";
import { NotebookService } from "./components/notebookService.ts";
import { Observability, type ObservabilityArgs } from "./components/observability.ts";
import { boundRoles } from "./components/permissionsBoundary.ts";
import { PredictionPipeline } from "./components/predictionPipeline.ts";
import { createSetupParameters, readSetupStatement } from "./components/setupParameters.ts";
import { SnowflakeRecommender } from "./components/snowflakeRecommender.ts";
import { SparkJobs } from "./components/sparkJobs.ts";
import { deploymentsOfStack, logGroupsOfStack, serviceLogGroupsOfStack } from "./components/stackCode.ts";
import {
  appVersion,
  archiverArgs,
  irisCompute,
  irisContainer,
  irisInPython,
  jobArgs,
  notebookArgs,
  oleoleoleHook,
  platformApi,
  platformNetworkArgs,
  publicConcurrency,
  recommenderArgs,
  throttling,
  whodisEntry,
} from "./config.ts";
import {
  alarmMails,
  budgetArgs,
  customerKeys,
  dataKeyArn,
  gradualDeployment,
  gradualDeploymentType,
  logKeyArn,
  logRetentionDays,
  observabilityArgs,
  permissionsBoundaryArn,
  publicObjective,
} from "./environment.ts";

// What holds for the whole stack.

const ownKey = customerKeys ? createCustomerKey("customer-key").arn : undefined;
const [dataKey, logKey] = [dataKeyArn || ownKey, logKeyArn || ownKey];
if (dataKey) registerResourceTransform(encryptData(dataKey));
if (logKey) registerResourceTransform(encryptLogGroups(logKey));
if (logRetentionDays) registerResourceTransform(keepLogs(logRetentionDays));
if (permissionsBoundaryArn) registerResourceTransform(boundRoles(permissionsBoundaryArn));

const alarmTopic = alarmMails.length > 0 ? createAlarmTopic("alarms", alarmMails) : undefined;
const notified = alarmTopic && { notifications: alarmTopic };

// Two small APIs: one with default settings, and one with its own stage and settings.

const whodis = new ApiWithLambdas("whodis", {
  description: "Who is calling, and from where",
  routes: {
    "GET /whodis": {
      entry: whodisEntry,
      environment: { APP_VERSION: appVersion },
      auth: "none",
      throttling: throttling.open,
      reservedConcurrency: publicConcurrency,
      deployment: { type: gradualDeploymentType, ...notified, enabled: gradualDeployment },
    },
  },
});

const oleoleole = new ApiWithLambdas("oleoleole", {
  description: "A hot greeting",
  definition: { stageName: getStack().replace(/\W/g, "_") },
  routes: {
    "GET /oleoleole": {
      entry: "handlers/oleoleole/index.ts",
      environment: { APP_VERSION: appVersion },
      auth: "none",
      throttling: throttling.open,
      reservedConcurrency: publicConcurrency,
      deployment: {
        type: "AllAtOnce",
        ...notified,
        preTraffic: { entry: oleoleoleHook, environment: { APP_VERSION: appVersion } },
        // Until the new version answers everywhere.
        postTraffic: {
          entry: "handlers/oleoleole/postTraffic.ts",
          environment: { APP_VERSION: appVersion },
          timeout: 30,
        },
        enabled: gradualDeployment,
      },
    },
  },
});

// Measurements of irises in, their species out.

const iris = new PredictionPipeline("iris", {
  model: { artifact: "models/iris/model.json", metrics: "models/iris/metrics.json" },
  features: ["sepal_length", "sepal_width", "petal_length", "petal_width"],
  path: "/v0/iris",
  auth: "none",
  definition: { throttling: throttling.open },
  reservedConcurrency: publicConcurrency,
  compute: irisCompute,
  ...(irisContainer && { container: irisContainer }),
  ...irisInPython,
});

// Files that are dropped into a bucket, archived by their quality and a human's word.

const archiver = new ArchiverWorkflow("archiver", archiverArgs);

// Models of ratings that are trained, deployed and asked from Snowflake.

const recommender = new SnowflakeRecommender("recommender", { encryptionKeyArn: dataKey, ...recommenderArgs });

// Notebooks and Spark jobs of data scientists, by one API.

const network = platformNetworkArgs && createNetwork("platform-network", platformNetworkArgs);

const jobs = new SparkJobs("jobs", {
  ...jobArgs,
  ...(network && { network }),
  scriptArguments: {
    "iris_predictions.py": ["--table", iris.table.name, "--output", "DATA/iris/predictions"],
    "recommender_ratings.py": [
      ...["--events", "DATA/events"],
      ...["--output", interpolate`s3://${recommender.bucket.bucket}/training/ratings_of_events`],
    ],
  },
  grants: [
    { Effect: "Allow", Action: ["dynamodb:Query"], Resource: [interpolate`${iris.table.arn}/index/byTime`] },
    {
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
      Resource: [interpolate`${recommender.bucket.arn}/training/ratings_of_events*`],
    },
    { Effect: "Allow", Action: ["s3:ListBucket"], Resource: [recommender.bucket.arn] },
  ],
});

const notebooks = new NotebookService("notebooks", {
  ...notebookArgs,
  ...(network && { network }),
  ...(dataKey && { encryptionKeyArn: dataKey }),
  cluster: jobs.cluster,
  grants: [readSetupStatement(), ...jobs.dataStatements],
});

const platform = new ApiWithLambdas("platform", {
  description: "Notebooks and jobs for data scientists",
  definition: { throttling: throttling.authorised },
  ...(platformApi.cors && { cors: platformApi.cors }),
  routes: { ...notebooks.routes, ...jobs.routes },
});

// How each of them is: alarms, and a dashboard.

const actions = [...(alarmTopic ? [alarmTopic.arn] : []), ...observabilityArgs.actions];

const observe = (system: string, args: ObservabilityArgs): Observability =>
  new Observability(system, { ...observabilityArgs, actions, ...args });

/** Milliseconds: just under the gateway's own end, for routes that wait for SageMaker and EMR. */
const patient = { longestAnswer: 25_000 };

const observed = {
  greetings: observe("greetings", { of: [whodis, oleoleole], objective: publicObjective }),
  iris: observe("iris", { of: [iris], objective: publicObjective }),
  archiver: observe("archiver", { of: [archiver] }),
  recommender: observe("recommender", { of: [recommender], ...patient }),
  platform: observe("platform", { of: [notebooks, jobs, platform], ...patient }),
};

createSetupParameters({
  "api-url": platform.url,
  "data-uri": jobs.dataUri,
  "iris-table": iris.table.name,
  "jobs-application": jobs.application.id,
  "jobs-table": jobs.table.name,
  "notebooks-table": notebooks.table.name,
  ...(network && { "vpc-id": network.vpcId }),
});

if (budgetArgs) createMonthlyBudget("budget", budgetArgs);

// What scripts and users may depend on. An output that a stack has no resource for is empty: Pulumi would warn of an undefined
// one at every update, and a stack that refers to it would fail.

export const whodisUrl = whodis.routes["GET /whodis"];
export const oleoleoleUrl = oleoleole.routes["GET /oleoleole"];
export const irisUrl = iris.url;
export const irisTableName = iris.table.name;
export const irisModelUri = iris.modelUri;
export const irisFailureQueueUrl = iris.failureQueue.url;
export const archiverStateMachineArn = archiver.stateMachine.arn;
export const archiverExpressStateMachineArn = archiver.expressStateMachine?.arn ?? "";
export const archiveTableName = archiver.table.name;
export const approvalQueueUrl = archiver.approvalQueue?.url ?? "";
/** Empty where nobody is asked by mail, or by SES. */
export const approvalTopicArn = archiver.approvalTopic?.arn ?? "";
export const dropBucketName = archiver.buckets.drop.bucket;
export const archiveBucketName = archiver.buckets.archive.bucket;
export const quarantineBucketName = archiver.buckets.quarantine.bucket;
export const recommenderUrl = recommender.url;
export const recommenderBucketName = recommender.bucket.bucket;
export const recommenderImageUri = recommender.imageUri;
/** What endpoints act as; training jobs have a role of their own. */
export const sageMakerRoleArn = recommender.roles.servingRoleArn;
export const sageMakerTrainingRoleArn = recommender.roles.trainingRoleArn;
export const snowflakeExternalFunctionRoleArn = recommender.roles.externalFunctionRoleArn;
export const snowflakeStorageRoleArn = recommender.roles.storageRoleArn;
export const snowflakeTrust = recommender.roles.trust;
export const platformUrl = platform.url;
export const notebooksTableName = notebooks.table.name;
export const jobsTableName = jobs.table.name;
export const jobsApplicationId = jobs.application.id;
/** What jobs and notebooks read and write: `s3://BUCKET/data`. */
export const jobsDataUri = jobs.dataUri;
/** Of each function and container; found by themselves. */
export const logGroups = logGroupsOfStack();
/** What services write: requests of APIs (`NAME-access`, `NAME-execution`), events of state machines; found by themselves. */
export const serviceLogGroups = serviceLogGroupsOfStack();
/** Where CodeDeploy shifts traffic, by function; empty where versions change at once. */
export const deployments = deploymentsOfStack();
/** In CloudWatch's console, by system; empty without dashboards. */
export const dashboardUrls = Object.fromEntries(
  Object.entries(observed).flatMap(([system, { dashboardUrl }]) => (dashboardUrl ? [[system, dashboardUrl]] : [])),
);
export const openApi = {
  whodis: whodis.document,
  oleoleole: oleoleole.document,
  iris: iris.api.document,
  recommender: recommender.api.document,
  platform: platform.document,
};
