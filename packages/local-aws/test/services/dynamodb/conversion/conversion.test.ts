import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openEngine } from "../../../../src/services/dynamodb/conversion/open.ts";
import { Names } from "../../../../src/services/dynamodb/names.ts";
import { getItem } from "../../../../src/services/dynamodb/reads/get.ts";
import { query } from "../../../../src/services/dynamodb/reads/query.ts";
import { describeStream, getRecords, getShardIterator } from "../../../../src/services/dynamodb/streams/operations.ts";
import { describe as describeTable } from "../../../../src/services/dynamodb/tables/create.ts";
import { Store } from "../../../../src/store.ts";
import type { Answer } from "../engine.ts";

/** What the engine of earlier versions made. */
function writeFormer(path: string): void {
  const db = new DatabaseSync(path);
  db.exec(`
    CREATE TABLE _tables (table_name TEXT PRIMARY KEY, key_schema TEXT, attribute_definitions TEXT, gsi_definitions TEXT,
      lsi_definitions TEXT, stream_enabled INTEGER, stream_label TEXT, created_at INTEGER, billing_mode TEXT,
      provisioned_throughput TEXT, tags TEXT, table_class TEXT, deletion_protection_enabled INTEGER, on_demand_throughput TEXT);
    CREATE TABLE _stream_records (id INTEGER PRIMARY KEY, table_name TEXT, event_name TEXT, keys_json TEXT, new_image TEXT,
      old_image TEXT, sequence_number TEXT, shard_id TEXT, created_at INTEGER, user_identity TEXT);
    CREATE TABLE "of before" (pk TEXT, sk TEXT, item_json TEXT, item_size INTEGER)`);
  const key = JSON.stringify([{ AttributeName: "p", KeyType: "HASH" }]);
  const index = [
    { IndexName: "byG", KeySchema: [{ AttributeName: "g", KeyType: "HASH" }], Projection: { ProjectionType: "ALL" } },
  ];
  const attributes = ["p", "g"].map((AttributeName) => ({ AttributeName, AttributeType: "S" }));
  db.prepare(
    `INSERT INTO _tables VALUES ('of before', ?, ?, ?, NULL, 1, '1767225600.500000001', 1767225600, 'PAY_PER_REQUEST', NULL, ?, NULL, 1, NULL)`,
  ).run(key, JSON.stringify(attributes), JSON.stringify(index), JSON.stringify([{ Key: "a", Value: "1" }]));
  const item = JSON.stringify({ p: { S: "x" }, g: { S: "y" }, n: { N: "1" } });
  db.prepare(`INSERT INTO "of before" VALUES ('S:x', '', ?, 9)`).run(item);
  const record = db.prepare(
    "INSERT INTO _stream_records VALUES (NULL, 'of before', ?, ?, ?, ?, ?, 's', 1767225601, NULL)",
  );
  record.run("INSERT", JSON.stringify({ p: { S: "x" } }), item, null, "1");
  record.run("MODIFY", JSON.stringify({ p: { S: "x" } }), item, item, "2");
  db.close();
}

describe("tables of an earlier version", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "dynamodb-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = () => {
    const store = new Store(directory);
    store.collection("dynamodb.views").put("of before", "NEW_IMAGE");
    try {
      return openEngine(directory, store, {
        names: new Names("eu-west-1", "000000000000"),
        region: "eu-west-1",
        keyArn: async (id) => id,
        isRecoverable: () => false,
        onWrite() {},
      });
    } finally {
      store.close();
    }
  };

  it("are there with their items, indexes, settings and records, and are converted once", async () => {
    writeFormer(join(directory, "dynamodb.sqlite"));
    const engine = open();
    const TableName = "of before";
    const { Item } = JSON.parse(getItem(engine, { TableName, Key: { p: { S: "x" } } })) as Answer;
    assert.deepEqual(Item, { p: { S: "x" }, g: { S: "y" }, n: { N: "1" } });
    const found = await query(engine, {
      TableName,
      IndexName: "byG",
      KeyConditionExpression: "g = :g",
      ExpressionAttributeValues: { ":g": { S: "y" } },
    });
    assert.equal((JSON.parse(found) as Answer).Count, 1);
    const { Table } = describeTable(engine, { TableName }) as Answer;
    assert.deepEqual(
      [Table.ItemCount, Table.DeletionProtectionEnabled, Table.LatestStreamLabel],
      [1, true, "2026-01-01T00:00:00.500"],
    );
    const StreamArn = Table.LatestStreamArn;
    const { StreamDescription } = describeStream(engine, { StreamArn }) as Answer;
    const { ShardId } = StreamDescription.Shards[0];
    const { ShardIterator } = getShardIterator(engine, {
      StreamArn,
      ShardId,
      ShardIteratorType: "TRIM_HORIZON",
    }) as Answer;
    const { Records } = JSON.parse(getRecords(engine, { ShardIterator })) as Answer;
    assert.deepEqual(
      Records.map(({ eventName, dynamodb }: Answer) => [eventName, dynamodb.SizeBytes]),
      [["INSERT", 2 + 2 + 2 + 3]],
    );
    await engine.close();
    assert.ok(!existsSync(join(directory, "dynamodb.sqlite")));
    const again = open();
    assert.equal(again.tables.all().length, 1);
    await again.close();
  });

  it("that cannot be read are refused in a sentence, and stay", () => {
    const path = join(directory, "dynamodb.sqlite");
    writeFileSync(path, "no database, and longer than the header of one: ".repeat(20));
    assert.throws(open, {
      name: "StateError",
      message: /were written by an earlier version and cannot be read .* move that file away/,
    });
    assert.ok(existsSync(path));
  });
});
