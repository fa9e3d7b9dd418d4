import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { handleOf, startQueues } from "./support.ts";

describe("SQS after the end of its process", () => {
  it("has all that it acknowledged, when that was killed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "killed-queues-"));
    const writer = fork(fileURLToPath(new URL("writer.ts", import.meta.url)), [directory], { execArgv: [] });
    const sent: string[] = [];
    const deleted: string[] = [];
    await new Promise<void>((done) => {
      writer.on("message", (told: { sent: string; deleted?: string }) => {
        sent.push(told.sent);
        if (told.deleted !== undefined) deleted.push(told.deleted);
        if (sent.length === 100) done();
      });
    });
    const ended = once(writer, "exit");
    writer.kill("SIGKILL");
    await ended;

    const queues = await startQueues(directory);
    try {
      const { QueueUrl = "" } = await queues.client.getQueueUrl({ QueueName: "written" });
      const found = new Set<string | undefined>();
      for (let bodies: (string | undefined)[] = []; ; ) {
        bodies = await queues.bodies(QueueUrl, { MaxNumberOfMessages: 10 });
        if (bodies.length === 0) break;
        for (const body of bodies) found.add(body);
      }
      // One that was received and not yet deleted is still in flight.
      const [, inFlight = 0] = await queues.counts(QueueUrl);
      const missing = sent.filter((body) => !deleted.includes(body) && !found.has(body));
      assert.ok(missing.length <= inFlight - found.size, `missing: ${missing}`);
      assert.deepEqual(
        deleted.filter((body) => found.has(body)),
        [],
      );
    } finally {
      await queues.test.stop();
    }
  });

  it("knows the handles that it gave", async () => {
    const before = await startQueues();
    const url = await before.create("handled");
    for (const MessageBody of ["a", "b"]) await before.client.sendMessage({ QueueUrl: url, MessageBody });
    const [a, b] = await before.receive(url, { MaxNumberOfMessages: 2 });
    await before.test.stop({ keep: true });
    const after = await startQueues(before.test.directory);
    try {
      const { QueueUrl = "" } = await after.client.getQueueUrl({ QueueName: "handled" });
      await after.client.deleteMessage({ QueueUrl, ReceiptHandle: handleOf([a ?? {}]) });
      const ReceiptHandle = handleOf([b ?? {}]);
      await after.client.changeMessageVisibility({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
      assert.deepEqual(await after.counts(QueueUrl), [1, 0, 0]);
    } finally {
      await after.test.stop();
    }
  });
});
