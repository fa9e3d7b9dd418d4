import assert from "node:assert/strict";
import { handleOf, type Queues, startQueues } from "../support.ts";

describe("messages of SQS in flight", () => {
  let queues: Queues;
  before(async () => {
    queues = await startQueues();
  });
  after(() => queues.test.stop());

  const filled = async (name: string, ...bodies: string[]) => {
    const QueueUrl = await queues.create(name);
    for (const MessageBody of bodies) await queues.client.sendMessage({ QueueUrl, MessageBody });
    return QueueUrl;
  };
  const remove = (QueueUrl: string, ReceiptHandle: string) => queues.client.deleteMessage({ QueueUrl, ReceiptHandle });
  const change = (QueueUrl: string, ReceiptHandle: string, VisibilityTimeout: number) =>
    queues.client.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout });

  it("are seen by nobody until their time is over, which may be changed", async () => {
    const url = await filled("hidden", "x");
    const handle = handleOf(await queues.receive(url, { VisibilityTimeout: 1 }));
    await change(url, handle, 30);
    assert.deepEqual(await queues.bodies(url, { WaitTimeSeconds: 2 }), []);
    const waiting = queues.bodies(url, { WaitTimeSeconds: 20 });
    await change(url, handle, 0);
    assert.deepEqual(await waiting, ["x"]);
  });

  it("come back when their time is over, to who waits for them", async () => {
    const url = await filled("back", "x");
    await queues.receive(url, { VisibilityTimeout: 1 });
    const [again] = await queues.receive(url, { WaitTimeSeconds: 10 });
    assert.equal(again?.Attributes?.ApproximateReceiveCount, "2");
  });

  it("are deleted by any of their handles, even when its time is over", async () => {
    const url = await filled("deleted", "x", "y");
    const former = handleOf(await queues.receive(url, { VisibilityTimeout: 0 }));
    await queues.receive(url, { MaxNumberOfMessages: 2, VisibilityTimeout: 0 });
    await remove(url, former);
    assert.deepEqual(await queues.bodies(url, { MaxNumberOfMessages: 2 }), ["y"]);
    await remove(url, former);
  });

  it("stay visible when a handle changes them whose time is over", async () => {
    const url = await filled("over", "x");
    const handle = handleOf(await queues.receive(url, { VisibilityTimeout: 0 }));
    await change(url, handle, 30);
    assert.deepEqual(await queues.bodies(url), ["x"]);
  });

  it("are for others no longer than twelve hours after their receive", async () => {
    const url = await filled("long", "x");
    const handle = handleOf(await queues.receive(url));
    await assert.rejects(change(url, handle, 43_201), { name: "InvalidParameterValue" });
    await change(url, handle, 43_200);
  });

  it("that are deleted cannot be changed any more", async () => {
    const url = await filled("gone", "x");
    const handle = handleOf(await queues.receive(url));
    await remove(url, handle);
    await assert.rejects(change(url, handle, 1), /Message does not exist or is not available for visibility/);
  });

  it("are not found by what is no handle, or one of another queue", async () => {
    const [url, other] = [await filled("own", "x"), await filled("other", "x")];
    const handle = handleOf(await queues.receive(url));
    const unlike = (letter: string | undefined) => (letter === "A" ? "B" : "A");
    const changed = [4, 12, 20, 39].map((at) => handle.slice(0, at) + unlike(handle[at]) + handle.slice(at + 1));
    for (const wrong of ["x", "", `${handle}\n`, ...changed]) {
      await assert.rejects(remove(url, wrong), (error: Error) => /Handle|Parameter/.test(error.name), wrong);
    }
    await assert.rejects(remove(other, handle), { name: "ReceiptHandleIsInvalid" });
    await assert.rejects(change(other, handle, 0), { name: "ReceiptHandleIsInvalid" });
    assert.deepEqual(await queues.counts(url), [0, 1, 0]);
  });

  it("are settled together, each by itself", async () => {
    const url = await filled("together", "a", "b", "c");
    const [a, b, c] = await queues.receive(url, { MaxNumberOfMessages: 10 });
    const changed = await queues.client.changeMessageVisibilityBatch({
      QueueUrl: url,
      Entries: [
        { Id: "a", ReceiptHandle: a?.ReceiptHandle, VisibilityTimeout: 0 },
        { Id: "b", ReceiptHandle: b?.ReceiptHandle, VisibilityTimeout: 43_201 },
        { Id: "none", ReceiptHandle: "none", VisibilityTimeout: 0 },
      ],
    });
    assert.deepEqual(changed.Successful, [{ Id: "a" }]);
    assert.deepEqual(
      changed.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]),
      [
        ["b", "InvalidParameterValue", true],
        ["none", "ReceiptHandleIsInvalid", true],
      ],
    );
    const Entries = [b, c].map((message, index) => ({ Id: String(index), ReceiptHandle: message?.ReceiptHandle }));
    const deleted = await queues.client.deleteMessageBatch({ QueueUrl: url, Entries });
    assert.deepEqual(deleted.Successful, [{ Id: "0" }, { Id: "1" }]);
    assert.equal(deleted.Failed, undefined);
    assert.deepEqual(await queues.counts(url), [1, 0, 0]);
  });
});
