import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  type CreateTrainingJobCommandInput,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import "../support/proxyEvent.ts";
import { handler as deploy } from "../../../handlers/recommender/deploy.ts";
import { eachRow, externalFunction } from "../../../handlers/recommender/externalFunction.ts";
import { handler as invoke } from "../../../handlers/recommender/invoke.ts";
import { jobName } from "../../../handlers/recommender/names.ts";
import { handler as retrain } from "../../../handlers/recommender/retrain.ts";
import { handler as status } from "../../../handlers/recommender/status.ts";
import { handler as sweep } from "../../../handlers/recommender/sweep.ts";
import { handler as train } from "../../../handlers/recommender/train.ts";
import { handler as undeploy } from "../../../handlers/recommender/undeploy.ts";
import { AwsError } from "../../../local/cloud/service.ts";
import { context, poll, prefix, send, startRecommender, valuesOf } from "./support.ts";

type Status = { status: string; reason?: string; model_url?: string; metrics?: Record<string, number> };

describe("recommender functions", function () {
  this.timeout(60_000);
  let test: Awaited<ReturnType<typeof startRecommender>>;
  let sagemaker: SageMakerClient;
  let modelUrl: string;
  const one = async (...args: Parameters<typeof send>) => valuesOf(await send(...args))[0];
  const errorOf = async (...args: Parameters<typeof send>) => ((await one(...args)) as { error: string }).error;

  async function settled(name: string): Promise<Status> {
    for (;;) {
      const found = (await one(status, [[0, name]])) as Status;
      if (!/^(InProgress|Creating|Updating|Deleting)$/.test(found.status)) return found;
      await sleep(50);
    }
  }
  /** Everything in SageMaker that bills or lies about. */
  const left = async () => ({
    endpoints: (await sagemaker.send(new ListEndpointsCommand({}))).Endpoints!.map(({ EndpointName }) => EndpointName),
    configs: (await sagemaker.send(new ListEndpointConfigsCommand({}))).EndpointConfigs!.length,
    models: (await sagemaker.send(new ListModelsCommand({}))).Models!.length,
  });

  const refused = (code: string, status: number) => () => {
    throw new AwsError(code, "for the test", status);
  };
  /** Replaces operations of the local SageMaker while something is done, and keeps the log still. */
  async function during<Result>(operations: Record<string, () => never>, act: () => Promise<Result>): Promise<Result> {
    const service = test.cloud.services.get("sagemaker")!;
    const kept = Object.keys(operations).map((name) => [name, service.operations[name]!] as const);
    const { error, warn } = console;
    console.error = console.warn = () => {};
    for (const [name, operation] of kept) service.operations[name] = { ...operation, run: operations[name]! };
    try {
      return await act();
    } finally {
      for (const [name, operation] of kept) service.operations[name] = operation;
      Object.assign(console, { error, warn });
    }
  }

  before(async () => {
    test = await startRecommender();
    sagemaker = test.cloud.client(SageMakerClient);
    const rows = Array.from({ length: 400 }, (_, at) => `${at % 20},${(at * 7) % 31},${1 + (at % 5)}`);
    await test.put("training/ratings/data.csv", `userid,movieid,rating\n${rows.join("\n")}\n`);
    await test.put("training/spoiled/data.csv", "userid,movieid,rating\n1,2,good\n");
    const job = (await one(train, [[0, "ratings", "recommendations"]], "first")) as string;
    assert.match(job, /^arn:aws:sagemaker:eu-west-1:000000000000:training-job\/dsp-test-[0-9a-f]{16}$/);
    const trained = await settled(job);
    assert.equal(trained.status, "Completed", trained.reason);
    assert.ok(trained.metrics!["validation:rmse"]! > 0);
    modelUrl = trained.model_url!;
  });
  after(() => test.stop());

  it("train: recommendations of every user in the bucket; the same batch again is the same job", async () => {
    const { Body } = await test.cloud
      .client(S3Client)
      .send(
        new GetObjectCommand({ Bucket: test.bucket, Key: "recommendations/recommendations/recommendations.csv.gz" }),
      );
    const lines = gunzipSync(await Body!.transformToByteArray())
      .toString()
      .trim()
      .split("\n");
    assert.equal(lines.length, 21);
    const before = (await sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries!;
    const again = await one(train, [[0, "ratings", "recommendations"]], "first");
    assert.equal(again, before[0]!.TrainingJobArn);
    assert.equal((await sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries!.length, before.length);
    const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn: again as string }));
    assert.deepEqual(Tags, [{ Key: "stack", Value: "test" }]);
  });

  it("train: a training that fails tells its reason to model_status", async () => {
    const job = (await one(train, [[0, "spoiled", "recommendations"]], "second")) as string;
    const { status: found, reason } = await settled(job);
    assert.equal(found, "Failed");
    assert.match(reason!, /^AlgorithmError: .*data\.csv:2: rating "good" is not a number/);
  });

  it("retrain: the schedule's event, twice, is one job", async () => {
    const count = async () => (await sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries!.length;
    const before = await count();
    const event = { id: "b1f0", input: "ratings", output: "recommendations" };
    await retrain(event);
    await retrain(event);
    assert.equal(await count(), before + 1);
  });

  it("deploy, invoke: each row under its number, in order; a bad row costs no other its answer", async () => {
    const arn = await one(deploy, [[0, "movies", modelUrl]]);
    assert.equal(arn, "arn:aws:sagemaker:eu-west-1:000000000000:endpoint/dsp-test-movies");
    assert.equal(await one(deploy, [[0, "movies", modelUrl]]), arn, "the same again");
    assert.equal((await settled("movies")).status, "InService");
    const rows = [
      [7, "movies", 1, 2],
      [3, "movies", null, 2],
      [5, "movies", "nobody", "nothing"],
      [9, "unknown", 1, 2],
      [1, "mo'; drop", 1, 2],
      [2, "movies", "a\nb", 2],
      [4],
    ];
    const { statusCode, body } = await send(invoke, rows);
    assert.equal(statusCode, 200);
    const { data } = body as { data: [number, unknown][] };
    assert.deepEqual(
      data.map(([number]) => number),
      rows.map(([number]) => number),
    );
    const values = data.map(([, value]) => value);
    for (const index of [0, 2]) assert.ok((values[index] as number) >= 1 && (values[index] as number) <= 5);
    const errors = values.map((value) => (value as { error?: string }).error);
    assert.match(errors[1]!, /^user_id is null; expected/);
    assert.match(errors[3]!, /^there is no model unknown/);
    assert.match(errors[4]!, /^model_name is "mo'; drop"; expected/);
    assert.match(errors[5]!, /^user_id is "a\\nb"; expected/);
    assert.match(errors[6]!, /^model_name is missing; expected text/);
  });

  it("invoke: 10,000 rows, none lost", async () => {
    const rows = Array.from({ length: 10_000 }, (_, row) => [row, "movies", row % 25, row % 40]);
    const values = valuesOf(await send(invoke, rows));
    assert.equal(values.length, 10_000);
    assert.ok(values.every((value) => typeof value === "number"));
    assert.deepEqual(values.slice(0, 3), valuesOf(await send(invoke, rows.slice(0, 3))));
  });

  it("invoke: a model on its way is 202, and polled until it is there", async () => {
    await one(deploy, [[0, "second", modelUrl]]);
    const notReady = { InvokeEndpoint: refused("ModelNotReadyException", 429) };
    const first = await during(notReady, () =>
      send(
        invoke,
        [
          [0, "second", 1, 2],
          [1, "second", null, 2],
        ],
        "polled",
      ),
    );
    assert.equal(first.statusCode, 202);
    assert.equal((await during(notReady, () => poll(invoke, "polled"))).statusCode, 202);
    await settled("second");
    const [rating, bad] = valuesOf(await poll(invoke, "polled"));
    assert.equal(typeof rating, "number");
    assert.match((bad as { error: string }).error, /^user_id is null/);
    assert.equal((await poll(invoke, "never sent")).statusCode, 404);
  });

  it("invoke: an endpoint that dies answers with an error in each of its rows, and again when it is back", async () => {
    const dead = {
      InvokeEndpoint: refused("ModelError", 424),
    };
    const rows = [
      [0, "movies", 1, 2],
      [1, "movies", 3, 4],
    ];
    const values = valuesOf(await during(dead, () => send(invoke, rows)));
    for (const value of values) {
      assert.deepEqual(value, { error: "the model movies did not answer; try again" });
    }
    assert.ok(valuesOf(await send(invoke, rows)).every((value) => typeof value === "number"));
  });

  it("long work: rows that do not fit into the time are for the next poll, one row at least each", async () => {
    const slow = externalFunction("slow", (rows, work) =>
      eachRow(rows, { ...work, until: 0 }, async ({ number }) => number * 2),
    );
    let answered = await send(slow, [[3], [1], [2]], "slow");
    for (let polls = 0; polls < 2; polls++) {
      assert.equal(answered.statusCode, 202);
      answered = await poll(slow, "slow");
    }
    assert.deepEqual(answered.body, {
      data: [
        [3, 6],
        [1, 2],
        [2, 4],
      ],
    });
  });

  it("deploy: another model under a name updates its endpoint, and what served before the last goes", async () => {
    const before = await left();
    const [job] = (await sagemaker.send(new ListTrainingJobsCommand({ StatusEquals: "Completed" })))
      .TrainingJobSummaries!;
    const other = `s3://${test.bucket}/models/${job!.TrainingJobName}/output/model.tar.gz`;
    assert.notEqual(other, modelUrl);
    for (const url of [other, modelUrl]) {
      await one(deploy, [[0, "movies", url]]);
      assert.equal((await settled("movies")).status, "InService");
      assert.deepEqual(await left(), { ...before, configs: before.configs + 1, models: before.models + 1 });
    }
  });

  it("train, deploy: with the key that they are given", async () => {
    const seen: Record<string, object> = {};
    const { operations } = test.cloud.services.get("sagemaker")!;
    const kept = { ...operations };
    for (const name of ["CreateTrainingJob", "CreateEndpointConfig", "CreateModel"]) {
      const run = (input: object) => {
        seen[name] = input;
        throw new AwsError("ResourceLimitExceeded", "for the test");
      };
      if (name === "CreateModel") operations[name] = { ...kept[name]!, run: () => ({ ModelArn: "arn" }) };
      else operations[name] = { ...kept[name]!, run };
    }
    const key = "arn:aws:kms:eu-west-1:000000000000:key/0123";
    process.env.KMS_KEY_ARN = key;
    try {
      await one(train, [[0, "ratings", "recommendations"]], "keyed");
      await one(deploy, [[0, "keyed", modelUrl]]);
    } finally {
      delete process.env.KMS_KEY_ARN;
      Object.assign(operations, kept);
    }
    const { ResourceConfig, OutputDataConfig } = seen.CreateTrainingJob as CreateTrainingJobCommandInput;
    assert.deepEqual([ResourceConfig?.VolumeKmsKeyId, OutputDataConfig?.KmsKeyId], [key, key]);
    assert.equal((seen.CreateEndpointConfig as { KmsKeyId?: string }).KmsKeyId, key);
  });

  it("deploy: the same several times at once is one endpoint", async () => {
    const before = await left();
    const arns = await Promise.all([1, 2, 3, 4].map(() => one(deploy, [[0, "twice", modelUrl]])));
    assert.deepEqual([...new Set(arns)], [`arn:aws:sagemaker:eu-west-1:000000000000:endpoint/${prefix}-twice`]);
    assert.equal((await settled("twice")).status, "InService");
    const { configs, models } = await left();
    assert.deepEqual([configs, models], [before.configs + 1, before.models + 1]);
    await one(undeploy, [[0, "twice"]]);
    await settled("twice");
    assert.deepEqual(await left(), before);
  });

  it("deploy: an endpoint that failed is made anew", async () => {
    const lost = `s3://${test.bucket}/models/lost/output/model.tar.gz`;
    await one(deploy, [[0, "fourth", lost]]);
    const { status: failed, reason } = await settled("fourth");
    assert.equal(failed, "Failed");
    assert.match(reason!, /^Could not access model data at /);
    assert.match(
      ((await one(invoke, [[0, "fourth", 1, 2]])) as { error: string }).error,
      /^the endpoint of fourth failed: Could not access/,
    );
    let answered = await send(deploy, [[0, "fourth", modelUrl]], "anew");
    assert.equal(answered.statusCode, 202);
    while (answered.statusCode === 202) {
      await sleep(50);
      answered = await poll(deploy, "anew");
    }
    assert.match(valuesOf(answered)[0] as string, /endpoint\/dsp-test-fourth$/);
    assert.equal((await settled("fourth")).status, "InService");
    await one(undeploy, [[0, "fourth"]]);
    await settled("fourth");
  });

  it("deploy: URLs outside the stack's models, and odd names, are refused before any call", async () => {
    const name = "movies";
    for (const url of ["s3://elsewhere/models/a/model.tar.gz", `s3://${test.bucket}/training/model.tar.gz`, null, 7]) {
      assert.match(await errorOf(deploy, [[0, name, url]]), /^model_url is /);
    }
    assert.match(await errorOf(deploy, [[0, name, `s3://${test.bucket}/models/../x/model.tar.gz`]]), /^model_url is /);
    for (const bad of ["", "-a", "a b", "a".repeat(64), "é"]) {
      assert.match(await errorOf(deploy, [[0, bad, modelUrl]]), /^model_name is /);
    }
    assert.match(await errorOf(train, [[0, "ratings; drop table x", "out"]]), /^input_table_name is /);
    assert.match(await errorOf(train, [[0, "ratings", "../out"]]), /^output_table_name is /);
  });

  for (const operation of ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]) {
    it(`deploy: interrupted at ${operation}, leaves nothing behind, and works the next time`, async () => {
      const before = await left();
      const interrupted = { [operation]: refused("InternalFailure", 500) };
      const { statusCode } = await during(interrupted, () => send(deploy, [[0, "third", modelUrl]]));
      assert.equal(statusCode, 502);
      assert.deepEqual(await left(), before);
      const limited = { [operation]: refused("ResourceLimitExceeded", 400) };
      const { error } = (await during(limited, () => one(deploy, [[0, "third", modelUrl]]))) as { error: string };
      assert.match(error, /the account's limit/);
      assert.deepEqual(await left(), before);
    });
  }

  it("undeploy: endpoint, configuration and model go; a second time nothing is there", async () => {
    assert.deepEqual(await one(undeploy, [[0, "second"]]), { status: "Deleting" });
    assert.equal((await settled("second")).status, "NotDeployed");
    assert.deepEqual(await one(undeploy, [[0, "second"]]), { status: "NotDeployed" });
    assert.deepEqual(await left(), { endpoints: [`${prefix}-movies`], configs: 2, models: 2 });
  });

  it("undeploy: an endpoint that is being made is left alone, and says so", async () => {
    await one(deploy, [[0, "fifth", modelUrl]]);
    assert.match(await errorOf(undeploy, [[0, "fifth"]]), /^the endpoint of fifth is Creating; try again/);
  });

  it("sweep: nothing as the stack is made, nothing that is young; everything as it is destroyed", async () => {
    await one(train, [[0, "ratings", "recommendations"]], "swept");
    assert.deepEqual(await sweep({ tf: { action: "create" } }, context), { removed: [] });
    assert.deepEqual(await sweep({ idleHours: 1 }, context), { removed: [] });
    const patient = { getRemainingTimeInMillis: () => 60_000 };
    const { removed } = await sweep({ tf: { action: "delete" } }, patient);
    assert.deepEqual(removed.toSorted(), [`${prefix}-fifth`, `${prefix}-movies`]);
    for (const model of ["movies", "fifth"]) await settled(model);
    assert.deepEqual(await left(), { endpoints: [], configs: 0, models: 0 });
    assert.match((await settled(jobName("swept", 0))).status, /^(Stopped|Completed)$/);
  });

  it("sweep: what nobody called for hours, and no more", async () => {
    const { store, call } = test.cloud.cloud;
    const endpoints = store.collection<{ modified: number }>("sagemaker.endpoints");
    for (const name of ["idle", "busy"]) {
      await one(deploy, [[0, name, modelUrl]]);
      assert.equal((await settled(name)).status, "InService");
      const endpoint = `${prefix}-${name}`;
      endpoints.put(endpoint, { ...endpoints.get(endpoint)!, modified: Date.now() - 3 * 3_600_000 });
    }
    await one(invoke, [[0, "busy", 1, 2]]);
    const called = { Namespace: "AWS/SageMaker", MetricName: "Invocations" };
    while ((await call<{ Metrics?: unknown[] }>("monitoring", "ListMetrics", called)).Metrics?.length === 0) {
      await sleep(20);
    }
    assert.deepEqual(await sweep({ idleHours: 4 }, context), { removed: [] });
    assert.deepEqual(await sweep({ idleHours: 2 }, context), { removed: [`${prefix}-idle`] });
    assert.equal((await settled("busy")).status, "InService");
  });
});
