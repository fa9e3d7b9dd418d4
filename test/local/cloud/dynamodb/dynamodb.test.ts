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
import * as streams from "@aws-sdk/client-dynamodb-streams";
import { engineBinary } from "../../../../local/cloud/dynamodb/engine.ts";
import { EngineFile } from "../../../../local/cloud/dynamodb/file.ts";
import { createDynamoDb, type DynamoDb } from "../../../../local/cloud/dynamodb/index.ts";
import type { Call } from "../../../../local/cloud/service.ts";
import { Wakes } from "../../../../local/cloud/wakes.ts";
import { startCloud, type TestCloud } from "../../support/cloud.ts";

const region = "eu-west-1";
const tableArn = `arn:aws:dynamodb:${region}:000000000000:table/items`;
const named = (name: string) => (error: Error) => error.name === name;

async function createTable(client: dynamodb.DynamoDBClient, TableName: string, more: object = {}) {
  const { TableDescription } = await client.send(
    new dynamodb.CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      ...more,
    }),
  );
  return TableDescription as dynamodb.TableDescription;
}

async function readAll(client: streams.DynamoDBStreamsClient, StreamArn: string) {
  const { StreamDescription } = await client.send(new streams.DescribeStreamCommand({ StreamArn }));
  const [shard] = StreamDescription?.Shards ?? [];
  const { ShardIterator } = await client.send(
    new streams.GetShardIteratorCommand({ StreamArn, ShardId: shard?.ShardId, ShardIteratorType: "TRIM_HORIZON" }),
  );
  const { Records = [] } = await client.send(new streams.GetRecordsCommand({ ShardIterator }));
  return { shard, ShardIterator, Records };
}

