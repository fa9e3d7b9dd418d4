import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Queues, startQueues } from "../support.ts";

const schema = `
CREATE TABLE sqs_queues (name TEXT PRIMARY KEY, url TEXT NOT NULL, arn TEXT NOT NULL, attributes TEXT NOT NULL,
  tags TEXT NOT NULL, created_timestamp INTEGER NOT NULL, last_modified_timestamp INTEGER NOT NULL,
  sequence_counter INTEGER NOT NULL DEFAULT 0);
CREATE TABLE sqs_messages (message_id TEXT PRIMARY KEY, queue_name TEXT NOT NULL, body TEXT NOT NULL,
  md5_of_body TEXT NOT NULL, message_attributes TEXT NOT NULL, md5_of_message_attributes TEXT NOT NULL,
  sent_timestamp INTEGER NOT NULL, approximate_receive_count INTEGER NOT NULL DEFAULT 0,
  approximate_first_receive_timestamp INTEGER, delay_until INTEGER, message_group_id TEXT,
  message_deduplication_id TEXT, sequence_number TEXT, receipt_handle TEXT, visibility_deadline INTEGER, source_arn TEXT);
`;

const attributes = {
  VisibilityTimeout: "45",
  DelaySeconds: "0",
  MaximumMessageSize: "1048576",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  KmsMasterKeyId: "",
};

describe("the state of SQS of an earlier version", () => {
  let queues: Queues;
  let folder: string;
  let now: number;

  before(async () => {
    // As it begins: the file was loaded minutes before.
    now = Date.now();
    const directory = mkdtempSync(join(tmpdir(), "former-queues-"));
    folder = join(directory, "files", "queues");
    mkdirSync(folder, { recursive: true });
    const former = new DatabaseSync(join(folder, "fauxqs.db"));
    former.exec(`PRAGMA journal_mode = WAL; ${schema}`);
    const queue = (name: string, more: object) =>
      former
        .prepare("INSERT INTO sqs_queues VALUES (?, '', '', ?, ?, 1700000000, 1700000001, 3)")
        .run(name, JSON.stringify({ ...attributes, ...more }), JSON.stringify({ team: "a" }));
    const message = (id: string, name: string, more: Record<string, string | number | null>) => {
      const row = {
        message_id: id,
        queue_name: name,
        body: id,
        md5_of_body: createHash("md5").update(id).digest("hex"),
        message_attributes: "{}",
        md5_of_message_attributes: "",
        sent_timestamp: now - 60_000,
        ...more,
      };
      const names = Object.keys(row);
      const holes = names.map(() => "?").join();
      former.prepare(`INSERT INTO sqs_messages (${names.join()}) VALUES (${holes})`).run(...Object.values(row));
    };
    queue("plain", {});
    const bytes = JSON.stringify({ bytes: { DataType: "Binary", BinaryValue: "AP8=" } });
    message("a", "plain", { message_attributes: bytes, source_arn: "arn:aws:sqs:us-east-1:000000000000:else" });
    message("taken", "plain", {
      receipt_handle: "once",
      visibility_deadline: now + 60_000,
      approximate_receive_count: 2,
      approximate_first_receive_timestamp: now - 1_000,
    });
    message("later", "plain", { delay_until: now + 60_000 });
    queue("order.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    for (const [id, number] of [
      ["third", 3],
      ["first", 1],
      ["second", 2],
    ] as const) {
      const sequence_number = String(number).padStart(20, "0");
      message(id, "order.fifo", { message_group_id: "g", message_deduplication_id: id, sequence_number });
    }
    former.close();
    queues = await startQueues(directory);
  });
  after(() => queues.test.stop());

  const url = (name: string) => `${queues.test.origin}/000000000000/${name}`;

  it("is read over, and its file goes", async () => {
    const QueueUrl = url("plain");
    const { Attributes = {} } = await queues.client.getQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    assert.equal(existsSync(folder), false);
    assert.deepEqual(
      [Attributes.VisibilityTimeout, Attributes.CreatedTimestamp, Attributes.KmsMasterKeyId],
      ["45", "1700000000", undefined],
    );
    assert.deepEqual((await queues.client.listQueueTags({ QueueUrl })).Tags, { team: "a" });
    assert.deepEqual(await queues.counts(QueueUrl), [1, 1, 1]);
    const [message] = await queues.receive(QueueUrl);
    assert.deepEqual(message?.MessageAttributes?.bytes?.BinaryValue, new Uint8Array([0, 255]));
    assert.match(message?.Attributes?.DeadLetterQueueSourceArn ?? "", /:else$/);
    assert.equal(message?.Attributes?.SentTimestamp, String(now - 60_000));
  });

  it("has its groups in order", async () => {
    assert.deepEqual(await queues.bodies(url("order.fifo"), { MaxNumberOfMessages: 10 }), ["first", "second", "third"]);
  });
});
