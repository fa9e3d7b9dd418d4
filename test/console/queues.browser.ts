import assert from "node:assert/strict";
import { SQS } from "@aws-sdk/client-sqs";
import { onBothWidths } from "./support/bothWidths.ts";

describe("the console's Queues and topics", () => {
  onBothWidths("send a message, look at it without taking it, delete them all", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Queues and topics");
    // A queue is purged once a minute.
    await page.getByLabel("Search").fill(width === "wide" ? "jobs-run-failures" : "jobs-sweep-failures");
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByText("Send a message").click();
    await detail.getByLabel("Body of the message").fill(`{"from":"${width}"}`);
    await detail.getByRole("button", { name: "Send" }).click();
    await detail.getByRole("heading", { name: "1 message" }).waitFor();
    assert.equal(await detail.getByText(/^\d+ times?$/).count(), 0);
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`queues-${width}`);
    await detail.getByRole("button", { name: "Delete them all" }).click();
    await detail.getByText("Nothing waits here.").waitFor();
  });

  onBothWidths("redrive what failed to the queue that it came from", async (reader, width) => {
    const { page, place } = reader;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const sqs = new SQS({ endpoint: place.aws, region: place.region, credentials });
    const [orders, dead] = [`orders-${width}`, `orders-${width}-dead`];
    const { QueueUrl: deadUrl = "" } = await sqs.createQueue({ QueueName: dead });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: deadUrl, AttributeNames: ["QueueArn"] });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 1 });
    const { QueueUrl = "" } = await sqs.createQueue({ QueueName: orders, Attributes: { RedrivePolicy } });
    await sqs.sendMessage({ QueueUrl, MessageBody: '{"order":1}' });
    for (let time = 0; time < 2; time++) await sqs.receiveMessage({ QueueUrl, VisibilityTimeout: 0 });
    await reader.goTo("Queues and topics");
    await page.getByLabel("Search").fill(dead);
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("definition").filter({ hasText: orders }).waitFor();
    await detail.getByRole("figure").filter({ hasText: '"order": 1' }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await detail.getByRole("button", { name: "Redrive to where they came from" }).click();
    await detail.getByText("Nothing waits here.").waitFor();
    const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10 });
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      ['{"order":1}'],
    );
  });

  onBothWidths("publish to a topic", async (reader, width) => {
    const { page } = reader;
    await reader.goTo("Queues and topics");
    await page.getByLabel("Search").fill("archiver-approvals topic");
    await reader.rows.first().click();
    const detail = page.getByRole("article");
    await detail.getByRole("cell", { name: "you@example.org" }).waitFor();
    await detail.getByLabel("Message").fill(`from ${width}`);
    await detail.getByRole("button", { name: "Publish" }).click();
    assert.deepEqual(await reader.violations(), []);
  });
});
