import assert from "node:assert/strict";
import { join } from "node:path";
import { RunError, runtime } from "@pulumi/pulumi";
import { record } from "./components/support/record.ts";

const files = ["config.ts", "environment.ts"].map((name) => join(__dirname, "..", name));

/** The program's configuration with these values of the stack, by keys without the project's name. */
async function configured(stack: Record<string, string>, secrets: string[] = [], name = "test") {
  const before = process.env.PULUMI_CONFIG_SECRET_KEYS;
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(secrets.map((key) => `platform:${key}`));
  let module: (typeof import("../config.ts") & typeof import("../environment.ts")) | undefined;
  const evaluate = () => {
    runtime.setAllConfig(Object.fromEntries(Object.entries(stack).map(([key, value]) => [`platform:${key}`, value])));
    for (const file of files) delete require.cache[file];
    module = { ...require("../config.ts"), ...require("../environment.ts") };
  };
  await record(evaluate, { stack: name }).finally(() => {
    runtime.setAllConfig({});
    if (before === undefined) delete process.env.PULUMI_CONFIG_SECRET_KEYS;
    else process.env.PULUMI_CONFIG_SECRET_KEYS = before;
  });
  return module!;
}

const identity = "arn:aws:ses:eu-west-1:123456789012:identity/example.org";

