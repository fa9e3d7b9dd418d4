import assert from "node:assert/strict";
import type { LookedAt } from "../../../src/console/protocol.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("looking into a queue", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const look = (QueueUrl: string) =>
    (test.services.get("sqs")!.looks!.Messages!({ QueueUrl }) as { Messages: LookedAt[] }).Messages;

  it("shows what waits and what somebody has, and takes and counts nothing", async () => {
    await test.cloud.call("sqs", "CreateQueue", { QueueName: "orders" });
    const MessageAttributes = { kind: { DataType: "String", StringValue: "new" } };
    await test.cloud.call("sqs", "SendMessage", { QueueUrl: "orders", MessageBody: "first", MessageAttributes });
    await test.cloud.call("sqs", "SendMessage", { QueueUrl: "orders", MessageBody: "second" });
    for (let times = 0; times < 3; times++) {
      const found = look("orders").map(({ Body, Receives, Visible }) => [Body, Receives, Visible <= Date.now()]);
      assert.deepEqual(found, [
        ["first", 0, true],
        ["second", 0, true],
      ]);
    }
    assert.deepEqual(look("orders")[0]?.Attributes, MessageAttributes);
    const { Messages } = await test.cloud.call<{ Messages: { Body: string }[] }>("sqs", "ReceiveMessage", {
      QueueUrl: "orders",
      MaxNumberOfMessages: 1,
    });
    const taken = look("orders").find(({ Body }) => Body === Messages[0]?.Body);
    assert.equal(taken?.Receives, 1);
    assert.ok((taken?.Visible ?? 0) > Date.now());
  });

  it("shows the group of a FIFO queue's message", async () => {
    await test.cloud.call("sqs", "CreateQueue", { QueueName: "a.fifo", Attributes: { FifoQueue: "true" } });
    const order = { MessageGroupId: "g", MessageDeduplicationId: "1" };
    await test.cloud.call("sqs", "SendMessage", { QueueUrl: "a.fifo", MessageBody: "x", ...order });
    assert.deepEqual(
      look("a.fifo").map(({ Group }) => Group),
      ["g"],
    );
  });

  it("says that there is no such queue", () => {
    assert.throws(() => look("none"), { code: "QueueDoesNotExist" });
  });
});
