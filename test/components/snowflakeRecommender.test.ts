import assert from "node:assert/strict";
import { SnowflakeRecommender } from "../../components/snowflakeRecommender.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { grants, namesOf, scaled, types, variables } from "./support/recommender.ts";
import { accountId, type Recording, record, region } from "./support/record.ts";

describe("SnowflakeRecommender", function () {
  this.timeout(60_000);
  let plain: Recording;
  let full: Recording;
  let recommender: SnowflakeRecommender;
  before(async () => {
    plain = await record(() => {
      recommender = new SnowflakeRecommender("snow");
    });
    full = await record(() => new SnowflakeRecommender("snow", scaled));
  });

  it("makes a function for each external one, one that observes and one that sweeps", () => {
    const names = ["deploy", "invoke", "observe", "status", "sweep", "train", "undeploy"];
    assert.deepEqual(
      namesOf(plain, types.function),
      names.map((name) => `snow-${name}`),
    );
    assert.deepEqual(namesOf(plain, types.schedule), []);
    assert.deepEqual(namesOf(plain, types.invocation), ["snow-sweep-on-destroy"]);
    assert.equal(recommender.namePrefix, "test-snow-d294");
  });

  it("is above all that it makes", () => {
    const above = full.all.filter(({ type, parent }) => type.startsWith("aws") && parent === undefined);
    assert.deepEqual(above, []);
  });

  it("answers POST and GET of each function to callers with an AWS identity, batches as bytes", () => {
    const { paths, ...document } = JSON.parse(plain.get(types.api, "snow").inputs.body);
    assert.deepEqual(Object.keys(paths).toSorted(), ["/deploy", "/invoke", "/status", "/train", "/undeploy"]);
    for (const item of Object.values<Record<string, { security: object[] }>>(paths)) {
      assert.deepEqual(Object.keys(item).toSorted(), ["get", "post"]);
      for (const { security } of Object.values(item)) assert.deepEqual(security, [{ iam: [] }]);
    }
    // OpenAPI asks for an array's items, whatever they are.
    for (const { properties } of Object.values<{ properties: { data: object } }>(document.components.schemas)) {
      const { description: _, ...data } = properties.data as Record<string, unknown>;
      assert.deepEqual(data, { type: "array", items: { type: "array", minItems: 1, items: {} } });
    }
    assert.deepEqual(document["x-amazon-apigateway-binary-media-types"], ["application/json"]);
  });

  it("tells functions what they need, the stack's tags among it", () => {
    const { RESOURCE_TAGS, PREFIXES, TRAINING, ...train } = variables(plain, "snow-train");
    assert.deepEqual(train, {
      BUCKET: "snow-data",
      EXECUTION_ROLE_ARN: `arn:aws:iam::${accountId}:role/snow-training-role`,
      IMAGE_URI: `${accountId}.dkr.ecr.${region}.amazonaws.com/snow@sha256:0123`,
      NAME_PREFIX: "test-snow-d294",
    });
    assert.deepEqual(JSON.parse(RESOURCE_TAGS), { project: "platform", stack: "test" });
    assert.deepEqual(JSON.parse(TRAINING), {
      instanceType: "ml.m5.xlarge",
      instanceCount: 1,
      volumeGb: 10,
      maxSeconds: 10_000,
      maximumJobs: 10,
      hyperparameters: {},
    });
    const serving = { instanceType: "ml.t2.medium", instanceCount: 1, maxInstances: 1, callsPerInstance: 600 };
    assert.deepEqual(JSON.parse(variables(plain, "snow-deploy").SERVING), serving);
    assert.equal(variables(plain, "snow-deploy").MAXIMUM_ENDPOINTS, "20");
    assert.deepEqual(Object.keys(variables(plain, "snow-undeploy")).toSorted(), ["BUCKET", "NAME_PREFIX", "PREFIXES"]);
  });

  it("builds the image for SageMaker's machines; or takes the one that is given, and no more rights than it needs", async () => {
    assert.equal(plain.get("awsx:ecr:Image", "snow-image").inputs.platform, "linux/amd64");
    const image = "public.ecr.aws/acme/recommender:1";
    const given = await record(() => new SnowflakeRecommender("snow", { image }));
    assert.deepEqual(namesOf(given, "awsx:ecr:Image"), []);
    assert.equal(variables(given, "snow-deploy").IMAGE_URI, image);
    assert.ok(!JSON.stringify(given.statements("snow-sagemaker-policy")).includes("ecr:"));
  });

  it("forgets unfinished batches after a day", () => {
    const { rules } = plain.get(types.lifecycle, "snow-data-lifecycle").inputs;
    const forget = rules.find(({ id }: { id: string }) => id === "batches");
    assert.deepEqual([forget.filter, forget.expiration], [{ prefix: "batches/" }, { days: 1 }]);
  });

  it("hears of failures and of endpoints in service, of its own alone", () => {
    const pattern = JSON.parse(plain.get(types.rule, "snow-changes").inputs.eventPattern);
    const names = [{ prefix: "test-snow-d294-" }];
    assert.deepEqual(pattern.detail.$or, [
      { TrainingJobName: names, TrainingJobStatus: ["Failed"] },
      { EndpointName: names, EndpointStatus: ["IN_SERVICE", "FAILED"] },
    ]);
  });

  it("sweeps before anything goes that endpoints need, and after everything is there that it needs", () => {
    const { inputs, dependencies } = plain.get(types.invocation, "snow-sweep-on-destroy");
    assert.deepEqual(inputs, {
      functionName: "snow-sweep",
      qualifier: "live",
      lifecycleScope: "CRUD",
      input: "{}",
    });
    for (const needed of [
      "aws:iam/rolePolicy:RolePolicy snow-sweep-policy",
      "aws:iam/rolePolicy:RolePolicy snow-sagemaker-policy",
      "aws:s3/bucket:Bucket snow-data",
      "aws:lambda/function:Function snow-deploy",
    ]) {
      assert.ok(dependencies.includes(needed), `${needed} is none of ${dependencies.join()}`);
    }
  });

  it("scales endpoints, trains again and removes what is idle, where it is told to", () => {
    const serving = { instanceType: "ml.m5.large", instanceCount: 1, maxInstances: 4, callsPerInstance: 300 };
    assert.deepEqual(JSON.parse(variables(full, "snow-observe").SERVING), serving);
    const scaling = `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/*`;
    assert.deepEqual(grants(full, "snow-observe")[0], [
      ["application-autoscaling:RegisterScalableTarget", "application-autoscaling:PutScalingPolicy"],
      [scaling],
    ]);
    for (const name of ["deploy", "undeploy", "sweep"]) {
      const ends = [["application-autoscaling:DeregisterScalableTarget"], [scaling]];
      assert.ok(grants(full, `snow-${name}`).some((grant) => JSON.stringify(grant) === JSON.stringify(ends)));
    }
    const retrain = full.get(types.schedule, "snow-retrain-schedule").inputs;
    assert.deepEqual(
      [retrain.scheduleExpression, retrain.scheduleExpressionTimezone],
      ["cron(0 3 ? * SUN *)", "Europe/Berlin"],
    );
    assert.deepEqual(JSON.parse(retrain.target.input), {
      id: "<aws.scheduler.scheduled-time>",
      input: "ratings_train_data",
      output: "user_movie_recommendations",
    });
    const idle = full.get(types.schedule, "snow-idle-schedule").inputs;
    assert.deepEqual([idle.scheduleExpression, idle.target.input], ["rate(1 hour)", '{"idleHours":12}']);
    assert.equal(idle.target.arn, `arn:aws:lambda:${region}:${accountId}:function:snow-sweep:live`);
  });

  it("encrypts disks and models with a key, where it is given one, and lets nobody else use it", async () => {
    const encryptionKeyArn = `arn:aws:kms:${region}:${accountId}:key/0123`;
    const keyed = await record(() => new SnowflakeRecommender("snow", { encryptionKeyArn }));
    const using = keyed.all
      .filter(
        ({ type, inputs }) => type === "aws:iam/rolePolicy:RolePolicy" && inputs.policy.includes(encryptionKeyArn),
      )
      .map(({ name }) => name);
    assert.deepEqual(using.toSorted(), [
      "snow-deploy-policy",
      "snow-sagemaker-policy",
      "snow-train-policy",
      "snow-training-policy",
    ]);
    for (const name of ["snow-train", "snow-deploy"]) {
      assert.equal(variables(keyed, name).KMS_KEY_ARN, encryptionKeyArn);
      assert.deepEqual(grants(keyed, name).slice(-2), [
        [["kms:DescribeKey"], [encryptionKeyArn]],
        [["kms:CreateGrant"], [encryptionKeyArn]],
      ]);
    }
    assert.deepEqual(check(resourcesOf(keyed), { stack: "test", publicRoutes: [], defaultTags }), []);
  });

  it("serves by the call, where it is told to", async () => {
    const serverless = await record(() => new SnowflakeRecommender("snow", { serving: { serverless: {} } }));
    assert.deepEqual(JSON.parse(variables(serverless, "snow-deploy").SERVING), {
      serverless: { memoryMb: 2_048, maxConcurrency: 5 },
    });
  });

  it("keeps the platform's rules, plain and with everything, and where data count", async () => {
    const counting = await record(() => new SnowflakeRecommender("snow", scaled), { stack: "prod" });
    for (const [stack, recording] of [
      ["test", plain],
      ["test", full],
      ["prod", counting],
    ] as const) {
      assert.deepEqual(check(resourcesOf(recording), { stack, publicRoutes: [], defaultTags }), []);
    }
    assert.ok(counting.get("aws:s3/bucket:Bucket", "snow-data").protect);
  });
});
