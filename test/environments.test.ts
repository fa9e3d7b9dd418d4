import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { check } from "../policy/check.ts";
import { type Evaluation, evaluate } from "./components/support/evaluate.ts";
import type { Recorded, Recording } from "./components/support/record.ts";
import { resourcesOf } from "./policy/support/resources.ts";

const project = "data-science-platform:";
const read = (file: string) => parse(readFileSync(join(__dirname, "..", file), "utf8")).config;
const { publicRoutes } = read("Pulumi.yaml");

/** The program as the stack's own file configures it. */
function environment(stack: string): Promise<Evaluation> {
  const given = Object.entries(read(`Pulumi.${stack}.yaml`)).filter(([key]) => key.startsWith(project));
  const config = given.map(([key, value]) => [
    key.replace(project, "platform:"),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return evaluate(Object.fromEntries(config), stack);
}

const short = (type: string) => type.split(":").at(-1);
const ofType = (made: Recording, name: string) => made.all.filter(({ type }) => short(type) === name);
/** Each value once, and how often it is there. */
const counted = (values: unknown[]) =>
  Object.fromEntries(Object.entries(Object.groupBy(values, String)).map(([value, all = []]) => [value, all.length]));
const bucketKey = ({ inputs }: Recorded) => {
  const [{ applyServerSideEncryptionByDefault: by }] = inputs.rules;
  return by.kmsMasterKeyId ?? by.sseAlgorithm;
};
const lambda = (made: Recording, name: string) => made.get("aws:lambda/function:Function", name).inputs;
const variable = (made: Recording, of: string, name: string) =>
  JSON.parse(lambda(made, of).environment.variables[name]);

/** Everything that an environment is to decide. */
function aspectsOf(made: Recording) {
  const alarms = [...ofType(made, "MetricAlarm"), ...ofType(made, "CompositeAlarm")];
  return {
    protection: {
      protected: counted(made.all.filter(({ protect }) => protect).map(({ type }) => short(type))),
      tablesKept: counted(ofType(made, "Table").map(({ inputs }) => inputs.deletionProtectionEnabled)),
      bucketsEmptied: counted(ofType(made, "Bucket").map(({ inputs }) => inputs.forceDestroy)),
      imagesDropped: counted(ofType(made, "Repository").map(({ inputs }) => inputs.forceDelete)),
    },
    retention: counted(ofType(made, "LogGroup").map(({ inputs }) => inputs.retentionInDays)),
    alarms: {
      ring: counted(alarms.map(({ inputs }) => (inputs.alarmActions ?? []).join() || "for nobody")),
      promises: ofType(made, "CompositeAlarm")
        .map(({ name }) => name)
        .sort(),
      mails: ofType(made, "TopicSubscription").map(({ inputs }) => inputs.endpoint),
    },
    shifts: ofType(made, "DeploymentGroup").map(({ inputs }) => inputs.deploymentConfigName),
    network: {
      vpcs: ofType(made, "Vpc").map(({ inputs }) => inputs.natGateways.strategy),
      endpoints: ofType(made, "VpcEndpoint").length,
      flowLogs: ofType(made, "FlowLog").length,
      notebooksDirect: variable(made, "notebooks-change", "NOTEBOOKS").directInternet,
      jobs: ofType(made, "Application").filter(({ inputs }) => inputs.networkConfiguration).length,
    },
    keys: {
      made: ofType(made, "Key").map(({ name }) => name),
      tables: counted(ofType(made, "Table").map(({ inputs }) => inputs.serverSideEncryption.kmsKeyArn)),
      buckets: counted(ofType(made, "BucketServerSideEncryptionConfiguration").map(bucketKey)),
      queues: counted(ofType(made, "Queue").map(({ inputs }) => inputs.kmsMasterKeyId ?? inputs.sqsManagedSseEnabled)),
      topics: counted(ofType(made, "Topic").map(({ inputs }) => inputs.kmsMasterKeyId)),
      logs: counted(ofType(made, "LogGroup").map(({ inputs }) => inputs.kmsKeyId)),
      notebooks: variable(made, "notebooks-change", "NOTEBOOKS").keyArn,
      models: lambda(made, "recommender-deploy").environment.variables.KMS_KEY_ARN,
    },
    capacity: {
      reserved: counted(
        ofType(made, "Function").flatMap(({ inputs }) =>
          inputs.reservedConcurrentExecutions > 0 ? [inputs.reservedConcurrentExecutions] : [],
        ),
      ),
      endpoints: JSON.parse(lambda(made, "recommender-deploy").environment.variables.SERVING),
      jobs: ofType(made, "Application").flatMap(({ inputs }) => inputs.maximumCapacity ?? []),
      budget: ofType(made, "Budget").map(({ inputs }) => inputs.limitAmount),
    },
  };
}

/** What a stack has whose file says nothing of it, and whose data may be thrown away. */
const plain: ReturnType<typeof aspectsOf> = {
  protection: { protected: {}, tablesKept: { false: 4 }, bucketsEmptied: { true: 6 }, imagesDropped: { true: 1 } },
  retention: { 30: 44 },
  alarms: { ring: { "for nobody": 44 }, promises: [], mails: [] },
  shifts: ["CodeDeployDefault.LambdaCanary10Percent5Minutes", "CodeDeployDefault.LambdaAllAtOnce"],
  network: { vpcs: [], endpoints: 0, flowLogs: 0, notebooksDirect: true, jobs: 0 },
  keys: {
    made: [],
    tables: { undefined: 4 },
    buckets: { AES256: 6 },
    queues: { true: 15 },
    topics: {},
    logs: { undefined: 44 },
    notebooks: undefined,
    models: undefined,
  },
  capacity: {
    reserved: {},
    endpoints: { instanceType: "ml.t2.medium", instanceCount: 1, maxInstances: 1, callsPerInstance: 600 },
    jobs: [{ cpu: "8 vCPU", memory: "32 GB" }],
    budget: [],
  },
};

describe("environments", function () {
  this.timeout(180_000);
  const recordings = new Map<string, Recording>();
  before(async () => {
    for (const stack of ["dev", "local", "prod"]) recordings.set(stack, (await environment(stack)).made);
  });
  const made = (stack: string) => recordings.get(stack)!;

  it("dev is what Pulumi.yaml says", () => assert.deepEqual(aspectsOf(made("dev")), plain));

  it("local asks somebody by mail, and its versions change at once", () => {
    const local = aspectsOf(made("local"));
    assert.deepEqual(local, {
      ...plain,
      protection: { ...plain.protection, tablesKept: { false: 5 } },
      retention: { 30: 46 },
      // Another API, the page of approvals; and nothing judges deployments.
      alarms: { ring: { "for nobody": 42 }, promises: [], mails: ["you@example.org"] },
      shifts: [],
      keys: {
        ...plain.keys,
        made: ["archiver-approvals-key"],
        tables: { undefined: 5 },
        topics: { "archiver-approvals-key-id": 1 },
        logs: { undefined: 46 },
      },
    });
  });

  it("prod keeps, watches, encloses, encrypts and grows", () => {
    const key = "arn:aws:kms:eu-west-1:123456789012:key/customer-key-id";
    assert.deepEqual(aspectsOf(made("prod")), {
      protection: {
        protected: { Key: 2, Bucket: 6, Table: 4 },
        tablesKept: { true: 4 },
        bucketsEmptied: { false: 6 },
        imagesDropped: { false: 1 },
      },
      retention: { 365: 45 },
      alarms: {
        // Windows of promises tell nobody: the promise does.
        ring: { "arn:aws:sns:eu-west-1:123456789012:alarms": 44, "for nobody": 24 },
        promises: ["iris-api", "oleoleole", "whodis"].flatMap((api) => [
          `${api}-availability-alarm`,
          `${api}-speed-alarm`,
        ]),
        mails: ["operators@example.org"],
      },
      shifts: ["CodeDeployDefault.LambdaLinear10PercentEvery1Minute", "CodeDeployDefault.LambdaAllAtOnce"],
      network: { vpcs: ["None"], endpoints: 6, flowLogs: 1, notebooksDirect: false, jobs: 1 },
      keys: {
        made: ["customer-key", "alarms-key"],
        tables: { [key]: 4 },
        buckets: { [key]: 6 },
        queues: { [key]: 15 },
        topics: { "alarms-key-id": 1 },
        logs: { [key]: 45 },
        notebooks: key,
        models: key,
      },
      capacity: {
        reserved: { 20: 5 },
        endpoints: { instanceType: "ml.m5.large", instanceCount: 1, maxInstances: 4, callsPerInstance: 600 },
        jobs: [{ cpu: "64 vCPU", memory: "256 GB" }],
        budget: ["500"],
      },
    });
  });

  for (const stack of ["dev", "local", "prod"])
    it(`${stack} keeps every rule of the policy pack`, () => {
      const settings = read(`Pulumi.${stack}.yaml`);
      const facts = { stack, publicRoutes: publicRoutes.default, defaultTags: settings["aws:defaultTags"].tags };
      assert.deepEqual(check(resourcesOf(made(stack)), facts), []);
    });

  it("are made of keys of the configuration, whatever the stack is called", async () => {
    const turned = {
      "platform:protectData": "true",
      "platform:alarms": "false",
      "platform:gradualDeployment": "false",
      "platform:irisCompute": "fargate",
      "platform:irisMaximumContainers": "7",
      "platform:dataKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/ours",
      "platform:logKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/logs",
    };
    const { made: dev } = await evaluate(turned, "dev");
    const { protection, alarms, keys } = aspectsOf(dev);
    assert.deepEqual(protection.protected, { Bucket: 6, Table: 4 });
    // Those that containers scale by.
    assert.deepEqual(
      ofType(dev, "MetricAlarm")
        .map(({ name }) => name)
        .sort(),
      ["iris-backlog-alarm", "iris-idle-alarm"],
    );
    assert.deepEqual([alarms.promises, ofType(dev, "Target")[0]?.inputs.maxCapacity], [[], 7]);
    assert.deepEqual(Object.keys(keys.tables), ["arn:aws:kms:eu-west-1:123456789012:key/ours"]);
    assert.deepEqual(Object.keys(keys.logs), ["arn:aws:kms:eu-west-1:123456789012:key/logs"]);
    assert.deepEqual(keys.made, []);
    const { made: prod } = await evaluate({ "platform:protectData": "false" }, "prod");
    assert.deepEqual(aspectsOf(prod).protection, plain.protection);
  });

  it("let roles use the customer's key for what they read and write, by those services alone", () => {
    const uses = (policy: string) =>
      (made("prod").statements(policy) as { Action: string[]; Condition?: object }[])
        .filter(({ Action }) => Action.some((action) => action.startsWith("kms:")))
        .map(({ Action, Condition }) => [Action, Condition]);
    const via = (...services: string[]) => ({
      StringEquals: { "kms:ViaService": services.map((service) => `${service}.eu-west-1.amazonaws.com`) },
    });
    assert.deepEqual(uses("iris-read-policy"), [[["kms:Decrypt"], via("dynamodb")]]);
    assert.deepEqual(uses("iris-predict-policy"), [
      [["kms:Decrypt", "kms:GenerateDataKey"], via("dynamodb", "s3", "sqs")],
    ]);
    assert.deepEqual(uses("whodis-get-whodis-policy"), []);
  });
});
