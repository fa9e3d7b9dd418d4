import assert from "node:assert/strict";
import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DynamoDBDocumentClient,
  ExecuteStatementCommand,
  GetCommand,
  NumberValue,
  PutCommand,
  paginateQuery,
  paginateScan,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { startCloud, type TestCloud } from "../../../../testing/cloud.ts";
import { createTable } from "../support.ts";

const TableName = "documents";

describe("DynamoDB, judged by the SDK's document client", () => {
  let test: TestCloud;
  let documents: DynamoDBDocumentClient;

  before(async () => {
    test = await startCloud();
    const client = test.client(DynamoDBClient);
    await createTable(client, TableName, {
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "n", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "id", KeyType: "HASH" },
        { AttributeName: "n", KeyType: "RANGE" },
      ],
    });
    documents = DynamoDBDocumentClient.from(client, {
      marshallOptions: { removeUndefinedValues: true },
      unmarshallOptions: { wrapNumbers: (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text) },
    });
  });
  after(() => test.stop());

  it("gives every type back as it went", async () => {
    const Item = {
      id: "types",
      n: 1,
      large: NumberValue.from("12345678901234567890123456789012345678"),
      text: "",
      bytes: new Uint8Array([0, 255]),
      nothing: null,
      truth: false,
      list: [1, "two", { three: [null] }],
      texts: new Set(["a", "b"]),
      numbers: new Set([1, 2]),
      empty: {},
    };
    await documents.send(new PutCommand({ TableName, Item: { ...Item, absent: undefined } }));
    const { Item: found } = await documents.send(new GetCommand({ TableName, Key: { id: "types", n: 1 } }));
    assert.deepEqual(found, { ...Item, large: "12345678901234567890123456789012345678" });
  });

  it("updates what is deep within, and returns that", async () => {
    await documents.send(new PutCommand({ TableName, Item: { id: "update", n: 1, a: { b: [1, 2, 3], c: "x" } } }));
    const update = new UpdateCommand({
      TableName,
      Key: { id: "update", n: 1 },
      UpdateExpression: "SET a.b[1] = :v, a.d = :list REMOVE a.c",
      ExpressionAttributeValues: { ":v": "changed", ":list": [{ deep: true }] },
      ReturnValues: "ALL_NEW",
    });
    const { Attributes } = await documents.send(update);
    assert.deepEqual(Attributes?.a, { b: [1, "changed", 3], d: [{ deep: true }] });
  });

  it("goes through pages of queries and scans", async () => {
    const puts = Array.from({ length: 25 }, (_, n) => ({
      PutRequest: { Item: { id: "pages", n, even: n % 2 === 0 } },
    }));
    const { UnprocessedItems } = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: puts } }));
    assert.deepEqual(UnprocessedItems, {});
    const query = {
      TableName,
      KeyConditionExpression: "id = :id AND n BETWEEN :from AND :to",
      FilterExpression: "even = :even",
      ExpressionAttributeValues: { ":id": "pages", ":from": 3, ":to": 20, ":even": true },
    };
    const found: unknown[] = [];
    for await (const { Items = [] } of paginateQuery({ client: documents, pageSize: 4 }, query)) {
      found.push(...Items.map(({ n }) => n));
    }
    assert.deepEqual(found, [4, 6, 8, 10, 12, 14, 16, 18, 20]);
    let scanned = 0;
    for await (const { Items = [] } of paginateScan({ client: documents, pageSize: 4 }, { TableName })) {
      scanned += Items.filter(({ id }) => id === "pages").length;
    }
    assert.equal(scanned, 25);
    const Keys = [0, 1, 99].map((n) => ({ id: "pages", n }));
    const { Responses } = await documents.send(new BatchGetCommand({ RequestItems: { [TableName]: { Keys } } }));
    assert.deepEqual(Responses?.[TableName]?.map(({ n }) => n).sort(), [0, 1]);
  });

  it("commits transactions whole, or says why not", async () => {
    const put = (n: number, more = {}) => ({ Put: { TableName, Item: { id: "together", n }, ...more } });
    await documents.send(new TransactWriteCommand({ TransactItems: [put(1), put(2)] }));
    const Gets = [1, 2, 3].map((n) => ({ Get: { TableName, Key: { id: "together", n } } }));
    const { Responses } = await documents.send(new TransactGetCommand({ TransactItems: Gets }));
    assert.deepEqual(
      Responses?.map(({ Item }) => Item?.n),
      [1, 2, undefined],
    );
    const failed = {
      ConditionExpression: "attribute_not_exists(id)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    };
    await assert.rejects(
      documents.send(new TransactWriteCommand({ TransactItems: [put(3), put(1, failed)] })),
      (error: TransactionCanceledException) => {
        assert.ok(error instanceof TransactionCanceledException);
        const reasons = error.CancellationReasons?.map(({ Code, Item }) => [Code, Item?.n?.N]);
        assert.deepEqual(reasons, [
          ["None", undefined],
          ["ConditionalCheckFailed", "1"],
        ]);
        return true;
      },
    );
    const query = new QueryCommand({
      TableName,
      Select: "COUNT",
      KeyConditionExpression: "id = :id",
      ExpressionAttributeValues: { ":id": "together" },
    });
    assert.equal((await documents.send(query)).Count, 2);
  });

  it("takes statements of PartiQL with plain values", async () => {
    const statement = (Statement: string, ...Parameters: unknown[]) =>
      documents.send(new ExecuteStatementCommand({ Statement, Parameters }));
    await statement(`INSERT INTO "${TableName}" VALUE {'id': ?, 'n': ?, 'a': ?}`, "partiql", 1, { b: [1] });
    await statement(`UPDATE "${TableName}" SET a.b = list_append(a.b, ?) WHERE id = ? AND n = ?`, [2], "partiql", 1);
    const { Items } = await statement(`SELECT a FROM "${TableName}" WHERE id = ?`, "partiql");
    assert.deepEqual(Items, [{ a: { b: [1, 2] } }]);
  });
});
