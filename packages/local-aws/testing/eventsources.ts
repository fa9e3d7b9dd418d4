import { setTimeout } from "node:timers/promises";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as lambda from "@aws-sdk/client-lambda";
import * as sqs from "@aws-sdk/client-sqs";
import type { CloudOptions } from "../src/services.ts";
import { startCloud, type TestCloud } from "./cloud.ts";
import { logAccess, zip } from "./lambda.ts";

// biome-ignore lint/suspicious/noExplicitAny: events are read freely.
type Json = any;

/** A cloud with functions that report their events to a queue. */
export interface Sources {
  test: TestCloud;
  dynamodb: dynamodb.DynamoDBClient;
  sqs: sqs.SQSClient;
  lambda: lambda.LambdaClient;
  /** Creates a table with key `id` and a stream. @returns the stream's ARN. */
  table(name: string, view?: dynamodb.StreamViewType): Promise<string>;
  put(table: string, id: string, more?: Record<string, dynamodb.AttributeValue>): Promise<void>;
  /** @returns the queue's ARN. */
  queue(name: string, attributes?: Record<string, string>): Promise<string>;
  url(arn: string): string;
  /**
   * Creates a function `event => body`, which may call `tell(value)`; its role may read everything and write to every
   * queue. {@link told} returns what it reported.
   */
  fn(name: string, body: string, settings?: Partial<lambda.CreateFunctionCommandInput>): Promise<void>;
  /** What the function has reported so far; waits for at least `count` values. */
  told(name: string, count: number): Promise<Json[]>;
  /** Bodies of messages; waits until there are `count`. */
  messages(arn: string, count: number): Promise<Json[]>;
  map(input: Partial<lambda.CreateEventSourceMappingCommandInput>): Promise<lambda.EventSourceMappingConfiguration>;
}

const access = [
  logAccess,
  { Effect: "Allow", Action: ["dynamodb:*", "kinesis:*", "sqs:*", "sns:*", "s3:*"], Resource: "*" },
];
const source = "arn:aws:lambda:us-east-1:000000000000:function:*";

export async function startSources(directory?: string, options: Partial<CloudOptions> = {}): Promise<Sources> {
  const test = await startCloud({ ...options, ...(directory !== undefined && { directory }) });
  const clients = {
    dynamodb: test.client(dynamodb.DynamoDBClient),
    sqs: test.client(sqs.SQSClient),
    lambda: test.client(lambda.LambdaClient),
  };
  const url = (arn: string) => `${test.origin}/000000000000/${arn.split(":").at(-1)}`;
  const roleArn = directory ? "" : (await test.mintRole(access, { source })).roleArn;
  const tellings = new Map<string, Json[]>();

  const messages = async (arn: string, count: number) => {
    const key = url(arn);
    const all = tellings.get(key) ?? [];
    tellings.set(key, all);
    for (const until = Date.now() + 15_000; all.length < count && Date.now() < until; ) {
      const input = { QueueUrl: key, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
      const { Messages = [] } = await clients.sqs.send(new sqs.ReceiveMessageCommand(input));
      for (const { Body = "", ReceiptHandle } of Messages) {
        all.push(JSON.parse(Body));
        await clients.sqs.send(new sqs.DeleteMessageCommand({ QueueUrl: key, ReceiptHandle }));
      }
    }
    return all;
  };

  const queue = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    await clients.sqs.send(new sqs.CreateQueueCommand({ QueueName, Attributes }));
    return `arn:aws:sqs:${test.cloud.region}:000000000000:${QueueName}`;
  };

  return {
    test,
    ...clients,
    url,
    messages,
    queue,
    told: (name, count) => messages(`told-${name}.fifo`, count),
    async table(TableName, StreamViewType = "NEW_AND_OLD_IMAGES") {
      const { TableDescription } = await clients.dynamodb.send(
        new dynamodb.CreateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          BillingMode: "PAY_PER_REQUEST",
          StreamSpecification: { StreamEnabled: true, StreamViewType },
        }),
      );
      return TableDescription?.LatestStreamArn as string;
    },
    async put(TableName, id, more = {}) {
      await clients.dynamodb.send(new dynamodb.PutItemCommand({ TableName, Item: { id: { S: id }, ...more } }));
    },
    async fn(name, body, settings = {}) {
      await queue(`told-${name}.fifo`, { FifoQueue: "true" });
      const code = `
        import { createHash } from "node:crypto";
        import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
        const client = new SQSClient({});
        let count = 0;
        const tell = (value) => client.send(new SendMessageCommand({
          QueueUrl: process.env.TOLD, MessageBody: JSON.stringify(value), MessageGroupId: String(process.hrtime.bigint()),
          MessageDeduplicationId: String(process.hrtime.bigint()),
        }));
        const ids = (event) => event.Records.map((record) => record.dynamodb?.Keys.id.S ?? record.body);
        export const handler = async (event) => { ${body} };`;
      await clients.lambda.send(
        new lambda.CreateFunctionCommand({
          FunctionName: name,
          Runtime: "nodejs24.x",
          Handler: "index.handler",
          Role: roleArn,
          Code: { ZipFile: zip({ "index.mjs": code }) },
          Environment: { Variables: { TOLD: url(`told-${name}.fifo`) } },
          Timeout: 10,
          ...settings,
        }),
      );
    },
    map: (input) => clients.lambda.send(new lambda.CreateEventSourceMappingCommand(input as never)),
  };
}

/** Retries until it holds, for at most ten seconds. */
export async function eventually(holds: () => Promise<boolean>): Promise<boolean> {
  for (const until = Date.now() + 10_000; Date.now() < until; await setTimeout(20)) if (await holds()) return true;
  return false;
}
