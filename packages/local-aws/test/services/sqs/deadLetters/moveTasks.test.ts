import assert from "node:assert/strict";
import { eventually } from "../../../../testing/eventsources.ts";
import { type Queues, startQueues } from "../support.ts";

describe("dead letters of SQS", () => {
  let queues: Queues;
  before(async () => {
    queues = await startQueues();
  });
  after(() => queues.test.stop());

  const pair = async (name: string, suffix = "", maxReceiveCount = 1) => {
    const dead = await queues.create(`${name}-dead${suffix}`);
    const deadLetterTargetArn = queues.arn(`${name}-dead${suffix}`);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
    const alive = await queues.create(`${name}${suffix}`, { RedrivePolicy, VisibilityTimeout: "0" });
    return { alive, dead, SourceArn: deadLetterTargetArn };
  };
  /** Sends messages and has them become dead letters. */
  const bury = async (QueueUrl: string, ...bodies: string[]) => {
    for (const MessageBody of bodies) await queues.client.sendMessage({ QueueUrl, MessageBody });
    for (let n = 0; n < 2; n++) await queues.receive(QueueUrl, { MaxNumberOfMessages: 10 });
  };
  const task = async (SourceArn: string) =>
    (await queues.client.listMessageMoveTasks({ SourceArn })).Results?.[0] ?? assert.fail("no task");
  const ended = async (SourceArn: string) => {
    await eventually(async () => (await task(SourceArn)).Status !== "RUNNING");
    return task(SourceArn);
  };

  it("keep id, attributes, time and receives, and say where they are from", async () => {
    const { alive, dead } = await pair("kept");
    const MessageAttributes = { a: { DataType: "String", StringValue: "1" } };
    await queues.client.sendMessage({ QueueUrl: alive, MessageBody: "x", MessageAttributes });
    const [before] = await queues.receive(alive);
    assert.deepEqual(await queues.receive(alive), []);
    const [after] = await queues.receive(dead);
    assert.equal(after?.MessageId, before?.MessageId);
    assert.deepEqual(after?.MessageAttributes, MessageAttributes);
    assert.deepEqual(
      [after?.Attributes?.SentTimestamp, after?.Attributes?.ApproximateReceiveCount],
      [before?.Attributes?.SentTimestamp, "2"],
    );
    assert.equal(after?.Attributes?.DeadLetterQueueSourceArn, queues.arn("kept"));
  });

  it("are received from each queue of a chain as often as it says", async () => {
    const policy = (target: string) => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queues.arn(target), maxReceiveCount: 1 }),
      VisibilityTimeout: "0",
    });
    const last = await queues.create("chain-3");
    const second = await queues.create("chain-2", policy("chain-3"));
    const first = await queues.create("chain-1", policy("chain-2"));
    await queues.client.sendMessage({ QueueUrl: first, MessageBody: "x" });
    for (const [url, count] of [
      [first, "1"],
      [second, "2"],
      [last, "3"],
    ] as const) {
      const [message] = await queues.receive(url);
      assert.equal(message?.Attributes?.ApproximateReceiveCount, count);
      if (url !== last) assert.deepEqual(await queues.receive(url), []);
    }
  });

  it("are none where a queue is to be its own dead-letter queue", async () => {
    const QueueUrl = await queues.create("itself", { VisibilityTimeout: "0" });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queues.arn("itself"), maxReceiveCount: 1 });
    await queues.client.setQueueAttributes({ QueueUrl, Attributes: { RedrivePolicy } });
    await queues.client.sendMessage({ QueueUrl, MessageBody: "x" });
    for (let n = 0; n < 3; n++) assert.deepEqual(await queues.bodies(QueueUrl), ["x"]);
  });

  it("of a FIFO queue keep their group's order, and let it go on", async () => {
    const { alive, dead, SourceArn } = await pair("order", ".fifo");
    for (const MessageBody of ["1", "2", "3"]) {
      const ids = { MessageGroupId: "g", MessageDeduplicationId: MessageBody };
      await queues.client.sendMessage({ QueueUrl: alive, MessageBody, ...ids });
    }
    assert.deepEqual(await queues.bodies(alive, { MaxNumberOfMessages: 2 }), ["1", "2"]);
    assert.deepEqual(await queues.bodies(alive, { MaxNumberOfMessages: 2 }), ["3"]);
    assert.deepEqual(await queues.bodies(dead, { MaxNumberOfMessages: 10, VisibilityTimeout: 0 }), ["1", "2"]);
    await queues.client.startMessageMoveTask({ SourceArn });
    await ended(SourceArn);
    assert.deepEqual(await queues.bodies(alive, { MaxNumberOfMessages: 10 }), ["1", "2"]);
  });

  it("go to a queue that is named", async () => {
    const { alive, dead, SourceArn } = await pair("named");
    await bury(alive, ...Array.from({ length: 5 }, (_, n) => String(n)));
    const other = await queues.create("named-other");
    const waiting = queues.bodies(other, { WaitTimeSeconds: 20 });
    await queues.client.startMessageMoveTask({ SourceArn, DestinationArn: queues.arn("named-other") });
    assert.equal((await waiting).length, 1);
    const { Status, ApproximateNumberOfMessagesMoved, ApproximateNumberOfMessagesToMove, TaskHandle } =
      await ended(SourceArn);
    assert.deepEqual(
      [Status, ApproximateNumberOfMessagesMoved, ApproximateNumberOfMessagesToMove, TaskHandle],
      ["COMPLETED", 5, 5, undefined],
    );
    assert.deepEqual(await queues.counts(dead), [0, 0, 0]);
  });

  it("stay where they are when the queue that they go to goes, or when nobody knows where they are from", async () => {
    const { alive, dead, SourceArn } = await pair("lost");
    await bury(alive, "1", "2", "3");
    const other = await queues.create("lost-other");
    const DestinationArn = queues.arn("lost-other");
    await queues.client.startMessageMoveTask({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond: 1 });
    await queues.client.deleteQueue({ QueueUrl: other });
    const failed = await ended(SourceArn);
    assert.deepEqual([failed.Status, failed.FailureReason], ["FAILED", "AWS.SimpleQueueService.NonExistentQueue"]);
    assert.notDeepEqual(await queues.counts(dead), [0, 0, 0]);

    await queues.client.purgeQueue({ QueueUrl: dead });
    await queues.client.sendMessage({ QueueUrl: dead, MessageBody: "born here" });
    await queues.client.startMessageMoveTask({ SourceArn });
    assert.equal((await ended(SourceArn)).FailureReason, "CouldNotDetermineMessageSource");
    assert.deepEqual(await queues.counts(dead), [1, 0, 0]);
  });

  it("are moved by one task at a time, which can be cancelled", async () => {
    const { alive, dead, SourceArn } = await pair("cancelled");
    await bury(alive, "1", "2", "3", "4");
    const start = () => queues.client.startMessageMoveTask({ SourceArn, MaxNumberOfMessagesPerSecond: 1 });
    const { TaskHandle } = await start();
    await assert.rejects(start(), { name: "InvalidParameterValue", message: /already a task running/ });
    assert.equal((await task(SourceArn)).TaskHandle, TaskHandle);
    const { ApproximateNumberOfMessagesMoved: moved = 0 } = await queues.client.cancelMessageMoveTask({ TaskHandle });
    assert.equal((await task(SourceArn)).Status, "CANCELLED");
    assert.deepEqual(await queues.counts(dead), [4 - moved, 0, 0]);
    await assert.rejects(queues.client.cancelMessageMoveTask({ TaskHandle }), /Only active tasks can be cancelled/);
    await assert.rejects(queues.client.cancelMessageMoveTask({ TaskHandle: "x" }), /TaskHandle is invalid/);
    const forged = (of: string) => {
      const text = JSON.stringify({ taskId: "x", sourceArn: queues.arn(of) });
      return queues.client.cancelMessageMoveTask({ TaskHandle: Buffer.from(text).toString("base64") });
    };
    await assert.rejects(forged("cancelled-dead"), /Task does not exist/);
    await assert.rejects(forged("nowhere"), /SourceArn parameter doesn't exist/);
  });

  it("are moved from a dead-letter queue alone", async () => {
    await queues.create("none");
    const SourceArn = queues.arn("none");
    await assert.rejects(queues.client.startMessageMoveTask({ SourceArn }), /configured as a Dead Letter Queue/);
    const missing = { name: "ResourceNotFoundException", message: /SourceArn parameter doesn't exist/ };
    await assert.rejects(queues.client.startMessageMoveTask({ SourceArn: queues.arn("missing") }), missing);
    await assert.rejects(queues.client.listMessageMoveTasks({ SourceArn: queues.arn("missing") }), missing);
  });

  it("go nowhere but to a queue of the same type that lets them in", async () => {
    await queues.create("open");
    await queues.create("some", {
      RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [queues.arn("welcome")] }),
    });
    const policy = (target: string, maxReceiveCount: unknown = 1) => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queues.arn(target), maxReceiveCount }),
    });
    await assert.rejects(queues.create("other.fifo", policy("open")), /must be same type/);
    await assert.rejects(queues.create("unwelcome", policy("some")), /does not have permission/);
    await queues.create("welcome", policy("some"));
    for (const count of [0, 1_001, "x"])
      await assert.rejects(queues.create("bad", policy("open", count)), /1 and 1000/);
    await assert.rejects(queues.create("bad", { RedrivePolicy: "{}" }), /does not contain mandatory attribute/);
  });
});