describe("the configuration", () => {
  it("is Pulumi.yaml's where the stack says nothing", async () => {
    const { appVersion, gradualDeployment, archiverArgs, recommenderArgs } = await configured({});
    assert.equal(appVersion, "v1");
    assert.equal(gradualDeployment, true);
    assert.deepEqual(archiverArgs, { express: true, approval: { mode: "queue" }, schedule: undefined });
    assert.deepEqual(recommenderArgs.serving, { instanceType: "ml.t2.medium", maximumInstances: 1 });
    assert.equal(recommenderArgs.removeIdleAfter, undefined);
  });

  it("chooses the language of what is there in two", async () => {
    const chosen = async (language: string | undefined) => {
      const keys = ["whodis", "oleoleole", "iris", "archiver", "recommender", "platform"].map(
        (name) => `${name}Language`,
      );
      const config = await configured(language ? Object.fromEntries(keys.map((key) => [key, language])) : {});
      const { whodisEntry, oleoleoleHook, irisInPython, archiverArgs, recommenderArgs, notebookArgs } = config;
      const handlers = [archiverArgs, recommenderArgs, notebookArgs].map(
        (args) => (args as { handlers?: object }).handlers,
      );
      return [whodisEntry, oleoleoleHook, irisInPython, ...handlers];
    };
    const typescript = [
      "handlers/whodis/index.ts",
      "handlers/oleoleole/preTraffic.ts",
      false,
      undefined,
      undefined,
      undefined,
    ];
    assert.deepEqual(await chosen(undefined), typescript);
    assert.deepEqual(await chosen("typescript"), typescript);
    assert.deepEqual(await chosen("python"), [
      "handlers/whodis/python/app.py",
      "handlers/oleoleole/python/pre_traffic.py",
      { predictor: { entry: "models/iris/predictor.py" }, handlers: { read: "handlers/prediction/python/read.py" } },
      { act: "handlers/archiver/python/act.py" },
      { status: "handlers/recommender/python/status.py" },
      { read: "handlers/notebooks/python/read.py" },
    ]);
    await assert.rejects(
      configured({ archiverLanguage: "r" }),
      /archiverLanguage is "r"; allowed is one of typescript, python/,
    );
  });

  it("is the stack's where it says something", async () => {
    const { archiverArgs, recommenderArgs } = await configured({
      archiverApprovers: '["anna@example.org"]',
      archiverMailFrom: "Archiver <archiver@example.org>",
      archiverMailIdentityArn: identity,
      recommenderServerlessMemory: "2048",
      recommenderIdleHours: "12",
    });
    assert.deepEqual(archiverArgs.approval, {
      mode: "both",
      approvers: ["anna@example.org"],
      ses: { from: "Archiver <archiver@example.org>", identityArn: identity },
      throttling: { rate: 50, burst: 100 },
      reservedConcurrency: -1,
    });
    assert.deepEqual(recommenderArgs.serving, { serverless: { memory: 2048 } });
    assert.equal(recommenderArgs.removeIdleAfter, 12);
  });

  it("promises of public APIs what it is told, and where data count 99.9 %", async () => {
    const promised = async (stack: Record<string, string>, name = "dev") =>
      (await configured(stack, [], name)).publicObjective;
    assert.deepEqual(await promised({}), {});
    assert.deepEqual(await promised({}, "prod"), { availability: 99.9 });
    assert.deepEqual(await promised({ availabilityObjective: "0" }, "prod"), {});
    assert.deepEqual(await promised({ availabilityObjective: "99.5", latencyObjective: "300" }), {
      availability: 99.5,
      latency: { milliseconds: 300 },
    });
  });

  it("limits what callers take of each route, and of each public route's function", async () => {
    const { throttling, publicConcurrency, recommenderArgs, archiverArgs } = await configured({
      throttleRate: "200",
      publicThrottleBurst: "7",
      publicConcurrency: "3",
      archiverApprovers: '["anna@example.org"]',
    });
    assert.deepEqual(throttling, { authorised: { rate: 200, burst: 500 }, open: { rate: 50, burst: 7 } });
    assert.equal(publicConcurrency, 3);
    assert.deepEqual(recommenderArgs.definition, { throttling: throttling.authorised });
    assert.deepEqual(archiverArgs.approval, {
      mode: "both",
      approvers: ["anna@example.org"],
      throttling: throttling.open,
      reservedConcurrency: 3,
    });
  });

  it("closes notebooks outside of stacks whose data may be thrown away, and opens them where it is told to", async () => {
    const { notebookArgs, platformNetworkArgs, platformApi, budgetArgs } = await configured({});
    assert.deepEqual(
      [notebookArgs.directInternet, notebookArgs.rootAccess, platformNetworkArgs],
      [true, true, undefined],
    );
    assert.deepEqual([platformApi, budgetArgs], [{ auth: "iam" }, undefined]);
    const closed = await configured({ notebookInternet: "false", notebookRootAccess: "false", platformNat: "false" });
    assert.deepEqual([closed.notebookArgs.directInternet, closed.notebookArgs.rootAccess], [false, false]);
    assert.equal(closed.platformNetworkArgs?.nat, false);
    assert.ok(closed.platformNetworkArgs?.interfaceEndpoints?.includes("sagemaker.api"));
    const { platformNetworkArgs: wanted } = await configured({ platformNetwork: "true" });
    assert.deepEqual(wanted, { nat: true, flowLogs: true, interfaceEndpoints: [] });
  });

  const refused: [stack: Record<string, string>, message: RegExp][] = [
    [{ irisComput: "fargate" }, /^Configuration: a key is "irisComput"; allowed is irisCompute, probably$/],
    [{ colour: "red" }, /^Configuration: a key is "colour"; allowed is appVersion, gradualDeployment, .*AwsExternalId/],
    [{ constructor: "x" }, /^Configuration: a key is "constructor"; allowed is appVersion/],
    [{ appVersion: " " }, /^Configuration: appVersion is " "; allowed is a version that is not empty$/],
    [{ irisCompute: "ec2" }, /^Configuration: irisCompute is "ec2"; allowed is one of lambda, fargate$/],
    [{ publicRoutes: '["GET /whodis"]' }, /publicRoutes is \["GET \/whodis"\]; allowed is routes with their API/],
    [
      { permissionsBoundaryArn: "boundary" },
      /permissionsBoundaryArn is "boundary"; allowed is empty, or a managed policy's ARN$/,
    ],
    [{ logKeyArn: "alias/logs" }, /logKeyArn is "alias\/logs"; allowed is empty, or a key's ARN$/],
    [{ throttleRate: "0" }, /^Configuration: throttleRate is 0; allowed is a number above 0, up to 10000$/],
    [{ publicThrottleRate: "20000" }, /publicThrottleRate is 20000; allowed is a number above 0, up to 10000$/],
    [{ publicThrottleBurst: "6000" }, /publicThrottleBurst is 6000; allowed is a whole number from 0 to 5000$/],
    [{ publicConcurrency: "-1" }, /publicConcurrency is -1; allowed is a whole number from 0 to 900$/],
    [{ archiverApprovers: '["anna"]' }, /archiverApprovers is "anna"; allowed is mail addresses$/],
    [
      { archiverApprovers: '["a@b.org","a@b.org"]' },
      /archiverApprovers is .*; allowed is at most 100 addresses, each once$/,
    ],
    [
      { archiverMailFrom: "a@b.org" },
      /archiverMailIdentityArn is ""; allowed is a value where archiverMailFrom has one$/,
    ],
    [
      { archiverMailIdentityArn: identity },
      /archiverMailFrom is ""; allowed is a value where archiverMailIdentityArn has one$/,
    ],
    [
      { archiverMailFrom: "a@b.org", archiverMailIdentityArn: identity },
      /archiverApprovers is \[\]; allowed is at least one mail address where archiverMailFrom has a value/,
    ],
    [
      { archiverApprovers: '["a@b.org"]', archiverMailFrom: "nobody", archiverMailIdentityArn: identity },
      /archiverMailFrom is "nobody"; allowed is a mail address, or a name and <address>$/,
    ],
    [
      { archiverApprovers: '["a@b.org"]', archiverMailFrom: "a@b.org", archiverMailIdentityArn: "example.org" },
      /archiverMailIdentityArn is "example.org"; allowed is the ARN of an identity of SES$/,
    ],
    [{ archiverSchedule: "hourly" }, /archiverSchedule is "hourly"; allowed is an expression such as rate\(1 hour\)/],
    [{ recommenderImageUri: "a b" }, /recommenderImageUri is "a b"; allowed is the URI of an image/],
    [
      { recommenderInstanceType: "m5.large" },
      /recommenderInstanceType is "m5.large"; allowed is a machine of SageMaker/,
    ],
    [
      { recommenderMaximumInstances: "0" },
      /recommenderMaximumInstances is 0; allowed is a whole number from 1 to 100$/,
    ],
    [{ recommenderMaximumInstances: "4" }, /recommenderMaximumInstances is 4; allowed is 1 with ml.t2.medium/],
    [{ recommenderServerlessMemory: "1500" }, /recommenderServerlessMemory is 1500; allowed is one of 1024, 2048/],
    [
      { recommenderServerlessMemory: "2048", recommenderInstanceType: "ml.m5.large" },
      /recommenderInstanceType is "ml.m5.large"; allowed is nothing where recommenderServerlessMemory is not 0/,
    ],
    [
      { recommenderRetrainSchedule: "weekly" },
      /recommenderRetrainSchedule is "weekly"; allowed is an expression such as rate\(1 hour\)/,
    ],
    [{ recommenderIdleHours: "-1" }, /recommenderIdleHours is -1; allowed is a whole number from 1 to 720$/],
    [{ recommenderKeyArn: "key" }, /recommenderKeyArn is "key"; allowed is a key's ARN$/],
    [{ apiAwsExternalId: "ACME_1" }, /apiAwsIamUserArn is ""; allowed is a value where externalId has one/],
    [{ notebookInternet: "no" }, /notebookInternet is "no"; allowed is one of , true, false$/],
    [
      { notebookInternet: "false", platformNetwork: "false" },
      /platformNetwork is "false"; allowed is true or empty where notebooks have no direct way to the internet/,
    ],
    [{ platformUserPoolArns: '["pool"]' }, /platformUserPoolArns is "pool"; allowed is ARNs of Cognito user pools$/],
    [{ platformCorsOrigin: "*" }, /platformCorsOrigin is "\*"; allowed is empty, or an origin/],
    [
      { notebookInstanceTypes: '["m5.large"]' },
      /notebookInstanceTypes is "m5.large"; allowed is machines of SageMaker/,
    ],
    [{ notebookIdleMinutes: "5" }, /notebookIdleMinutes is 5; allowed is a whole number from 30 to 10080$/],
    [{ jobMaximumCpu: "1" }, /jobMaximumCpu is 1; allowed is a whole number from 4 to 400$/],
    [{ jobMaximumMemory: "1" }, /jobMaximumMemory is 1; allowed is a whole number from 8 to 3000$/],
    [{ jobTimeoutMinutes: "1" }, /jobTimeoutMinutes is 1; allowed is a whole number from 5 to 1440$/],
    [
      { monthlyBudget: "50" },
      /monthlyBudgetMails is \[\]; allowed is 1 to 10 addresses where there is a monthlyBudget$/,
    ],
    [{ alarmTopicArns: '["operators"]' }, /alarmTopicArns is "operators"; allowed is ARNs of SNS topics$/],
    [{ availabilityObjective: "high" }, /availabilityObjective is "high"; allowed is a percentage, or empty$/],
    [{ availabilityObjective: "50" }, /availabilityObjective is 50; allowed is a number from 95 to 99.99$/],
    [{ latencyObjective: "30000" }, /latencyObjective is 30000; allowed is a number from 1 to 29000$/],
    [{ runbookUrl: "docs" }, /runbookUrl is "docs"; allowed is a URL that begins with https:\/\/$/],
    [{ protectData: "yes" }, /protectData is "yes"; allowed is one of , true, false$/],
    [{ dataKeyArn: "alias/data" }, /dataKeyArn is "alias\/data"; allowed is empty, or a key's ARN$/],
    [{ logRetentionDays: "31" }, /logRetentionDays is 31; allowed is one of 1, 3, 5, 7, 14, 30, 60/],
    [{ gradualDeploymentType: "Canary" }, /gradualDeploymentType is "Canary"; allowed is one of AllAtOnce, Canary10/],
    [{ irisMaximumContainers: "21" }, /irisMaximumContainers is 21; allowed is a whole number from 1 to 20$/],
    [{ alarmMails: '["operators"]' }, /alarmMails is "operators"; allowed is mail addresses$/],
    [
      { alarms: "false", alarmMails: '["a@b.org"]' },
      /alarms is false; allowed is true where somebody is told of them, a@b.org$/,
    ],
    [
      {
        alarmMails: '["a@b.org"]',
        alarmTopicArns: JSON.stringify(Array(5).fill("arn:aws:sns:eu-west-1:123456789012:t")),
      },
      /alarmTopicArns is \[.*\]; allowed is at most 4 topics beside the one of alarmMails$/,
    ],
    [{ monthlyBudgetMails: '["a@b.org"]' }, /monthlyBudgetMails is .*; allowed is none without a monthlyBudget$/],
    [{ storageAwsIamUserArn: "me", storageAwsExternalId: "ACME" }, /storageAwsIamUserArn is "me"; allowed is /],
  ];
  for (const [stack, message] of refused)
    it(`is refused with ${JSON.stringify(stack)}`, async () => {
      await assert.rejects(configured(stack), (error: Error) => {
        assert.ok(RunError.isInstance(error));
        assert.match(error.message, message);
        return true;
      });
    });

  it("does not show what is secret", async () => {
    const secret = { apiAwsIamUserArn: "hush", apiAwsExternalId: "ACME" };
    await assert.rejects(configured(secret, ["apiAwsIamUserArn"]), /apiAwsIamUserArn is "\[secret\]"; allowed is/);
  });
});
