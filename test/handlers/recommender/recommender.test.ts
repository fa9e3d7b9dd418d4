import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DescribeModelCommand,
  ListModelsCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  type SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import "../support/proxyEvent.ts";
import { handler as deploy } from "../../../handlers/recommender/deploy.ts";
import { eachRow, externalFunction } from "../../../handlers/recommender/externalFunction.ts";
import { handler as invoke } from "../../../handlers/recommender/invoke.ts";
import { handler as retrain } from "../../../handlers/recommender/retrain.ts";
import { handler as train } from "../../../handlers/recommender/train.ts";
import { handler as undeploy } from "../../../handlers/recommender/undeploy.ts";
import { deployments } from "./deployments.ts";
import {
  errorOf,
  one,
  poll,
  prefix,
  refused,
  send,
  settled,
  startRecommender,
  type TestRecommender,
  valuesOf,
} from "./support.ts";
import { sweeps } from "./sweeps.suite.ts";

describe("recommender functions", function () {
  this.timeout(60_000);
  let test: TestRecommender;
  let sagemaker: SageMakerClient;
  let modelUrl: string;
  before(async () => {
    test = await startRecommender();
    sagemaker = test.sagemaker;
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

  it("train: rows of a batch that are equal are one job; more jobs than may be at one time are refused", async () => {
    const count = async () => (await sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries!.length;
    const before = await count();
    const equal = Array.from({ length: 50 }, (_, row) => [row, "ratings", "recommendations"]);
    const answers = valuesOf(await send(train, equal, "equal"));
    assert.deepEqual([new Set(answers).size, await count()], [1, before + 1]);
    await settled(answers[0] as string);

    const running = (names: string[]) => ({
      ListTrainingJobs: () => ({ TrainingJobSummaries: names.map((TrainingJobName) => ({ TrainingJobName })) }),
    });
    const ask = () => one(train, [[0, "ratings", "others"]], "many");
    const ours = ["1", "2", "3"].map((name) => `${prefix}-${name}`);
    assert.deepEqual(await test.during(running(ours), ask), {
      error: "3 training jobs are under way, as many as may be; try again when one has ended",
    });
    // One of another stack is not counted; a job that is there already is the answer, however many run.
    const job = await test.during(running(["1", "2", `another-${prefix}-3`]), ask);
    assert.equal(await test.during(running(ours), ask), job);
    await settled(job as string);
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
    const { Models = [] } = await sagemaker.send(new ListModelsCommand({}));
    const model = await sagemaker.send(new DescribeModelCommand({ ModelName: Models[0]?.ModelName }));
    assert.equal(model.EnableNetworkIsolation, true, "a model that serves on machines has no network");
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
    const first = await test.during(notReady, () =>
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
    assert.equal((await test.during(notReady, () => poll(invoke, "polled"))).statusCode, 202);
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
    const values = valuesOf(await test.during(dead, () => send(invoke, rows)));
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

  deployments(() => ({ test, modelUrl }));

  it("undeploy: endpoint, configuration and model go; a second time nothing is there", async () => {
    assert.deepEqual(await one(undeploy, [[0, "second"]]), { status: "Deleting" });
    assert.equal((await settled("second")).status, "NotDeployed");
    assert.deepEqual(await one(undeploy, [[0, "second"]]), { status: "NotDeployed" });
    assert.deepEqual(await test.left(), { endpoints: [`${prefix}-movies`], configs: 2, models: 2 });
  });

  it("deploy: more endpoints than may be are refused", async () => {
    const three = ["1", "2", "3"].map((name) => ({ EndpointName: `${prefix}-${name}` }));
    const full = { ListEndpoints: () => ({ Endpoints: three }) };
    assert.equal(
      await test.during(full, () => errorOf(deploy, [[0, "fourth", modelUrl]])),
      "3 models are deployed, as many as may be; undeploy_model removes one",
    );
  });

  it("undeploy: an endpoint that is being made is left alone, and says so", async () => {
    await one(deploy, [[0, "fifth", modelUrl]]);
    assert.match(await errorOf(undeploy, [[0, "fifth"]]), /^the endpoint of fifth is Creating; try again/);
  });

  sweeps(() => ({ test, modelUrl }));
});
