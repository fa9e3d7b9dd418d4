/** Tables and buckets. */
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Server } from "../lib/server.ts";
import { fresh } from "./names.ts";
import type { Operation, Scenario } from "./scenario.ts";

const item = (n: number) => ({
  p: { S: `partition-${Math.floor(n / 10)}` },
  s: { N: String(n % 10) },
  measured: { M: { length: { N: "5.1" }, width: { N: "3.5" }, colours: { SS: ["blue", "violet"] } } },
  text: { S: "a flower that was measured in the garden ".repeat(4) },
});
/** Spreads the operations over what is stored. */
const spread = (n: number, size: number) => (n * 7919) % size;

/** Writes 25 items. */
async function batch(server: Server, table: string, from: number): Promise<void> {
  const all = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: item(from + n) } }));
  const input = { RequestItems: { [table]: all } };
  const { UnprocessedItems = {} } = await server.client(DynamoDBClient).send(new BatchWriteItemCommand(input));
  if (Object.keys(UnprocessedItems).length > 0) throw new Error("BatchWriteItem leaves items");
}

async function table(server: Server, size: number): Promise<string> {
  const client = server.client(DynamoDBClient);
  const TableName = fresh("table");
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "p", AttributeType: "S" },
        { AttributeName: "s", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "p", KeyType: "HASH" },
        { AttributeName: "s", KeyType: "RANGE" },
      ],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1 }, { TableName });
  for (let from = 0; from < size; from += 25) await batch(server, TableName, from);
  return TableName;
}

async function put(server: Server): Promise<Operation> {
  const TableName = await table(server, 0);
  return async (n) => void (await server.client(DynamoDBClient).send(new PutItemCommand({ TableName, Item: item(n) })));
}

async function get(server: Server, size: number): Promise<Operation> {
  const TableName = await table(server, size);
  return async (n) => {
    const { p, s } = item(spread(n, size));
    const { Item } = await server.client(DynamoDBClient).send(new GetItemCommand({ TableName, Key: { p, s } }));
    if (!Item) throw new Error("GetItem does not find an item");
  };
}

async function query(server: Server, size: number): Promise<Operation> {
  const TableName = await table(server, size);
  return async (n) => {
    const values = { KeyConditionExpression: "p = :p", ExpressionAttributeValues: { ":p": item(spread(n, size)).p } };
    const { Count } = await server.client(DynamoDBClient).send(new QueryCommand({ TableName, ...values }));
    if (Count !== 10) throw new Error(`Query finds ${Count} items of 10`);
  };
}

async function fill(server: Server): Promise<Operation> {
  const name = await table(server, 0);
  return (n) => batch(server, name, 25 * n);
}

async function bucket(server: Server): Promise<string> {
  const Bucket = fresh("bucket");
  await server.client(S3Client).send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

const key = (n: number) => `measured/2026/file-${String(n).padStart(6, "0")}.csv`;
const kilobyte = Buffer.alloc(1024, "a measurement, ");
const large = Buffer.alloc(8 * 1024 ** 2, "a measurement, ");

async function putObject(server: Server, Body: Buffer, keys: number): Promise<Operation> {
  const Bucket = await bucket(server);
  return async (n) =>
    void (await server.client(S3Client).send(new PutObjectCommand({ Bucket, Key: key(n % keys), Body })));
}

async function getObject(server: Server, Body: Buffer, size: number): Promise<Operation> {
  const client = server.client(S3Client);
  const Bucket = await bucket(server);
  for (let n = 0; n < size; n++) await client.send(new PutObjectCommand({ Bucket, Key: key(n), Body }));
  return async (n) => {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: key(spread(n, size)) }));
    const { length } = await answer.Body!.transformToByteArray();
    if (length !== Body.length) throw new Error(`GetObject answers ${length} bytes of ${Body.length}`);
  };
}

export const stores: Scenario[] = [
  { what: "S3 put 1 KB", count: 800, prepare: (server) => putObject(server, kilobyte, 1_000) },
  { what: "S3 get 1 KB", count: 800, prepare: (server) => getObject(server, kilobyte, 200) },
  { what: "S3 put 8 MB", count: 32, prepare: (server) => putObject(server, large, 4) },
  { what: "S3 get 8 MB", count: 64, prepare: (server) => getObject(server, large, 4) },
  { what: "DynamoDB put", count: 1_000, prepare: put },
  { what: "DynamoDB get", count: 1_000, prepare: (server) => get(server, 1_000) },
  { what: "DynamoDB query 10", count: 800, prepare: (server) => query(server, 1_000) },
  { what: "DynamoDB fill, a batch of 25", count: 80, prepare: fill },
  { what: "DynamoDB get, of items", count: 800, sizes: [1_000, 10_000], prepare: get },
  { what: "DynamoDB query 10, of items", count: 800, sizes: [1_000, 10_000], prepare: query },
  {
    what: "S3 get 1 KB, of objects",
    count: 800,
    sizes: [500, 5_000],
    prepare: (server, size) => getObject(server, kilobyte, size),
  },
];
