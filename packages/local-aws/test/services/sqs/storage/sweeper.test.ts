import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AwsError, administrator, type Call, type Cloud } from "../../../../src/service.ts";
import { Engine } from "../../../../src/services/sqs/engine.ts";
import { Receiver } from "../../../../src/services/sqs/messages/receive.ts";
import { handlers } from "../../../../src/services/sqs/operations/index.ts";
import { Store } from "../../../../src/store.ts";
import { Wakes } from "../../../../src/wakes.ts";

const call = { principal: administrator("000000000000") } as Call;

describe("what SQS deletes behind its answers", () => {
  let directory: string;
  let store: Store;
  let engine: Engine;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "queues-"));
    store = new Store(directory);
    engine = new Engine({ store, region: "us-east-1", accountId: "000000000000", directory } as Cloud, new Wakes());
    engine.sweeper.stop();
  });
  afterEach(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });

  const create = (QueueName: string, Attributes: Record<string, string> = {}) =>
    handlers.CreateQueue?.(engine, { QueueName, Attributes }, call);
  const send = (QueueUrl: string, count: number, more: object = {}) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        handlers.SendMessage?.(engine, { QueueUrl, MessageBody: String(n), ...more }, call),
      ),
    );
  const rows = (table: string) => Number(store.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
  /** Everything that there is to do at a time. @returns in how many steps. */
  const sweep = (now = Date.now()) => {
    let steps = 0;
    while (engine.sweeper.sweep(now)) steps++;
    return steps;
  };

  it("is what was purged, and what was in a queue that is gone, some at a time", async () => {
    for (const name of ["purged", "gone", "kept"]) {
      create(name);
      await send(name, 600);
    }
    handlers.PurgeQueue?.(engine, { QueueUrl: "purged" }, call);
    handlers.DeleteQueue?.(engine, { QueueUrl: "gone" }, call);
    assert.equal(rows("sqs_messages"), 1_800);
    assert.deepEqual(engine.messages.counts(engine.at("purged").pool, Date.now()).visible, 0);
    await send("purged", 1);
    assert.ok(sweep() >= 4);
    assert.equal(rows("sqs_messages"), 601);
    assert.equal(rows("sqs_pools"), 2);
    assert.equal(engine.messages.counts(engine.at("purged").pool, Date.now()).visible, 1);
  });

  it("is what is older than its queue keeps it, of a group without what stands behind", async () => {
    create("old.fifo", { FifoQueue: "true", MessageRetentionPeriod: "60" });
    await send("old.fifo", 1, { MessageGroupId: "g", MessageDeduplicationId: "old" });
    store.database.exec("UPDATE sqs_messages SET sent = sent - 61000");
    await send("old.fifo", 1, { MessageGroupId: "g", MessageDeduplicationId: "new" });
    sweep();
    const { pool } = engine.at("old.fifo");
    assert.deepEqual(engine.messages.counts(pool, Date.now()), { visible: 1, taken: 0, delayed: 0 });
    assert.equal(engine.messages.next(pool, Date.now(), 10).length, 1);
  });

  it("is what nobody takes for a duplicate any more", async () => {
    create("ids.fifo", { FifoQueue: "true" });
    await send("ids.fifo", 2, { MessageGroupId: "g", MessageDeduplicationId: "id" });
    assert.equal(rows("sqs_messages"), 1);
    sweep(Date.now() + 299_000);
    assert.equal(rows("sqs_duplicates"), 1);
    sweep(Date.now() + 301_000);
    assert.equal(rows("sqs_duplicates"), 0);
  });

  it("is passed over by a receive, however much of it there is", async () => {
    create("stale", { MessageRetentionPeriod: "60" });
    await send("stale", 1_000);
    store.database.exec("UPDATE sqs_messages SET sent = sent - 61000");
    await send("stale", 1, { MessageBody: "fresh" });
    const { Messages } = await new Receiver(engine).receive("stale", { QueueUrl: "stale" });
    assert.equal(Messages?.[0]?.Body, "fresh");
  });

  it("frees a queue that has as many in flight as it may", async () => {
    create("full");
    const { pool } = engine.at("full");
    await send("full", 1);
    const copy =
      "INSERT INTO sqs_messages (pool, leads, visible, receives, sent, message, details, body) SELECT pool, 1, ?, 1, sent, message, details, body FROM sqs_messages WHERE id = 1";
    const insert = store.database.prepare(copy);
    engine.atOnce(() => {
      for (let n = 0; n < 120_000; n++) insert.run(Date.now() + 60_000);
    });
    const receiver = new Receiver(engine);
    const receive = (more: object = {}) => receiver.receive("full", { QueueUrl: "full", ...more });
    await assert.rejects(receive(), (error: AwsError) => error.code === "OverLimit");
    assert.deepEqual(await receive({ WaitTimeSeconds: 1 }), {});
    store.database.exec("DELETE FROM sqs_messages WHERE id = 2");
    assert.equal((await receive()).Messages?.length, 1);
    assert.equal(engine.messages.counts(pool, Date.now()).taken, 120_000);
  });
});
