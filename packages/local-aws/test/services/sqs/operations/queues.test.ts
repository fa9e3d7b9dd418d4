import assert from "node:assert/strict";
import type { QueueAttributeName } from "@aws-sdk/client-sqs";
import { type Queues, startQueues } from "../support.ts";

describe("queues of SQS", () => {
  let queues: Queues;
  before(async () => {
    queues = await startQueues();
  });
  after(() => queues.test.stop());

  const attributes = async (QueueUrl: string, ...AttributeNames: QueueAttributeName[]) =>
    (await queues.client.getQueueAttributes({ QueueUrl, AttributeNames })).Attributes;

  it("have AWS's defaults", async () => {
    const { QueueArn, CreatedTimestamp, LastModifiedTimestamp, ...plain } =
      (await attributes(await queues.create("plain"), "All")) ?? {};
    assert.equal(QueueArn, queues.arn("plain"));
    assert.match(`${CreatedTimestamp} ${LastModifiedTimestamp}`, /^\d{10} \d{10}$/);
    const common = {
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesDelayed: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      DelaySeconds: "0",
      MaximumMessageSize: "1048576",
      MessageRetentionPeriod: "345600",
      ReceiveMessageWaitTimeSeconds: "0",
      SqsManagedSseEnabled: "true",
      VisibilityTimeout: "30",
    };
    assert.deepEqual(plain, common);
    const fifo = { ContentBasedDeduplication: "false", DeduplicationScope: "queue", FifoThroughputLimit: "perQueue" };
    const all = await attributes(await queues.create("plain.fifo"), "All");
    const { QueueArn: _, CreatedTimestamp: __, LastModifiedTimestamp: ___, ...shown } = all ?? {};
    assert.deepEqual(shown, { ...common, ...fifo, FifoQueue: "true" });
  });

  it("show the attributes that are asked for, and none of that have none", async () => {
    const url = await queues.create("asked");
    assert.deepEqual(await attributes(url, "DelaySeconds", "Policy"), { DelaySeconds: "0" });
    assert.equal(await attributes(url, "Policy"), undefined);
    assert.equal(await attributes(url), undefined);
    await assert.rejects(attributes(url, "Nothing" as never), { name: "InvalidAttributeName" });
  });

  it("are made once, and again only the same", async () => {
    const url = await queues.create("same", { DelaySeconds: "1" });
    assert.equal(await queues.create("same"), url);
    assert.equal(await queues.create("same", { DelaySeconds: "1" }), url);
    const other = queues.create("same", { DelaySeconds: "2" });
    await assert.rejects(other, { name: "QueueNameExists", message: /different value for attribute DelaySeconds/ });
    await queues.client.setQueueAttributes({ QueueUrl: url, Attributes: { DelaySeconds: "2" } });
    assert.equal(await queues.create("same", { DelaySeconds: "2" }), url);
  });

  const invalid = "InvalidAttributeValue";
  const refused: [name: string, attributes: Record<string, string>, code: string, message: RegExp][] = [
    ["no good", {}, "InvalidParameterValue", /1 to 80 in length/],
    ["x".repeat(81), {}, "InvalidParameterValue", /1 to 80 in length/],
    ["plain", { FifoQueue: "true" }, "InvalidParameterValue", /must end with .fifo/],
    ["a.fifo", { FifoQueue: "no" }, "InvalidParameterValue", /FifoQueue=true/],
    ["a", { FifoQueue: "false" }, "InvalidAttributeName", /Unknown Attribute FifoQueue/],
    ["a", { Colour: "red" }, "InvalidAttributeName", /Unknown Attribute Colour/],
    ["a", { DelaySeconds: "901" }, invalid, /DelaySeconds. Reason: Must be between 0 and 900/],
    ["a", { DelaySeconds: "1.5" }, invalid, /DelaySeconds/],
    ["a", { VisibilityTimeout: "" }, invalid, /VisibilityTimeout/],
    ["a", { MaximumMessageSize: "1048577" }, invalid, /between 1024 and 1048576/],
    ["a", { MessageRetentionPeriod: "59" }, invalid, /between 60 and 1209600/],
    ["a", { ReceiveMessageWaitTimeSeconds: "21" }, invalid, /between 0 and 20/],
    ["a", { SqsManagedSseEnabled: "yes" }, invalid, /true or false/],
    ["a", { SqsManagedSseEnabled: "true", KmsMasterKeyId: "alias/x" }, invalid, /one type of server-side encryption/],
    ["a", { DeduplicationScope: "queue" }, "InvalidAttributeName", /only when FifoQueue is set to true/],
    ["a.fifo", { FifoQueue: "true", DeduplicationScope: "world" }, invalid, /messageGroup or queue/],
    [
      "a.fifo",
      { FifoQueue: "true", FifoThroughputLimit: "perMessageGroupId" },
      invalid,
      /DeduplicationScope is messageG/,
    ],
    ["a", { Policy: "{" }, "InvalidParameterValue", /Policy is invalid. Reason: It must be a JSON object/],
  ];
  for (const [name, Attributes, code, message] of refused) {
    it(`are not made as ${name.slice(0, 20)} with ${JSON.stringify(Attributes)}`, () =>
      assert.rejects(queues.client.createQueue({ QueueName: name, Attributes }), { name: code, message }));
  }

  it("keep their type", async () => {
    const set = (QueueUrl: string, FifoQueue: string) =>
      queues.client.setQueueAttributes({ QueueUrl, Attributes: { FifoQueue } });
    const [standard, fifo] = [await queues.create("type"), await queues.create("type.fifo")];
    for (const flag of ["true", "false"]) await assert.rejects(set(standard, flag), { name: "InvalidAttributeName" });
    await assert.rejects(set(fifo, "false"), { name: "InvalidAttributeValue", message: /not supported/ });
    await set(fifo, "true");
  });

  it("are listed by their beginning, a page at a time", async () => {
    for (let n = 0; n < 5; n++) await queues.create(`listed-${n}`);
    const urls: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await queues.client.listQueues({ QueueNamePrefix: "listed-", MaxResults: 2, NextToken });
      assert.ok((page.QueueUrls?.length ?? 0) <= 2);
      urls.push(...(page.QueueUrls ?? []));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    assert.deepEqual(
      urls.map((url) => url.split("/").at(-1)),
      [0, 1, 2, 3, 4].map((n) => `listed-${n}`),
    );
    assert.equal((await queues.client.listQueues({ QueueNamePrefix: "none-" })).QueueUrls, undefined);
    await assert.rejects(queues.client.listQueues({ MaxResults: 1_001 }), /from 1 to 1000/);
    await assert.rejects(queues.client.listQueues({ NextToken: "x" }), /parameter NextToken is invalid/);
  });

  it("are emptied once a minute", async () => {
    const QueueUrl = await queues.create("emptied");
    for (const DelaySeconds of [0, 0, 60])
      await queues.client.sendMessage({ QueueUrl, MessageBody: "x", DelaySeconds });
    const [taken] = await queues.receive(QueueUrl);
    await queues.client.purgeQueue({ QueueUrl });
    assert.deepEqual(await queues.counts(QueueUrl), [0, 0, 0]);
    await queues.client.deleteMessage({ QueueUrl, ReceiptHandle: taken?.ReceiptHandle });
    const again = queues.client.purgeQueue({ QueueUrl });
    await assert.rejects(again, { name: "PurgeQueueInProgress", message: /on emptied is allowed every 60 seconds/ });
    await queues.client.sendMessage({ QueueUrl, MessageBody: "new" });
    assert.deepEqual(await queues.bodies(QueueUrl), ["new"]);
  });

  it("are gone with their messages, for who waits as well, and another may have the name", async () => {
    const QueueUrl = await queues.create("gone");
    await queues.client.sendMessage({ QueueUrl, MessageBody: "x" });
    const [message] = await queues.receive(QueueUrl);
    const waiting = assert.rejects(queues.receive(QueueUrl, { WaitTimeSeconds: 20 }), { name: "QueueDoesNotExist" });
    // The call waits before the queue goes.
    await queues.client.listQueues({});
    await queues.client.deleteQueue({ QueueUrl });
    await waiting;
    await assert.rejects(queues.client.sendMessage({ QueueUrl, MessageBody: "x" }), { name: "QueueDoesNotExist" });
    await assert.rejects(queues.client.deleteQueue({ QueueUrl }), { name: "QueueDoesNotExist" });
    await queues.create("gone");
    assert.deepEqual(await queues.counts(QueueUrl), [0, 0, 0]);
    const { ReceiptHandle } = message ?? {};
    await assert.rejects(queues.client.deleteMessage({ QueueUrl, ReceiptHandle }), { name: "ReceiptHandleIsInvalid" });
  });

  it("have tags", async () => {
    const { QueueUrl } = await queues.client.createQueue({ QueueName: "tagged", tags: { a: "1", b: "2" } });
    await queues.client.tagQueue({ QueueUrl, Tags: { b: "3", c: "4" } });
    await queues.client.untagQueue({ QueueUrl, TagKeys: ["a", "none"] });
    assert.deepEqual((await queues.client.listQueueTags({ QueueUrl })).Tags, { b: "3", c: "4" });
  });
});
