import assert from "node:assert/strict";
import type { ReceiveMessageRequest } from "@aws-sdk/client-sqs";
import { type Queues, startQueues } from "../support.ts";

describe("who receives from SQS", () => {
  let queues: Queues;
  before(async () => {
    queues = await startQueues();
  });
  after(() => queues.test.stop());

  const send = (QueueUrl: string, MessageBody: string) => queues.client.sendMessage({ QueueUrl, MessageBody });

  it("gets what is visible longest, and as many as asked for", async () => {
    const url = await queues.create("longest");
    for (let n = 0; n < 12; n++) await send(url, String(n));
    assert.deepEqual(await queues.bodies(url, { VisibilityTimeout: 0 }), ["0"]);
    assert.deepEqual(
      await queues.bodies(url, { MaxNumberOfMessages: 10 }),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(String),
    );
    assert.deepEqual(await queues.bodies(url, { MaxNumberOfMessages: 10 }), ["11", "0"]);
    assert.deepEqual(await queues.bodies(url), []);
  });

  it("waits as long as the queue says", async () => {
    const url = await queues.create("patient", { ReceiveMessageWaitTimeSeconds: "20" });
    const waiting = queues.bodies(url);
    await send(url, "x");
    assert.deepEqual(await waiting, ["x"]);
    assert.deepEqual(await queues.bodies(url, { WaitTimeSeconds: 0 }), []);
  });

  it("shares what comes with others who wait", async () => {
    const url = await queues.create("shared");
    const waiting = Array.from({ length: 5 }, () => queues.bodies(url, { WaitTimeSeconds: 20 }));
    for (let n = 0; n < 5; n++) await send(url, String(n));
    assert.deepEqual((await Promise.all(waiting)).flat().sort(), ["0", "1", "2", "3", "4"]);
  });

  it("gets nothing once it has gone away", async () => {
    const url = await queues.create("left");
    const abort = new AbortController();
    const input = { QueueUrl: url, WaitTimeSeconds: 20 };
    const left = queues.client.receiveMessage(input, { abortSignal: abort.signal });
    await queues.client.listQueues({});
    abort.abort();
    await assert.rejects(left);
    await queues.client.listQueues({});
    await send(url, "x");
    assert.deepEqual(await queues.bodies(url, { WaitTimeSeconds: 1 }), ["x"]);
  });

  it("gets the same again from a FIFO queue when it asks by the same id, until it does something with it", async () => {
    const url = await queues.create("again.fifo");
    for (const MessageBody of ["a", "b", "c", "d"]) {
      const ids = { MessageGroupId: MessageBody, MessageDeduplicationId: MessageBody };
      await queues.client.sendMessage({ QueueUrl: url, MessageBody, ...ids });
    }
    const ask = (ReceiveRequestAttemptId: string) =>
      queues.receive(url, { ReceiveRequestAttemptId, MaxNumberOfMessages: 2 });
    const first = await ask("one");
    assert.deepEqual(await ask("one"), first);
    assert.deepEqual(
      (await ask("two")).map(({ Body }) => Body),
      ["c", "d"],
    );
    await queues.client.deleteMessage({ QueueUrl: url, ReceiptHandle: first[0]?.ReceiptHandle });
    assert.deepEqual(await ask("one"), []);
    await assert.rejects(ask("a b"), /ReceiveRequestAttemptId can only include/);
  });

  const refused: [input: Partial<ReceiveMessageRequest>, message: RegExp][] = [
    [{ MaxNumberOfMessages: 0 }, /MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10/],
    [{ MaxNumberOfMessages: 11 }, /MaxNumberOfMessages is invalid/],
    [{ WaitTimeSeconds: 21 }, /WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20/],
    [{ VisibilityTimeout: 43_201 }, /VisibilityTimeout is invalid. Reason: Must be between 0 and 43200/],
    [{ ReceiveRequestAttemptId: "id" }, /ReceiveRequestAttemptId is invalid.*not valid for this queue type/],
  ];
  for (const [input, message] of refused) {
    it(`is refused with ${JSON.stringify(input)}`, async () => {
      const QueueUrl = await queues.create("refused");
      const asked = queues.client.receiveMessage({ QueueUrl, ...input });
      await assert.rejects(asked, { name: "InvalidParameterValue", message });
    });
  }
});