describe("DynamoDB", () => {
  let test: TestCloud;
  let client: dynamodb.DynamoDBClient;
  let service: DynamoDb;

  before(async () => {
    test = await startCloud({ region });
    client = test.client(dynamodb.DynamoDBClient);
    service = test.services.get("dynamodb") as DynamoDb;
    await createTable(client, "items", {
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "class", AttributeType: "S" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "byClass",
          KeySchema: [{ AttributeName: "class", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    });
  });
  after(() => test.stop());

  const put = (TableName: string, Item: Record<string, dynamodb.AttributeValue>) =>
    client.send(new dynamodb.PutItemCommand({ TableName, Item }));
  const get = async (TableName: string, id: string) =>
    (await client.send(new dynamodb.GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item;

  describe("items", () => {
    it("keeps every type of value", async () => {
      const item = {
        id: { S: "ünïcödé" },
        n: { N: "1.5" },
        b: { B: new Uint8Array([0, 255]) },
        l: { L: [{ NULL: true }] },
      };
      await put("items", item as never);
      assert.deepEqual(await get("items", "ünïcödé"), item);
    });

    it("takes the table's ARN for its name", async () => {
      await put(tableArn, { id: { S: "by ARN" } });
      assert.ok(await get("items", "by ARN"));
    });

    it("answers in AWS's words", async () => {
      await assert.rejects(get("nowhere", "x"), named("ResourceNotFoundException"));
      const condition = new dynamodb.PutItemCommand({
        TableName: "items",
        Item: { id: { S: "new" } },
        ConditionExpression: "attribute_exists(id)",
      });
      await assert.rejects(client.send(condition), named("ConditionalCheckFailedException"));
      const transaction = new dynamodb.TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName: "items", Item: { id: { S: "t" } }, ConditionExpression: "attribute_exists(id)" } },
        ],
      });
      await assert.rejects(client.send(transaction), (error: dynamodb.TransactionCanceledException) => {
        assert.equal(error.CancellationReasons?.[0]?.Code, "ConditionalCheckFailed");
        return true;
      });
    });

    it("refuses PartiQL, which IAM could not follow", async () => {
      const statement = new dynamodb.ExecuteStatementCommand({ Statement: "SELECT * FROM items" });
      await assert.rejects(client.send(statement), named("UnknownOperationException"));
    });

    it("is called in process with bytes, and answers the wire's JSON", async () => {
      await test.cloud.call("dynamodb", "PutItem", {
        TableName: "items",
        Item: { id: { S: "p" }, b: { B: Buffer.from("a") } },
      });
      const { Item } = await test.cloud.call<{ Item: object }>("dynamodb", "GetItem", {
        TableName: "items",
        Key: { id: { S: "p" } },
      });
      assert.deepEqual(Item, { id: { S: "p" }, b: { B: "YQ==" } });
    });
  });

  describe("the account's names", () => {
    it("are in descriptions of tables, indexes and streams", async () => {
      const { Table } = await client.send(new dynamodb.DescribeTableCommand({ TableName: "items" }));
      assert.equal(Table?.TableArn, tableArn);
      assert.equal(Table.GlobalSecondaryIndexes?.[0]?.IndexArn, `${tableArn}/index/byClass`);
      const made = await createTable(client, "labelled", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
      });
      assert.match(String(made.LatestStreamLabel), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
      assert.equal(
        made.LatestStreamArn,
        `arn:aws:dynamodb:${region}:000000000000:table/labelled/stream/${made.LatestStreamLabel}`,
      );
      assert.equal(made.StreamSpecification?.StreamViewType, "KEYS_ONLY");
    });

    it("are taken for tags", async () => {
      await client.send(new dynamodb.TagResourceCommand({ ResourceArn: tableArn, Tags: [{ Key: "a", Value: "1" }] }));
      const { Tags } = await client.send(new dynamodb.ListTagsOfResourceCommand({ ResourceArn: tableArn }));
      assert.deepEqual(Tags, [{ Key: "a", Value: "1" }]);
      await assert.rejects(
        client.send(new dynamodb.ListTagsOfResourceCommand({ ResourceArn: `${tableArn}2` })),
        named("ResourceNotFoundException"),
      );
    });
  });

  describe("IAM", () => {
    const as = async (Action: string | string[], Resource: string | string[]) => {
      const { credentials } = await test.mintRole({ Effect: "Allow", Action, Resource });
      return test.client(dynamodb.DynamoDBClient, { credentials });
    };
    const query = (IndexName?: string) =>
      new dynamodb.QueryCommand({
        TableName: "items",
        ...(IndexName && { IndexName }),
        KeyConditionExpression: "#k = :k",
        ExpressionAttributeNames: { "#k": IndexName ? "class" : "id" },
        ExpressionAttributeValues: { ":k": { S: "x" } },
      });

    it("asks for the index that is queried, not the table", async () => {
      const reader = await as("dynamodb:Query", `${tableArn}/index/byClass`);
      await reader.send(query("byClass"));
      await assert.rejects(reader.send(query()), named("AccessDeniedException"));
    });

    it("asks for each table of a batch", async () => {
      await createTable(client, "others");
      const writer = await as("dynamodb:BatchWriteItem", tableArn);
      const request = { PutRequest: { Item: { id: { S: "b" } } } };
      const batch = (...tables: string[]) =>
        new dynamodb.BatchWriteItemCommand({
          RequestItems: Object.fromEntries(tables.map((table) => [table, [request]])),
        });
      await writer.send(batch("items"));
      await assert.rejects(
        writer.send(batch("items", "others")),
        /dynamodb:BatchWriteItem on resource: .*table\/others/,
      );
    });

    it("asks for each action of a transaction", async () => {
      const writer = await as("dynamodb:PutItem", tableArn);
      const Put = { TableName: "items", Item: { id: { S: "t" } } };
      const ConditionCheck = {
        TableName: "items",
        Key: { id: { S: "u" } },
        ConditionExpression: "attribute_not_exists(id)",
      };
      await writer.send(new dynamodb.TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
      await assert.rejects(
        writer.send(new dynamodb.TransactWriteItemsCommand({ TransactItems: [{ Put }, { ConditionCheck }] })),
        /not authorized to perform: dynamodb:ConditionCheckItem/,
      );
    });

    it("gives a caller items of his own, by their partition key", async () => {
      await createTable(client, "owned");
      const { credentials } = await test.mintRole({
        Effect: "Allow",
        Action: "dynamodb:*",
        Resource: tableArn.replace("items", "owned"),
        Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["me"] } },
      });
      const own = test.client(dynamodb.DynamoDBClient, { credentials });
      const putItem = (id: string) => new dynamodb.PutItemCommand({ TableName: "owned", Item: { id: { S: id } } });
      const batch = (...ids: string[]) =>
        new dynamodb.BatchGetItemCommand({ RequestItems: { owned: { Keys: ids.map((id) => ({ id: { S: id } })) } } });
      const ask = (id: string) =>
        new dynamodb.QueryCommand({
          TableName: "owned",
          KeyConditionExpression: "#k = :k",
          ExpressionAttributeNames: { "#k": "id" },
          ExpressionAttributeValues: { ":k": { S: id } },
        });
      await own.send(putItem("me"));
      await own.send(batch("me"));
      await own.send(ask("me"));
      await assert.rejects(own.send(putItem("you")), named("AccessDeniedException"));
      await assert.rejects(own.send(batch("me", "you")), named("AccessDeniedException"));
      await assert.rejects(own.send(ask("you")), named("AccessDeniedException"));
    });

    it("lets in whom the table's own policy names", async () => {
      const { credentials, roleArn } = await test.mintRole();
      const reader = test.client(dynamodb.DynamoDBClient, { credentials });
      const read = new dynamodb.GetItemCommand({ TableName: "items", Key: { id: { S: "x" } } });
      await assert.rejects(reader.send(read), named("AccessDeniedException"));
      const Policy = JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Principal: { AWS: roleArn }, Action: "dynamodb:GetItem", Resource: tableArn },
      });
      await client.send(new dynamodb.PutResourcePolicyCommand({ ResourceArn: tableArn, Policy }));
      await reader.send(read);
      await client.send(new dynamodb.DeleteResourcePolicyCommand({ ResourceArn: tableArn }));
      await assert.rejects(reader.send(read), named("AccessDeniedException"));
    });
  });

  describe("settings", () => {
    it("remembers point-in-time recovery", async () => {
      const status = async () =>
        (await client.send(new dynamodb.DescribeContinuousBackupsCommand({ TableName: "items" })))
          .ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      assert.equal(await status(), "DISABLED");
      await client.send(
        new dynamodb.UpdateContinuousBackupsCommand({
          TableName: "items",
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      );
      assert.equal(await status(), "ENABLED");
    });

    it("protects a table from deletion", async () => {
      await createTable(client, "safe", { DeletionProtectionEnabled: true });
      const remove = new dynamodb.DeleteTableCommand({ TableName: "safe" });
      await assert.rejects(client.send(remove), /protected against deletion/);
      await client.send(new dynamodb.UpdateTableCommand({ TableName: "safe", DeletionProtectionEnabled: false }));
      await client.send(remove);
    });
  });

  describe("streams", () => {
    let reader: streams.DynamoDBStreamsClient;
    before(() => {
      reader = test.client(streams.DynamoDBStreamsClient);
    });

    it("holds inserts, changes and removals with the images of its view type", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "streamed", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      });
      await put("streamed", { id: { S: "1" }, n: { N: "1" } });
      await put("streamed", { id: { S: "1" }, n: { N: "2" } });
      await put("streamed", { id: { S: "1" }, n: { N: "2.0" } });
      await client.send(new dynamodb.DeleteItemCommand({ TableName: "streamed", Key: { id: { S: "1" } } }));
      const { Records, shard, ShardIterator } = await readAll(reader, LatestStreamArn);

      assert.deepEqual(
        Records.map(({ eventName }) => eventName),
        ["INSERT", "MODIFY", "REMOVE"],
        "what changed nothing leaves no record",
      );
      assert.ok(ShardIterator?.startsWith(`${LatestStreamArn}|`));
      assert.equal(shard?.SequenceNumberRange?.EndingSequenceNumber, undefined);
      const [first, second, third] = Records;
      assert.match(String(first?.eventID), /^[0-9a-f]{32}$/);
      assert.equal(first?.awsRegion, region);
      assert.deepEqual(first.dynamodb?.NewImage, { id: { S: "1" }, n: { N: "1" } });
      assert.match(String(first.dynamodb?.SequenceNumber), /^\d{21}$/);
      assert.equal(first.dynamodb?.SizeBytes, 3 + 3 + 1 + 2);
      assert.equal(second?.dynamodb?.OldImage, undefined);
      assert.equal(third?.dynamodb?.NewImage, undefined);
      assert.equal(third?.userIdentity, undefined);

      const { ShardIterator: later } = await reader.send(
        new streams.GetShardIteratorCommand({
          StreamArn: LatestStreamArn,
          ShardId: shard?.ShardId,
          ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
          SequenceNumber: second?.dynamodb?.SequenceNumber,
        }),
      );
      const { Records: rest } = await reader.send(new streams.GetRecordsCommand({ ShardIterator: later }));
      assert.deepEqual(
        rest?.map(({ eventID }) => eventID),
        [third?.eventID],
      );
    });

    it("forget records after a day, and count on", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "aging", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
      });
      for (const id of ["1", "2", "3"]) await put("aging", { id: { S: id } });
      const file = new EngineFile(join(test.cloud.directory, "dynamodb.sqlite"));
      file.trim(Date.now() + 25 * 3600 * 1000);
      file.close();
      await put("aging", { id: { S: "4" } });
      const { Records } = await readAll(reader, LatestStreamArn);
      assert.deepEqual(
        Records.map(({ dynamodb: change }) => [change?.Keys?.id?.S, Number(change?.SequenceNumber)]),
        [
          ["3", 3],
          ["4", 4],
        ],
      );
    });

    it("are read only with the right to that stream", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "guarded", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
      });
      const { credentials } = await test.mintRole({
        Effect: "Allow",
        Action: ["dynamodb:DescribeStream", "dynamodb:GetShardIterator"],
        Resource: LatestStreamArn,
      });
      const other = test.client(streams.DynamoDBStreamsClient, { credentials });
      await assert.rejects(readAll(other, LatestStreamArn), (error: Error) => {
        assert.ok(error.message.includes(`dynamodb:GetRecords on resource: ${LatestStreamArn}`), error.message);
        return true;
      });
    });
  });

  describe("time to live", () => {
    it("deletes what has passed, and says in the stream that it was the service", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "mortal", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "OLD_IMAGE" },
      });
      await client.send(
        new dynamodb.UpdateTimeToLiveCommand({
          TableName: "mortal",
          TimeToLiveSpecification: { Enabled: true, AttributeName: "until" },
        }),
      );
      const now = Math.floor(Date.now() / 1000);
      await put("mortal", { id: { S: "past" }, until: { N: String(now - 10) } });
      await put("mortal", { id: { S: "future" }, until: { N: String(now + 1000) } });
      await put("mortal", { id: { S: "text" }, until: { S: "yesterday" } });
      await put("mortal", { id: { S: "ancient" }, until: { N: "1" } });
      await service.sweep();
      const { Items = [] } = await client.send(new dynamodb.ScanCommand({ TableName: "mortal" }));
      assert.deepEqual(Items.map(({ id }) => id?.S).sort(), ["ancient", "future", "text"]);
      const { Records } = await readAll(test.client(streams.DynamoDBStreamsClient), LatestStreamArn);
      const removed = Records.find(({ eventName }) => eventName === "REMOVE");
      assert.deepEqual(removed?.userIdentity, { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" });
      assert.deepEqual(removed?.dynamodb?.Keys, { id: { S: "past" } });
    });
  });

  describe("faults", () => {
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
});
