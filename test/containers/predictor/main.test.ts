import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { bundle } from "../../../containers/predictor/bundle.ts";
import { features, modelText, type Pipeline, startPipeline } from "../../handlers/prediction/support.ts";

/** The program as it is in the image: the bundle, run by Node. */
describe("the predictor's container", () => {
  let pipeline: Pipeline;
  let program: string;
  let sqs: SQSClient;
  before(async () => {
    program = await mkdtemp(join(tmpdir(), "predictor-"));
    [pipeline] = await Promise.all([startPipeline(), bundle(program)]);
    sqs = pipeline.cloud.client(SQSClient);
  });
  after(async () => {
    await pipeline.stop();
    await rm(program, { recursive: true });
  });

  function start(env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [join(program, "main.mjs")], {
      env: {
        ...process.env,
        RECORD_QUEUE_URL: pipeline.recordQueueUrl,
        POWERTOOLS_LOG_LEVEL: "INFO",
        ...env,
      },
    });
    const output = { text: "" };
    child.stdout.on("data", (chunk) => (output.text += chunk));
    child.stderr.on("data", (chunk) => (output.text += chunk));
    const code = new Promise<number | null>((resolve) => child.on("close", resolve));
    return { child, output, code };
  }

  async function send(bodies: string[]) {
    for (let at = 0; at < bodies.length; at += 10) {
      const Entries = bodies.slice(at, at + 10).map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: pipeline.recordQueueUrl, Entries }));
    }
  }

  const record = (index: number) => Object.fromEntries(features.map((feature, at) => [feature, at + index / 1000]));
  const message = (index: number) => JSON.stringify({ id: `r${index}`, record: record(index) });
  async function until(condition: () => Promise<boolean>) {
    while (!(await condition())) await delay(20);
  }
  async function left(): Promise<number> {
    const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    const command = new GetQueueAttributesCommand({
      QueueUrl: pipeline.recordQueueUrl,
      AttributeNames: [...AttributeNames],
    });
    const { Attributes = {} } = await sqs.send(command);
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }

  it("drains the queue: every record predicted, every poison message in the failure queue", async () => {
    await send([...Array.from({ length: 60 }, (_, index) => message(index)), "poison", '{"id":"bad","record":{}}']);
    const { child, code, output } = start();
    await until(async () => (await left()) === 0);
    child.kill("SIGTERM");
    assert.equal(await code, 0, output.text);
    for (let index = 0; index < 60; index++) assert.ok((await pipeline.read(`r${index}`))?.pred_target, `r${index}`);
    assert.deepEqual((await pipeline.failures()).map(({ key }) => Object.keys(key as object)[0]).sort(), [
      "id",
      "messageId",
    ]);
    assert.match(output.text, /"draining"/);
    assert.match(output.text, /"stopped"/);
  });

  it("leaves what it could not do now", async () => {
    await pipeline.putModel("no model");
    try {
      await send([message(100)]);
      const { child, code, output } = start();
      await until(async () => output.text.includes("the message comes again"));
      child.kill("SIGTERM");
      assert.equal(await code, 0);
      assert.equal(await left(), 1);
      assert.equal(await pipeline.read("r100"), undefined);
    } finally {
      await pipeline.putModel(modelText);
    }
  });

  it("goes on when the queue cannot be reached for a while", async () => {
    const { child, code, output } = start({ RECORD_QUEUE_URL: "http://127.0.0.1:9/000000000000/records" });
    await until(async () => output.text.includes("the queue could not be read"));
    assert.equal(child.exitCode, null);
    child.kill("SIGTERM");
    assert.equal(await code, 0);
  });

  const missing: [string, NodeJS.ProcessEnv, string][] = [
    ["queue", { RECORD_QUEUE_URL: "" }, "The environment variable RECORD_QUEUE_URL is missing"],
    ["table", { PREDICTION_TABLE: "" }, "The environment variable PREDICTION_TABLE is missing"],
    ["number", { CONCURRENCY: "many" }, "CONCURRENCY is many, expected an integer above 0"],
  ];
  for (const [name, env, expected] of missing) {
    it(`does not start without a ${name}`, async () => {
      const { code, output } = start(env);
      assert.equal(await code, 1);
      assert.equal(output.text, `${expected}\n`);
    });
  }
});
