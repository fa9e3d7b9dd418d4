import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { check } from "../policy/check.ts";
import { type Evaluation, evaluate } from "./components/support/evaluate.ts";
import type { Recording } from "./components/support/record.ts";
import { defaultTags, resourcesOf } from "./policy/support/resources.ts";

const { publicRoutes } = parse(readFileSync(join(__dirname, "../Pulumi.yaml"), "utf8")).config;
const facts = { stack: "dev-eu", publicRoutes: publicRoutes.default, defaultTags };

describe("the program", () => {
  let program: Evaluation;
  before(async () => {
    program = await evaluate();
  });

  it("gives the outputs that users and scripts depend on", () => {
    const { outputs } = program;
    assert.equal(outputs.whodisUrl, "https://whodis-id.execute-api.eu-west-1.amazonaws.com/Prod/whodis");
    assert.equal(outputs.oleoleoleUrl, "https://oleoleole-id.execute-api.eu-west-1.amazonaws.com/dev_eu/oleoleole");
    assert.deepEqual(outputs.deployments.whodis, {
      application: "deployments",
      group: "platform-dev-eu-whodis-get-whodis",
    });
    assert.equal(outputs.logGroups["iris-predict"], "/aws/lambda/platform-dev-eu-iris-predict");
    assert.equal(outputs.logGroups.whodis, "/aws/lambda/platform-dev-eu-whodis-get-whodis");
    assert.equal(outputs.irisUrl, "https://iris-api-id.execute-api.eu-west-1.amazonaws.com/Prod/v0/iris");
    assert.equal(outputs.irisTableName, "iris-records");
    assert.equal(outputs.irisModelUri, "s3://iris-models/iris/model.json");
    assert.match(outputs.irisFailureQueueUrl, /iris-failures$/);
    assert.equal(JSON.parse(outputs.openApi.whodis).openapi, "3.0.1");
    assert.equal(outputs.recommenderUrl, "https://recommender-id.execute-api.eu-west-1.amazonaws.com/Prod");
    assert.equal(outputs.recommenderBucketName, "recommender-data");
    assert.match(outputs.recommenderImageUri, /\/recommender@sha256:/);
    assert.match(outputs.sageMakerRoleArn, /:role\/recommender-sagemaker-role$/);
    assert.match(outputs.sageMakerTrainingRoleArn, /:role\/recommender-training-role$/);
    assert.match(outputs.snowflakeExternalFunctionRoleArn, /:role\/recommender-external-function$/);
    assert.match(outputs.snowflakeStorageRoleArn, /:role\/recommender-storage$/);
    assert.equal(outputs.snowflakeTrust, "pending");
    assert.equal(outputs.platformUrl, "https://platform-id.execute-api.eu-west-1.amazonaws.com/Prod");
    assert.equal(outputs.notebooksTableName, "notebooks-table");
    assert.equal(outputs.jobsTableName, "jobs-table");
    assert.equal(outputs.jobsApplicationId, "jobs-id");
    assert.equal(outputs.jobsDataUri, "s3://jobs-data/data");
  });

  it("names each log group that it has, functions' and services', once", () => {
    const { outputs, made } = program;
    const { logGroups, serviceLogGroups } = outputs;
    const named = [...Object.values(logGroups), ...Object.values(serviceLogGroups)] as string[];
    const there = made.all.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(named.toSorted(), there.map(({ inputs }) => inputs.name).toSorted());
    assert.equal(serviceLogGroups["whodis-access"], "/aws/apigateway/platform-dev-eu-whodis");
    assert.equal(serviceLogGroups["whodis-execution"], "API-Gateway-Execution-Logs_whodis-id/Prod");
    const machine = "archiver-ArchiverStateMachine";
    assert.equal(serviceLogGroups[machine], `/aws/vendedlogs/states/platform-dev-eu-${machine}`);
    const both = Object.keys(logGroups).filter((name) => name in serviceLogGroups);
    assert.deepEqual(both, [], "a name leads to one log");
  });

  it("has a network, a budget and users of Cognito where the configuration says so, and keeps every rule with them", async () => {
    const pool = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_p";
    const made = async (config: Record<string, string>, stack: string) => (await evaluate(config, stack)).made;
    const types = (recording: Evaluation["made"]) => new Set(recording.all.map(({ type }) => type));
    const [dev, prod] = [program.made, await made({}, "prod")];
    assert.ok(!types(dev).has("awsx:ec2:Vpc"), "a network costs");
    assert.ok(types(prod).has("awsx:ec2:Vpc") && types(prod).has("aws:ec2/flowLog:FlowLog"));
    const settings = (recording: Evaluation["made"]) =>
      JSON.parse(
        recording.get("aws:lambda/function:Function", "notebooks-change").inputs.environment.variables.NOTEBOOKS,
      );
    assert.deepEqual([settings(dev).directInternet, settings(dev).rootAccess], [true, true]);
    assert.deepEqual([settings(prod).directInternet, settings(prod).rootAccess], [false, false]);
    assert.deepEqual(check(resourcesOf(prod), { ...facts, stack: "prod" }), []);
    const closed = await made(
      {
        "platform:platformNat": "false",
        "platform:platformUserPoolArns": JSON.stringify([pool]),
        "platform:platformCorsOrigin": "https://example.org",
        "platform:monthlyBudget": "200",
        "platform:monthlyBudgetMails": '["anna@example.org"]',
      },
      "prod",
    );
    assert.ok(types(closed).has("aws:ec2/vpcEndpoint:VpcEndpoint"));
    const { limitAmount, costFilters, notifications } = closed.get("aws:budgets/budget:Budget", "budget").inputs;
    assert.deepEqual([limitAmount, costFilters], ["200", [{ name: "TagKeyValue", values: ["user:stack$prod"] }]]);
    assert.deepEqual(
      notifications.map((one: { threshold: number }) => one.threshold),
      [80, 100],
    );
    const body = JSON.parse(closed.get("aws:apigateway/restApi:RestApi", "platform").inputs.body);
    const [scheme] = Object.values<Record<string, unknown>>(body.components.securitySchemes);
    assert.equal(scheme?.["x-amazon-apigateway-authtype"], "cognito_user_pools");
    assert.deepEqual(check(resourcesOf(closed), { ...facts, stack: "prod" }), []);
  });

  it("tells scripts and notebooks what they have to know of the stack", () => {
    const { made } = program;
    const { scripts } = JSON.parse(
      made.get("aws:lambda/function:Function", "jobs-run").inputs.environment.variables.JOBS,
    );
    assert.deepEqual(scripts["iris_predictions.py"].args, [
      ...["--table", "iris-records"],
      ...["--output", "s3://jobs-data/data/iris/predictions"],
    ]);
    const parameters = made.all.filter(({ type }) => type === "aws:ssm/parameter:Parameter");
    assert.deepEqual(Object.fromEntries(parameters.map(({ inputs }) => [inputs.name, inputs.value.value])), {
      "/setup/platform-dev-eu/api-url": "https://platform-id.execute-api.eu-west-1.amazonaws.com/Prod",
      "/setup/platform-dev-eu/data-uri": "s3://jobs-data/data",
      "/setup/platform-dev-eu/iris-table": "iris-records",
      "/setup/platform-dev-eu/jobs-application": "jobs-id",
      "/setup/platform-dev-eu/jobs-table": "jobs-table",
      "/setup/platform-dev-eu/notebooks-table": "notebooks-table",
    });
    const grants = made.statements("notebooks-notebook-policy") as { Action: string[]; Resource: string[] }[];
    const read = grants.find(({ Action }) => Action.includes("ssm:GetParameter"));
    assert.deepEqual(read?.Resource, ["arn:aws:ssm:eu-west-1:123456789012:parameter/setup/platform-dev-eu/*"]);
  });

  it("leaves no output undefined, whoever is asked", async () => {
    const approvers = JSON.stringify(["anna@example.org"]);
    const ses = {
      "platform:archiverMailFrom": "archiver@example.org",
      "platform:archiverMailIdentityArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.org",
    };
    const configurations: { config: Record<string, string>; topic: string }[] = [
      { config: {}, topic: "" },
      {
        config: { "platform:archiverApprovers": approvers, "platform:irisCompute": "fargate" },
        topic: "arn:aws:sns:eu-west-1:123456789012:archiver-approvals",
      },
      {
        config: { "platform:archiverApprovers": approvers, "platform:gradualDeployment": "false", ...ses },
        topic: "",
      },
    ];
    for (const { config, topic } of configurations) {
      const { outputs } = await evaluate(config);
      assert.deepEqual(undefinedIn(outputs), [], JSON.stringify(config));
      assert.equal(outputs.approvalTopicArn, topic, JSON.stringify(config));
    }
  });

  it("gives the configured version to the functions that report it", () => {
    for (const name of ["whodis-get-whodis", "oleoleole-get-oleoleole"]) {
      const { variables } = program.made.get("aws:lambda/function:Function", name).inputs.environment;
      assert.equal(variables.APP_VERSION, "v7");
    }
  });

  it("keeps every rule of the policy pack", () => {
    assert.deepEqual(check(resourcesOf(program.made), facts), []);
  });

  it("limits what anyone may call, and what becomes of it at one time", async () => {
    const { made } = await evaluate({
      "platform:archiverApprovers": JSON.stringify(["anna@example.org"]),
      "platform:publicThrottleRate": "20",
      "platform:throttleBurst": "30",
      "platform:publicConcurrency": "2",
    });
    for (const api of ["archiver-approvals", "iris-api", "oleoleole", "whodis"]) {
      assert.deepEqual(limitsOf(made, api), [["*/*", 20, 100]], api);
    }
    assert.deepEqual(limitsOf(made, "recommender"), [["*/*", 1_000, 30]]);
    for (const name of [
      "archiver-approvalPage",
      "iris-ingest",
      "iris-list",
      "iris-read",
      "oleoleole-get-oleoleole",
      "whodis-get-whodis",
    ]) {
      const { inputs } = made.get("aws:lambda/function:Function", name);
      assert.equal(inputs.reservedConcurrentExecutions, 2, name);
    }
    assert.deepEqual(check(resourcesOf(made), facts), []);
  });

  it("makes the same twice", async () => {
    assert.deepEqual((await evaluate()).made.all, program.made.all);
  });

  it("bounds its roles where a boundary is configured", async () => {
    const boundary = "arn:aws:iam::123456789012:policy/platform/eu-west-1/dev/boundary-dev";
    const { transforms } = await evaluate({ "platform:permissionsBoundaryArn": boundary });
    assert.equal(transforms.length, 1);
  });

  it("encrypts its log groups where a key is configured", async () => {
    const { transforms } = await evaluate({ "platform:logKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/k" });
    assert.equal(transforms.length, 1);
    assert.equal(program.transforms.length, 0);
  });

  it("takes Snowflake's word, an image and serverless inference from the configuration", async () => {
    const user = "arn:aws:iam::210987654321:user/abc1-s-iest2345";
    const { made, outputs } = await evaluate({
      "platform:apiAwsIamUserArn": user,
      "platform:apiAwsExternalId": "ACME_1",
      "platform:storageAwsIamUserArn": user,
      "platform:storageAwsExternalId": "ACME_2",
      "platform:recommenderImageUri": "public.ecr.aws/acme/recommender:1",
      "platform:recommenderServerlessMemory": "2048",
      "platform:recommenderRetrainSchedule": "rate(7 days)",
      "platform:recommenderIdleHours": "4",
    });
    assert.equal(outputs.snowflakeTrust, "established");
    assert.equal(outputs.recommenderImageUri, "public.ecr.aws/acme/recommender:1");
    const { SERVING } = made.get("aws:lambda/function:Function", "recommender-deploy").inputs.environment.variables;
    assert.deepEqual(Object.keys(JSON.parse(SERVING)), ["serverless"]);
    const when = (name: string) => made.get("aws:scheduler/schedule:Schedule", name).inputs.scheduleExpression;
    assert.equal(when("recommender-retrain-schedule"), "rate(7 days)");
    assert.equal(when("recommender-idle-schedule"), "rate(1 hour)");
  });
});

/** An API's limits: the path of the methods, requests a second, requests at one moment. */
const limitsOf = ({ all }: Recording, api: string) =>
  all
    .filter(
      ({ type, inputs }) => type === "aws:apigateway/methodSettings:MethodSettings" && inputs.restApi === `${api}-id`,
    )
    .map(({ inputs: { methodPath, settings } }) => [
      methodPath,
      settings.throttlingRateLimit,
      settings.throttlingBurstLimit,
    ]);

/** Paths of what is undefined, at any depth. */
const undefinedIn = (value: unknown, path = ""): string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, item]) => undefinedIn(item, `${path}.${key}`))
    : value === undefined
      ? [path]
      : [];
