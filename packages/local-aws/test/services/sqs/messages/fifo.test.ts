import assert from "node:assert/strict";
import { handleOf, type Queues, startQueues } from "../support.ts";

describe("FIFO queues", () => {
  let queues: Queues;
  before(async () => {
    queues = await startQueues();
  });
  after(() => queues.test.stop());

  const send = async (QueueUrl: string, MessageGroupId: string, MessageBody: string, MessageDeduplicationId?: string) =>
    queues.client.sendMessage({
      QueueUrl,
      MessageBody,
      MessageGroupId,
      ...(MessageDeduplicationId && { MessageDeduplicationId }),
    });
  const remove = (QueueUrl: string, ReceiptHandle: string) => queues.client.deleteMessage({ QueueUrl, ReceiptHandle });
  const change = (QueueUrl: string, ReceiptHandle: string, VisibilityTimeout: number) =>
    queues.client.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout });

  describe("order", () => {
    const create = (name: string, more = {}) =>
      queues.create(`${name}.fifo`, { ContentBasedDeduplication: "true", ...more });

    it("is kept in a group, of which one receive takes several, and then another group", async () => {
      const url = await create("several");
      for (const body of ["a1", "a2", "b1", "a3"]) await send(url, body.charAt(0), body);
      assert.deepEqual(await queues.bodies(url, { MaxNumberOfMessages: 2 }), ["a1", "a2"]);
      // What is behind those in flight waits for them.
      assert.deepEqual(await queues.bodies(url, { MaxNumberOfMessages: 10 }), ["b1"]);
      assert.deepEqual(await queues.counts(url), [1, 3, 0]);
    });

    it("lets a group go on when its first is deleted", async () => {
      const url = await create("onwards");
      for (const body of ["1", "2", "3"]) await send(url, "g", body);
      for (const body of ["1", "2", "3"]) {
        const messages = await queues.receive(url);
        assert.equal(messages[0]?.Body, body);
        await remove(url, handleOf(messages));
      }
      assert.deepEqual(await queues.counts(url), [0, 0, 0]);
      await send(url, "g", "4");
      assert.deepEqual(await queues.bodies(url), ["4"]);
    });

    it("brings back what is visible again before what follows, and no more", async () => {
      const url = await create("again");
      for (const body of ["a1", "a2", "b1"]) await send(url, body.charAt(0), body);
      const [first] = await queues.receive(url, { MaxNumberOfMessages: 2 });
      await change(url, first?.ReceiptHandle as string, 0);
      assert.deepEqual(await queues.bodies(url, { MaxNumberOfMessages: 3 }), ["b1", "a1"]);
    });

    it("is that of sending across groups", async () => {
      const url = await create("across");
      for (const body of ["c", "a", "b"]) await send(url, body, body);
      assert.deepEqual(await queues.bodies(url, { MaxNumberOfMessages: 10 }), ["c", "a", "b"]);
    });

    it("wakes who waits when the message before is deleted", async () => {
      const url = await create("woken");
      for (const body of ["1", "2"]) await send(url, "g", body);
      const handle = handleOf(await queues.receive(url));
      const waiting = queues.bodies(url, { WaitTimeSeconds: 20 });
      await remove(url, handle);
      assert.deepEqual(await waiting, ["2"]);
    });

    it("gives numbers that rise", async () => {
      const url = await create("numbers");
      const numbers = [await send(url, "a", "1"), await send(url, "b", "2")].map(
        ({ SequenceNumber }) => SequenceNumber,
      );
      assert.ok(numbers.every((number) => /^\d{20}$/.test(number ?? "")));
      assert.ok((numbers[0] as string) < (numbers[1] as string));
      const shown = await queues.receive(url, { MaxNumberOfMessages: 10 });
      assert.deepEqual(
        shown.map(({ Attributes = {} }) => [Attributes.MessageGroupId, Attributes.SequenceNumber]),
        [
          ["a", numbers[0]],
          ["b", numbers[1]],
        ],
      );
    });

    it("is delayed as the queue is, whatever a message says", async () => {
      const url = await create("delayed", { DelaySeconds: "1" });
      const message = { QueueUrl: url, MessageBody: "x", MessageGroupId: "g" };
      await assert.rejects(queues.client.sendMessage({ ...message, DelaySeconds: 2 }), /not valid for this queue type/);
      await queues.client.sendMessage({ ...message, DelaySeconds: 0 });
      assert.deepEqual(await queues.counts(url), [0, 0, 1]);
      assert.deepEqual(await queues.bodies(url), []);
      assert.deepEqual(await queues.bodies(url, { WaitTimeSeconds: 5 }), ["x"]);
    });

    it("is not disturbed by a handle whose time is over", async () => {
      const url = await create("late");
      await send(url, "g", "1");
      const handle = handleOf(await queues.receive(url, { VisibilityTimeout: 0 }));
      await assert.rejects(remove(url, handle), /The receipt handle has expired/);
      assert.deepEqual(await queues.bodies(url), ["1"]);
    });
  });

  describe("deduplication", () => {
    it("is by an id, or by the body", async () => {
      const byId = await queues.create("by-id.fifo");
      const first = await send(byId, "g", "one", "id");
      const second = await send(byId, "h", "two", "id");
      assert.deepEqual(
        [second.MessageId, second.SequenceNumber, second.MD5OfMessageBody !== first.MD5OfMessageBody],
        [first.MessageId, first.SequenceNumber, true],
      );
      await assert.rejects(send(byId, "g", "one"), /ContentBasedDeduplication enabled or MessageDeduplicationId/);
      const byBody = await queues.create("by-body.fifo", { ContentBasedDeduplication: "true" });
      for (const group of ["g", "h"]) await send(byBody, group, "same");
      await send(byBody, "g", "same", "another");
      assert.deepEqual(await queues.counts(byBody), [2, 0, 0]);
    });

    it("goes on when the message is deleted, and ends with a purge", async () => {
      const url = await queues.create("once.fifo");
      await send(url, "g", "x", "id");
      await remove(url, handleOf(await queues.receive(url)));
      await send(url, "g", "x", "id");
      assert.deepEqual(await queues.bodies(url), []);
      await queues.client.purgeQueue({ QueueUrl: url });
      await send(url, "g", "x", "id");
      assert.deepEqual(await queues.bodies(url), ["x"]);
    });

    it("is within a group where that is its scope", async () => {
      const url = await queues.create("scoped.fifo", {
        DeduplicationScope: "messageGroup",
        FifoThroughputLimit: "perMessageGroupId",
      });
      for (const group of ["g", "h", "g"]) await send(url, group, group, "id");
      assert.deepEqual(await queues.bodies(url, { MaxNumberOfMessages: 10 }), ["g", "h"]);
    });

    it("has its former scope for a while when that is changed", async () => {
      const url = await queues.create("changed.fifo");
      await send(url, "g", "1", "id");
      const Attributes = { DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" };
      await queues.client.setQueueAttributes({ QueueUrl: url, Attributes });
      await send(url, "h", "2", "id");
      assert.deepEqual(await queues.counts(url), [1, 0, 0]);
    });

    it("outlasts a restart", async () => {
      const own = await startQueues();
      const url = await own.create("lasting.fifo");
      const message = { MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "id" };
      const { MessageId } = await own.client.sendMessage({ QueueUrl: url, ...message });
      await own.test.stop({ keep: true });
      const again = await startQueues(own.test.directory);
      try {
        const { QueueUrl } = await again.client.getQueueUrl({ QueueName: "lasting.fifo" });
        assert.equal((await again.client.sendMessage({ QueueUrl, ...message })).MessageId, MessageId);
      } finally {
        await again.test.stop();
      }
    });
  });
});
