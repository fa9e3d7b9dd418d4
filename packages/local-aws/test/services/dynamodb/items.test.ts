import assert from "node:assert/strict";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import type { TestCloud } from "../../../testing/cloud.ts";
import { createTable, named, region, startTables, type Tables, tableArn } from "./support.ts";

describe("DynamoDB tables", () => {
  let test: TestCloud;
  let client: dynamodb.DynamoDBClient;
  let put: Tables["put"];
  let get: Tables["get"];

  before(async () => {
    ({ test, client, put, get } = await startTables());
  });
  after(() => test.stop());

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

    it("answers statements of PartiQL", async () => {
      await put("items", { id: { S: "statement" }, n: { N: "1" } });
      const statement = (Statement: string) => client.send(new dynamodb.ExecuteStatementCommand({ Statement }));
      await statement(`UPDATE "items" SET n = n + 1 WHERE id = 'statement'`);
      const { Items } = await statement(`SELECT n FROM items WHERE id = 'statement'`);
      assert.deepEqual(Items, [{ n: { N: "2" } }]);
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
});
