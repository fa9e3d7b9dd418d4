import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type RunningProgram, startProgram } from "pulumi-local/testing";
import { prepareAccount } from "../../bootstrap/localAccount.ts";
import { type Model, versionOf } from "../../handlers/lib/model.ts";
import { containerSuite, images } from "./containers.suite.ts";

const program = join(import.meta.dirname, "fixtures/pipelines");
const irisModel = readFileSync("models/iris/model.json", "utf8");
const setosa = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
const virginica = { sepal_length: 6.3, sepal_width: 3.3, petal_length: 6, petal_width: 2.5 };

/** Good where alcohol is high and acidity low. */
const wineModel = (() => {
  const model: Omit<Model, "version"> = {
    schemaVersion: 1,
    kind: "multinomial-logistic-regression",
    features: ["acidity", "alcohol"],
    classes: ["poor", "good"],
    scaling: { means: [0.5, 11], deviations: [0.2, 1] },
    weights: [
      [2, -2],
      [-2, 2],
    ],
    intercepts: [0, 0],
  };
  return { ...model, version: versionOf(model) };
})();

/** Prediction pipelines as a program makes them, on the local cloud: through its APIs, under the roles that it gives. */
describe("prediction pipelines", function () {
  this.timeout(120_000);
  let running: RunningProgram;
  let outputs: Record<string, string>;
  let dynamodb: DynamoDBClient;
  let s3: S3Client;

  before(async () => {
    running = await startProgram(program, { images, deploymentClock: 60, prepare: prepareAccount });
    const { test } = running;
    dynamodb = test.client(DynamoDBClient);
    s3 = test.client(S3Client);
    await s3.send(
      new CreateBucketCommand({ Bucket: "cellar", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
    );
    await s3.send(new PutObjectCommand({ Bucket: "cellar", Key: "quality.json", Body: JSON.stringify(wineModel) }));
    outputs = await running.up();
  });
  after(() => running?.stop());

  // biome-ignore lint/suspicious/noExplicitAny: answers are of every shape.
  type Answer = { status: number; body: any };
  const answerOf = async (response: Response): Promise<Answer> => ({
    status: response.status,
    body: await response.json(),
  });
  const post = async (record: unknown, url = outputs.flowersUrl!) =>
    answerOf(await fetch(url, { method: "POST", body: typeof record === "string" ? record : JSON.stringify(record) }));
  const get = async (path = "", url = outputs.flowersUrl!) => answerOf(await fetch(`${url}${path}`));

  async function inTime<Value>(what: string, look: () => Promise<Value | undefined | false>): Promise<Value> {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      const found = await look();
      if (found) return found;
      await sleep(50);
    }
    throw new Error(`${what}: not within its time`);
  }
  const predicted = (id: string, url?: string) =>
    inTime(`prediction of ${id}`, async () => {
      const { status, body } = await get(`/${id}`, url);
      return status === 200 && body;
    });

  /** Measurements of a kind that no other test has. */
  let made = 0;
  const flower = (like = setosa) => ({ ...like, sepal_length: like.sepal_length + ++made / 10_000 });
  const putItem = (item: Record<string, unknown>) =>
    dynamodb.send(new PutItemCommand({ TableName: outputs.flowersTableName, Item: marshall(item) }));
  const model = () => {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(outputs.flowersModelUri!)!;
    return { Bucket: Bucket!, Key: Key! };
  };
  const putModel = (Body: string) => s3.send(new PutObjectCommand({ ...model(), Body }));

  async function waitingIn(QueueUrl: string): Promise<number> {
    const { Attributes = {} } = await running.test.client(SQSClient).send(
      new GetQueueAttributesCommand({
        QueueUrl,
        AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
      }),
    );
    return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
  }

  /** `dsp predict redrive`, as a user runs it. */
  async function redrive(pipeline: string): Promise<{ id: string; outcome: string; reason?: string }[]> {
    const { directory, origin, cloud } = running.test;
    writeFileSync(join(directory, "endpoint.json"), JSON.stringify({ aws: origin, region: cloud.region }));
    writeFileSync(join(directory, "outputs.json"), JSON.stringify(outputs));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["scripts/dsp.ts", "predict", "redrive", pipeline, "--json", "--stack", "local"],
      { env: { ...process.env, LOCAL_STATE_DIR: directory } },
    ).catch((error) => error);
    return JSON.parse(stdout);
  }

  /** How often each record was given a prediction, by the table's own stream. */
  async function predictionsById(): Promise<Map<string, number>> {
    const streams = running.test.client(DynamoDBStreamsClient);
    const StreamArn = outputs.flowersStreamArn;
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    const counts = new Map<string, number>();
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      let { ShardIterator } = await streams.send(
        new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
      );
      while (ShardIterator) {
        const { Records = [], NextShardIterator } = await streams.send(new GetRecordsCommand({ ShardIterator }));
        for (const { eventName, dynamodb: change } of Records) {
          const id = change?.NewImage?.id?.S;
          if (eventName === "MODIFY" && id && change?.NewImage?.pred_target) counts.set(id, (counts.get(id) ?? 0) + 1);
        }
        if (Records.length === 0) break;
        ShardIterator = NextShardIterator;
      }
    }
    return counts;
  }

  describe("without a model", () => {
    it("keep every record, and predict each once when the model is there and what failed is put back", async () => {
      await s3.send(new DeleteObjectCommand(model()));
      const ids: string[] = [];
      for (let count = 0; count < 5; count++) {
        const { status, body } = await post(flower());
        assert.equal(status, 201);
        ids.push(body.id);
      }
      await inTime("batches in the failure queue", async () => (await waitingIn(outputs.flowersFailureQueueUrl!)) > 0);
      assert.deepEqual((await get(`/${ids[0]}`)).body.status, "pending");

      await putModel(irisModel);
      // What still was in its tries is predicted by itself, the rest when it is put back.
      const outcomes: string[] = [];
      await inTime("an empty failure queue", async () => {
        outcomes.push(...(await redrive("flowers")).map(({ outcome }) => outcome));
        return (await waitingIn(outputs.flowersFailureQueueUrl!)) === 0;
      });
      assert.ok(outcomes.includes("put back"), outcomes.join());
      for (const id of ids) assert.equal((await predicted(id)).pred_target, "setosa");
      const counts = await predictionsById();
      assert.deepEqual(
        ids.map((id) => counts.get(id)),
        ids.map(() => 1),
      );
    });
  });

  describe("by the table", () => {
    it("predict what is posted, and list it newest first and by class", async () => {
      const record = { ...flower(virginica), color: "violet" };
      const { status, body } = await post(record);
      assert.equal(status, 201);
      const item = await predicted(body.id);
      assert.equal(item.pred_target, "virginica");
      assert.equal(item.color, "violet");
      assert.equal(item.model_version, JSON.parse(irisModel).version);
      assert.ok(item.pred_probability > 0.9);
      const again = await post(record);
      assert.deepEqual([again.status, again.body], [200, { id: body.id }]);
      assert.deepEqual(await predicted(body.id), item);
      const listed = await get("?class=virginica&limit=1");
      assert.equal(listed.body.items[0].id, body.id);
      assert.equal((await get("?limit=1")).body.items[0].id, body.id);
      assert.equal((await get("/none")).status, 404);
    });

    const refused: [string, unknown, string][] = [
      ["no body", "", "the body is empty"],
      ["no JSON", "{", "the body is not JSON"],
      ["a missing attribute", { ...setosa, petal_width: undefined }, "petal_width: is missing"],
      ["a text", { ...setosa, petal_width: "wide" }, "petal_width: is not a number"],
    ];
    for (const [what, body, message] of refused) {
      it(`refuse ${what}, in words that the gateway has not`, async () => {
        const answer = await post(body);
        assert.deepEqual([answer.status, answer.body.message], [400, message]);
      });
    }

    it("make one record and one prediction of a hundred equal posts at once", async () => {
      const record = flower();
      const answers = await Promise.all(Array.from({ length: 100 }, () => post(record)));
      const statuses = answers.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [...Array(99).fill(200), 201]);
      const ids = new Set(answers.map(({ body }) => body.id));
      assert.equal(ids.size, 1);
      const [id] = [...ids];
      await predicted(id);
      assert.equal((await predictionsById()).get(id), 1);
    });

    it("predict what is around poison, and what was poison once it is mended", async () => {
      const good = Array.from({ length: 20 }, () => flower());
      const poison = [
        { ...setosa, petal_width: null },
        { ...setosa, petal_width: "NaN" },
        { ...setosa, petal_width: { deep: [1] } },
        { ...setosa, petal_width: "text" },
        { color: "blue" },
      ].map((record, index) => ({ ...record, id: `poison-${index}`, created_at: "2026-11-01T00:00:00.000Z" }));
      const [answers] = await Promise.all([Promise.all(good.map((record) => post(record))), ...poison.map(putItem)]);
      const ids = answers.map(({ body }) => body.id as string);
      for (const id of ids) await predicted(id);
      await inTime("poison in the failure queue", async () => {
        return (await waitingIn(outputs.flowersFailureQueueUrl!)) === poison.length;
      });
      for (const { id } of poison) assert.equal((await get(`/${id}`)).status, 202);

      // One is mended: it alone is predicted.
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: outputs.flowersTableName,
          Key: { id: { S: "poison-0" } },
          UpdateExpression: "SET petal_width = :width",
          ExpressionAttributeValues: { ":width": { N: "0.2" } },
        }),
      );
      const outcomes = await redrive("flowers");
      assert.deepEqual(
        outcomes.map(({ id, outcome }) => [id, outcome]).sort(),
        poison.map(({ id }) => [id, "put back"]),
      );
      assert.equal((await predicted("poison-0")).pred_target, "setosa");
      await inTime("the rest in the failure queue again", async () => {
        return (await waitingIn(outputs.flowersFailureQueueUrl!)) === poison.length - 1;
      });
      const counts = await predictionsById();
      assert.deepEqual(
        [...ids, "poison-0"].map((id) => counts.get(id)),
        [...ids, "poison-0"].map(() => 1),
      );
    });

    it("keep the last good model when its object is truncated, and take up the next good one", async () => {
      const predict = async () => (await predicted((await post(flower())).body.id)).pred_target;
      assert.equal(await predict(), "setosa");
      await putModel(irisModel.slice(0, 99));
      await sleep(1_100);
      assert.equal(await predict(), "setosa");
      const { version: _, ...content } = JSON.parse(irisModel) as Model;
      const renamed = { ...content, classes: content.classes.map((name) => `iris ${name}`) };
      await putModel(JSON.stringify({ ...renamed, version: versionOf(renamed) }));
      await inTime("the new model", async () => (await predict()) === "iris setosa");
      await putModel(irisModel);
    });
  });

  describe("by a queue, of another schema and model", () => {
    it("write a record once, with its prediction", async () => {
      const { status, body } = await post({ acidity: "0.3", alcohol: 12.5, name: "red" }, outputs.wineUrl);
      assert.equal(status, 201);
      const item = await predicted(body.id, outputs.wineUrl);
      assert.deepEqual([item.pred_target, item.acidity, item.name], ["good", 0.3, "red"]);
      assert.equal(item.model_version, wineModel.version);
      const poor = await post({ acidity: 0.9, alcohol: 9 }, outputs.wineUrl);
      assert.equal((await predicted(poor.body.id, outputs.wineUrl)).pred_target, "poor");
      assert.equal((await get("?class=good", outputs.wineUrl)).body.items.length, 1);
    });

    it("refuse what lacks its own attributes", async () => {
      const { status, body } = await post(setosa, outputs.wineUrl);
      assert.deepEqual([status, body.message], [400, "acidity: is missing"]);
    });
  });

  describe("by a queue, in containers", () => containerSuite(() => ({ running, outputs })));

  it("are unchanged by a second run of the program", async () => {
    const { counts } = await running.engine.up();
    assert.deepEqual([counts.create, counts.update, counts.replace, counts.delete], [0, 0, 0, 0]);
  });
});
