/** Tables. */
import {
  type AttributeDefinition,
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  type GlobalSecondaryIndex,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { inParallel } from "../lib/load.ts";
import type { Server } from "../lib/server.ts";
import { fresh, spread } from "./names.ts";
import type { Operation, Scenario } from "./scenario.ts";

const item = (n: number) => ({
  p: { S: `partition-${Math.floor(n / 10)}` },
  s: { N: String(n % 10) },
  class: { S: `class-${n % 100}` },
  measured: { M: { length: { N: "5.1" }, width: { N: "3.5" }, colours: { SS: ["blue", "violet"] } } },
  text: { S: "a flower that was measured in the garden ".repeat(4) },
});
const keyOf = ({ p, s }: ReturnType<typeof item>) => ({ p, s });

/** Writes 25 items. */
async function batch(server: Server, table: string, from: number): Promise<void> {
  const all = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: item(from + n) } }));
  const input = { RequestItems: { [table]: all } };
  const { UnprocessedItems = {} } = await server.client(DynamoDBClient).send(new BatchWriteItemCommand(input));
  if (Object.keys(UnprocessedItems).length > 0) throw new Error("BatchWriteItem leaves items");
}

const byClass: GlobalSecondaryIndex = {
  IndexName: "byClass",
  KeySchema: [{ AttributeName: "class", KeyType: "HASH" }],
  Projection: { ProjectionType: "KEYS_ONLY" },
};

/** A table with so many items. @param indexed by their class, too. @returns its name. */
export async function table(server: Server, size: number, indexed = false): Promise<string> {
  const client = server.client(DynamoDBClient);
  const TableName = fresh("table");
  const AttributeDefinitions: AttributeDefinition[] = [
    { AttributeName: "p", AttributeType: "S" },
    { AttributeName: "s", AttributeType: "N" },
  ];
  if (indexed) AttributeDefinitions.push({ AttributeName: "class", AttributeType: "S" });
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions,
      KeySchema: [
        { AttributeName: "p", KeyType: "HASH" },
        { AttributeName: "s", KeyType: "RANGE" },
      ],
      ...(indexed && { GlobalSecondaryIndexes: [byClass] }),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  await inParallel(size / 25, server.connections, (n) => batch(server, TableName, 25 * n));
  return TableName;
}

/** Operations on a table of so many items. */
export type OnTable = (server: Server, TableName: string, size: number) => Operation;

export const put: OnTable = (server, TableName, size) => async (n) => {
  const Item = item(size > 0 ? spread(n, size) : n);
  await server.client(DynamoDBClient).send(new PutItemCommand({ TableName, Item }));
};

export const get: OnTable = (server, TableName, size) => async (n) => {
  const Key = keyOf(item(spread(n, size)));
  const { Item } = await server.client(DynamoDBClient).send(new GetItemCommand({ TableName, Key }));
  if (!Item) throw new Error("GetItem does not find an item");
};

export const query: OnTable = (server, TableName, size) => async (n) => {
  const values = { KeyConditionExpression: "p = :p", ExpressionAttributeValues: { ":p": item(spread(n, size)).p } };
  const { Count } = await server.client(DynamoDBClient).send(new QueryCommand({ TableName, ...values }));
  if (Count !== 10) throw new Error(`Query finds ${Count} items of 10`);
};

/** Four conditional updates of one partition at once. */
const transact: OnTable = (server, TableName, size) => async (n) => {
  const TransactItems = [0, 1, 2, 3].map((more) => ({
    Update: {
      TableName,
      Key: keyOf(item(4 * spread(n, size / 4) + more)),
      UpdateExpression: "ADD written :one SET #c = :c",
      ConditionExpression: "attribute_exists(p)",
      ExpressionAttributeNames: { "#c": "class" },
      ExpressionAttributeValues: { ":one": { N: "1" }, ":c": { S: "other" } },
    },
  }));
  await server.client(DynamoDBClient).send(new TransactWriteItemsCommand({ TransactItems }));
};

const fill: OnTable = (server, TableName) => (n) => batch(server, TableName, 25 * n);

/** @param usual items where a scenario says no other number. */
const on =
  (operation: OnTable, usual: number, indexed = false): Scenario["prepare"] =>
  async (server, size) =>
    operation(server, await table(server, size || usual, indexed), size || usual);

/** The same on tables of two sizes. */
const grown = (one: Scenario): Scenario => ({
  ...one,
  what: `${one.what}, of items`,
  count: 800,
  sizes: [1_000, 10_000],
});

const getOne: Scenario = { what: "DynamoDB get", count: 1_000, prepare: on(get, 1_000) };
const queryTen: Scenario = { what: "DynamoDB query 10", count: 800, prepare: on(query, 1_000) };

export const tables: Scenario[] = [
  { what: "DynamoDB put", count: 1_000, prepare: on(put, 0) },
  { what: "DynamoDB put, with an index", count: 1_000, prepare: on(put, 0, true) },
  getOne,
  queryTen,
  { what: "DynamoDB transaction of 4 conditional updates", count: 250, prepare: on(transact, 1_000) },
  { what: "DynamoDB fill, a batch of 25", count: 80, items: 25, prepare: on(fill, 0) },
  grown(getOne),
  grown(queryTen),
];
