import * as dynamodb from "@aws-sdk/client-dynamodb";
import type { DynamoDb } from "../../../src/services/dynamodb/index.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

export const region = "eu-west-1";
export const tableArn = `arn:aws:dynamodb:${region}:000000000000:table/items`;
export const named = (name: string) => (error: Error) => error.name === name;

export interface Tables {
  test: TestCloud;
  client: dynamodb.DynamoDBClient;
  service: DynamoDb;
  put(TableName: string, Item: Record<string, dynamodb.AttributeValue>): Promise<unknown>;
  get(TableName: string, id: string): Promise<Record<string, dynamodb.AttributeValue> | undefined>;
}

/** The local cloud with a table `items`, whose index `byClass` is there too. */
export async function startTables(): Promise<Tables> {
  const test = await startCloud({ region });
  const client = test.client(dynamodb.DynamoDBClient);
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
  return {
    test,
    client,
    service: test.services.get("dynamodb") as DynamoDb,
    put: (TableName, Item) => client.send(new dynamodb.PutItemCommand({ TableName, Item })),
    get: async (TableName, id) =>
      (await client.send(new dynamodb.GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item,
  };
}

export async function createTable(client: dynamodb.DynamoDBClient, TableName: string, more: object = {}) {
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
