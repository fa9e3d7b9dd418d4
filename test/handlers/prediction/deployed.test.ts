import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBClient, ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { proxyEvent } from "../support/proxyEvent.ts";
import { Deployment, flower, inTime } from "./deployment.ts";

/** The bundles as Lambda functions behind event source mappings. */
describe("the deployed prediction functions", function () {
  this.timeout(120_000);
  const deployment = new Deployment();
  before(async () => {
    await deployment.start();
    for (const name of ["ingest", "read", "list", "predictStream", "predictQueue"] as const)
      await deployment.deploy(name);
    await deployment.deploy("ingestQueue", { RECORD_QUEUE_URL: deployment.pipeline.recordQueueUrl });
    await deployment.mapStream(3);
    await deployment.mapQueue();
  });
  after(() => deployment.pipeline.stop());

  it("predict every valid record exactly once, and send every invalid one to the failure queue", async () => {
    const poison: Record<string, unknown>[] = [null, "text", { deep: [1] }, [], true].map((value, index) => ({
      id: `poison${index}`,
      ...flower(index),
      petal_width: value,
    }));
    const posts = Array.from({ length: 60 }, (_, index) => deployment.post("ingest", flower(index)));
    const [answers] = await Promise.all([Promise.all(posts), ...poison.map((item) => deployment.pipeline.put(item))]);
    assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]));
    const ids = answers.map(({ body }) => body.id as string);
    await inTime(() => deployment.allPredicted(ids));
    const found: string[] = [];
    await inTime(async () => {
      found.push(...(await deployment.pipeline.failures()).map(({ key }) => (key as { id: string }).id));
      return found.length >= poison.length;
    });
    assert.deepEqual(
      found.sort(),
      poison.map(({ id }) => id),
    );
    const { body } = await deployment.read(ids[1]!);
    assert.equal(body.pred_target, "virginica");
    const { body: listed } = await deployment.invoke(
      "list",
      proxyEvent("GET", "/v0/iris", { queryStringParameters: { class: "setosa", limit: "100" } }),
    );
    assert.equal(listed.items.length, 30);
    // A prediction once written stays as it is: nothing comes back for a second one.
    const times = await predictedAt();
    await delay(300);
    assert.deepEqual(await predictedAt(), times);
  });

  async function predictedAt(): Promise<Record<string, unknown>> {
    const client = deployment.pipeline.cloud.client(DynamoDBClient);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: "predictions" }));
    const items = Items.map((item) => unmarshall(item));
    return Object.fromEntries(items.map(({ id, predicted_at }) => [id, predicted_at]));
  }

  it("predict a rejected record that was mended and put back", async () => {
    const client = deployment.pipeline.cloud.client(DynamoDBClient);
    await deployment.pipeline.put({ id: "mended", ...flower(5000), petal_width: "wide" });
    await inTime(async () => (await deployment.pipeline.failures()).length > 0);
    await client.send(
      new UpdateItemCommand({
        TableName: "predictions",
        Key: { id: { S: "mended" } },
        UpdateExpression: "SET petal_width = :width, redriven_at = :now",
        ExpressionAttributeValues: { ":width": { N: "0.2" }, ":now": { S: new Date().toISOString() } },
      }),
    );
    await inTime(() => deployment.allPredicted(["mended"]));
  });

  it("take records by the queue as well", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => deployment.post("ingestQueue", flower(1000 + index))),
    );
    assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]));
    await inTime(() => deployment.allPredicted(answers.map(({ body }) => body.id)));
    const again = await deployment.post("ingestQueue", flower(1000));
    assert.deepEqual(again, { statusCode: 200, body: { id: answers[0]!.body.id } });
    const sqs = deployment.pipeline.cloud.client(SQSClient);
    await inTime(async () => {
      const AttributeNames = ["ApproximateNumberOfMessages" as const, "ApproximateNumberOfMessagesNotVisible" as const];
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: deployment.pipeline.recordQueueUrl, AttributeNames }),
      );
      return Object.values(Attributes).every((value) => value === "0");
    });
  });
});
