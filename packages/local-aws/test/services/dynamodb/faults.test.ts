import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import { AwsError, type Call } from "../../../src/service.ts";
import { engineBinary } from "../../../src/services/dynamodb/engine.ts";
import { createDynamoDb, type DynamoDb } from "../../../src/services/dynamodb/index.ts";
import { Wakes } from "../../../src/wakes.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { createTable, region, startTables, type Tables } from "./support.ts";

describe("DynamoDB under faults", () => {
  let test: TestCloud;
  let client: dynamodb.DynamoDBClient;
  let service: DynamoDb;
  let get: Tables["get"];

  before(async () => {
    ({ test, client, service, get } = await startTables());
  });
  after(() => test.stop());

  it("refuses what would end the engine", async () => {
    const update = new dynamodb.UpdateItemCommand({
      TableName: "items",
      Key: { id: { S: "1" } },
      UpdateExpression: "ADD ñ :n",
      ExpressionAttributeValues: { ":n": { N: "1" } },
    });
    const pid = service.enginePid;
    await assert.rejects(client.send(update), /Invalid UpdateExpression: Syntax error; token: "ñ"/);
    assert.equal(service.enginePid, pid);
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

  it("survives the engine's end under load: what was acknowledged is there", async () => {
    const patient = test.client(dynamodb.DynamoDBClient, { config: { maxAttempts: 8 } });
    const written: string[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let i = 0; i < 15; i++) {
        const id = `load-${writer}-${i}`;
        await patient.send(new dynamodb.PutItemCommand({ TableName: "items", Item: { id: { S: id } } }));
        written.push(id);
        if (writer === 0 && i % 8 === 4) process.kill(service.enginePid as number, "SIGKILL");
      }
    });
    await Promise.all(writers);
    assert.equal(written.length, 60);
    for (const id of written) assert.ok(await get("items", id), id);
  });

  it("ends with the process, and loses nothing, when everything is killed", async () => {
    const directory = await mkdtemp(join(tmpdir(), "local-cloud-"));
    const script = fileURLToPath(new URL("writer.ts", import.meta.url));
    const writer = fork(script, [directory, region], { execArgv: [] });
    const written: string[] = [];
    const engine = await new Promise<number>((done) => {
      writer.on("message", (told: { engine?: number; written?: string }) => {
        if (told.written) written.push(told.written);
        if (written.length === 10) done(told.engine as number);
      });
    });
    const ended = new Promise((done) => writer.once("exit", done));
    writer.kill("SIGKILL");
    await ended;
    const isAlive = () => {
      try {
        return process.kill(engine, 0);
      } catch {
        return false;
      }
    };
    for (let i = 0; i < 200 && isAlive(); i++) await setTimeout(25);
    assert.equal(isAlive(), false);

    const again = await startCloud({ region, directory });
    try {
      const { Count } = await again.cloud.call<{ Count: number }>("dynamodb", "Scan", { TableName: "written" });
      assert.ok(Count >= written.length, `${Count} of ${written.length}`);
    } finally {
      await again.stop();
    }
  });

  it("names the way out where another server is to be used, and uses it", async () => {
    const server = createServer((request, response) => {
      response.end(JSON.stringify({ TableNames: [request.headers["x-amz-target"]] }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const other = createDynamoDb(test.cloud, new Wakes(), { endpoint });
    try {
      const output = await other.operations.ListTables?.run({}, {} as Call);
      assert.deepEqual(output, { TableNames: ["DynamoDB_20120810.ListTables"] });
      assert.equal(other.enginePid, undefined);
    } finally {
      await other.stop?.();
      server.close();
    }
    assert.throws(() => engineBinary("sunos", "sparc"), /sunos-sparc.*LOCAL_DYNAMODB_ENDPOINT/);
  });

  it("keeps everything over a restart, and ends its engine", async () => {
    const own = await startCloud({ region });
    const before = own.client(dynamodb.DynamoDBClient);
    await createTable(before, "kept", { StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" } });
    await before.send(new dynamodb.PutItemCommand({ TableName: "kept", Item: { id: { S: "1" } } }));
    const { enginePid } = own.services.get("dynamodb") as DynamoDb;
    await own.stop({ keep: true });
    assert.throws(() => process.kill(enginePid as number, 0));

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
