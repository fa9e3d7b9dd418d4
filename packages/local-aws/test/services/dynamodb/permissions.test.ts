import assert from "node:assert/strict";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import type { TestCloud } from "../../../testing/cloud.ts";
import { createTable, named, startTables, tableArn } from "./support.ts";

describe("DynamoDB permissions", () => {
  let test: TestCloud;
  let client: dynamodb.DynamoDBClient;

  before(async () => {
    ({ test, client } = await startTables());
  });
  after(() => test.stop());

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
    await assert.rejects(writer.send(batch("items", "others")), /dynamodb:BatchWriteItem on resource: .*table\/others/);
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
    const ask = (id: string, KeyConditionExpression = "#k = :k") =>
      new dynamodb.QueryCommand({
        TableName: "owned",
        KeyConditionExpression,
        ExpressionAttributeNames: { "#k": "id" },
        ExpressionAttributeValues: { ":k": { S: id } },
      });
    await own.send(putItem("me"));
    await own.send(batch("me"));
    await own.send(ask("me"));
    await assert.rejects(own.send(putItem("you")), named("AccessDeniedException"));
    await assert.rejects(own.send(batch("me", "you")), named("AccessDeniedException"));
    await assert.rejects(own.send(ask("you")), named("AccessDeniedException"));
    await own.send(ask("me", "(#k) = (:k)"));
    await assert.rejects(own.send(ask("you", "(#k) = (:k)")), named("AccessDeniedException"));
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
