import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import { AwsError } from "../../../src/service.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { createTable, region, startTables } from "./support.ts";

describe("DynamoDB under faults", () => {
  let test: TestCloud;
  let client: dynamodb.DynamoDBClient;

  before(async () => {
    ({ test, client } = await startTables());
  });
  after(() => test.stop());

  it("refuses characters that no expression has", async () => {
    const update = new dynamodb.UpdateItemCommand({
      TableName: "items",
      Key: { id: { S: "1" } },
      UpdateExpression: "ADD ñ :n",
      ExpressionAttributeValues: { ":n": { N: "1" } },
    });
    await assert.rejects(client.send(update), /Invalid UpdateExpression: Syntax error; token: "ñ"/);
  });

  const odd = { toString: 1 };
  const ofOtherTypes: [operation: string, input: object][] = [
    ["Query", { TableName: "items", ProjectionExpression: "#a", ExpressionAttributeNames: { "#a": odd } }],
    ["Query", { TableName: "items", IndexName: odd }],
    ["GetItem", { TableName: "items", AttributesToGet: [odd] }],
    ["PutItem", { TableName: odd, Item: { id: { S: "1" } } }],
    ["BatchWriteItem", { RequestItems: { items: [null] } }],
    ["ListTagsOfResource", { ResourceArn: odd }],
    ["GetRecords", { ShardIterator: odd }],
  ];
  for (const [operation, input] of ofOtherTypes) {
    it(`refuses members of other types: ${operation} ${JSON.stringify(input)}`, async () => {
      await assert.rejects(test.cloud.call("dynamodb", operation, input), AwsError);
    });
  }

  it("loses nothing that it acknowledged when the process is killed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "local-cloud-"));
    const script = fileURLToPath(new URL("writer.ts", import.meta.url));
    const writer = fork(script, [directory, region], { execArgv: [] });
    const written: string[] = [];
    await new Promise<void>((done) => {
      writer.on("message", (told: { written: string }) => {
        written.push(told.written);
        if (written.length === 100) done();
      });
    });
    const ended = new Promise((done) => writer.once("exit", done));
    writer.kill("SIGKILL");
    await ended;

    const again = await startCloud({ region, directory });
    try {
      const { Items } = await again.cloud.call<{ Items: { id: { S: string } }[] }>("dynamodb", "Scan", {
        TableName: "written",
      });
      const found = new Set(Items.map(({ id }) => id.S));
      assert.deepEqual(
        written.filter((id) => !found.has(id)),
        [],
      );
    } finally {
      await again.stop();
    }
  });

  it("keeps everything over a restart", async () => {
    const own = await startCloud({ region });
    const before = own.client(dynamodb.DynamoDBClient);
    await createTable(before, "kept", { StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" } });
    await before.send(new dynamodb.PutItemCommand({ TableName: "kept", Item: { id: { S: "1" } } }));
    await own.stop({ keep: true });

    const again = await startCloud({ region, directory: own.directory });
    try {
      const after = again.client(dynamodb.DynamoDBClient);
      const { Item } = await after.send(new dynamodb.GetItemCommand({ TableName: "kept", Key: { id: { S: "1" } } }));
      assert.ok(Item);
      const { Table } = await after.send(new dynamodb.DescribeTableCommand({ TableName: "kept" }));
      assert.equal(Table?.StreamSpecification?.StreamViewType, "KEYS_ONLY");
    } finally {
      await again.stop();
    }
  });
});
