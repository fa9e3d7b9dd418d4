import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { pythonTools, withoutPython } from "local-aws/testing";
import { type RunningProgram, startProgram } from "pulumi-local/testing";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

const flowers = [
  { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 },
  { sepal_length: "6.3", sepal_width: 3.3, petal_length: 6, petal_width: 2.5 },
  { sepal_length: 6.4, sepal_width: 2.9, petal_length: 4.3, petal_width: 1.3 },
  { sepal_length: 1e100, sepal_width: -5, petal_length: 0, petal_width: 0 },
];

/** What the components make of Python, on the local engine and cloud: the same as of TypeScript. */
describe("a program with Python", function () {
  this.timeout(240_000);
  let running: RunningProgram;
  let outputs: {
    url: string;
    irises: Record<string, string>;
    failures: Record<string, string>;
    moodyFailures: string;
    moodyModel: string;
  };

  before(async function () {
    const reason = await withoutPython("3.13");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    running = await startProgram(join(import.meta.dirname, "fixtures/python"), {
      tools: pythonTools,
      prepare: prepareAccount,
    });
    outputs = (await running.up()) as never;
  });
  after(() => running?.stop());

  it("has routes that answer as those in TypeScript", async () => {
    const answers = await Promise.all(
      ["typescript", "python"].map(async (route) => {
        const response = await fetch(`${outputs.url}/${route}`);
        return [response.status, response.headers.get("content-type"), await response.text()];
      }),
    );
    assert.deepEqual(answers[1], answers[0]);
    assert.match(String(answers[1]![2]), /"version":"v3"/);
  });

  it("has modules of a layer, below python", async () => {
    assert.equal(await (await fetch(`${outputs.url}/layer`)).text(), "from the layer in python");
  });

  const post = async (pipeline: string, flower: object) => {
    const body = JSON.stringify(flower);
    return (await (await fetch(outputs.irises[pipeline]!, { method: "POST", body })).json()) as { id: string };
  };
  async function predicted(pipeline: string, flower: object): Promise<Record<string, unknown>> {
    const { id } = await post(pipeline, flower);
    for (;;) {
      const item = (await (await fetch(`${outputs.irises[pipeline]}/${id}`)).json()) as Record<string, unknown>;
      if (item.status === "predicted") return item;
      await sleep(50);
    }
  }

  for (const pipeline of ["stream", "queue"]) {
    it(`has a model in Python behind a ${pipeline} that predicts what the one in TypeScript does`, async () => {
      for (const flower of flowers) {
        const [expected, item] = await Promise.all([predicted("typescript", flower), predicted(pipeline, flower)]);
        assert.deepEqual([item.pred_target, item.model_version], [expected.pred_target, expected.model_version]);
        const difference = Math.abs(Number(item.pred_probability) - Number(expected.pred_probability));
        assert.ok(difference < 1e-9, `${item.pred_probability} and ${expected.pred_probability}`);
      }
    });
  }

  describe("and a model of another kind", () => {
    const reasons = async (count: number): Promise<Record<string, string>> => {
      const sqs = running.test.client(SQSClient);
      const found: Record<string, string> = {};
      while (Object.keys(found).length < count) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: outputs.moodyFailures, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
        );
        for (const { Body } of Messages) {
          const { body, reason } = JSON.parse(Body!) as { body: { value: number }; reason: string };
          found[body.value] = reason;
        }
      }
      return found;
    };

    it("predicts with or without a probability, by the version that its content has", async () => {
      const [low, high] = await Promise.all([predicted("moody", { value: 5 }), predicted("moody", { value: 50 })]);
      assert.deepEqual([low.pred_target, low.pred_probability], ["low", 0.75]);
      assert.deepEqual([high.pred_target, high.pred_probability], ["high", undefined]);
      assert.match(String(low.model_version), /^[0-9a-f]{16}$/);
      assert.equal(high.model_version, low.model_version);
    });

    it("refuses a record by an error, a returned one or a raised one, and predicts what is around it", async () => {
      const posted = [-1, 0, 1].map((value) => post("moody", { value }));
      const [item] = await Promise.all([predicted("moody", { value: 7 }), ...posted]);
      assert.equal(item!.pred_target, "low");
      assert.deepEqual(await reasons(3), { "-1": "value is below 0", 0: "value is 0", 1: "'one'" });
    });

    it("takes up a new model, and keeps the last good one where the new one cannot be used", async () => {
      const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(outputs.moodyModel)!;
      const put = (Body: string) => running.test.client(S3Client).send(new PutObjectCommand({ Bucket, Key, Body }));
      const { model_version: before } = await predicted("moody", { value: 20 });
      await put("no number");
      await sleep(1_100);
      assert.equal((await predicted("moody", { value: 21 })).model_version, before);
      await put("30");
      await sleep(1_100);
      const after = await predicted("moody", { value: 22 });
      assert.equal(after.pred_target, "low");
      assert.notEqual(after.model_version, before);
    });
  });

  it("has refused no iris", async () => {
    const sqs = running.test.client(SQSClient);
    for (const QueueUrl of Object.values(outputs.failures)) {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
      );
      assert.equal(Attributes?.ApproximateNumberOfMessages, "0");
    }
  });
});
