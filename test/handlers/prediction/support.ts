import { readFileSync } from "node:fs";
import {
  type AttributeValue,
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  type GlobalSecondaryIndex,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Context } from "aws-lambda";
import { startCloud } from "local-aws/testing";

export const modelText = readFileSync("models/iris/model.json", "utf8");
export const modelVersion = JSON.parse(modelText).version as string;
export const features = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
export const context = {
  functionName: "predict",
  awsRequestId: "request",
  getRemainingTimeInMillis: () => 10_000,
} as Context;

const index = (IndexName: string, key: string, ProjectionType: "ALL" | "KEYS_ONLY"): GlobalSecondaryIndex => ({
  IndexName,
  KeySchema: [
    { AttributeName: key, KeyType: "HASH" },
    { AttributeName: "time_key", KeyType: "RANGE" },
  ],
  Projection: { ProjectionType },
});

/** A local cloud with what the pipeline has, and an environment that names it. */
export async function startPipeline() {
  const cloud = await startCloud({ region: "eu-west-1" });
  const dynamodb = cloud.client(DynamoDBClient);
  // Every request for the database is counted on its way.
  let databaseCalls = 0;
  const database = cloud.services.get("dynamodb")!;
  const handle = database.handle!.bind(database);
  database.handle = (request, call) => {
    databaseCalls++;
    return handle(request, call);
  };
  const s3 = cloud.client(S3Client);
  const sqs = cloud.client(SQSClient);
  const keys = ["id", "time_key", "time_bucket", "prediction_bucket", "unpredicted_bucket"];
  const { TableDescription } = await dynamodb.send(
    new CreateTableCommand({
      TableName: "predictions",
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      GlobalSecondaryIndexes: [
        index("byTime", "time_bucket", "ALL"),
        index("byPrediction", "prediction_bucket", "ALL"),
        index("unpredicted", "unpredicted_bucket", "KEYS_ONLY"),
      ],
    }),
  );
  const queue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl!;
  const failureQueueUrl = await queue("failures");
  const recordQueueUrl = await queue("records");
  await s3.send(
    new CreateBucketCommand({ Bucket: "models", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  const putModel = (Body: string, Key = "iris/model.json") =>
    s3.send(new PutObjectCommand({ Bucket: "models", Key, Body }));
  await putModel(modelText);

  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: cloud.origin,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
    PREDICTION_TABLE: "predictions",
    FEATURES: features.join(","),
    MODEL_URI: "s3://models/iris/model.json",
    MODEL_CHECK_SECONDS: "1",
    FAILURE_QUEUE_URL: failureQueueUrl,
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);

  /** Every message of a queue, which is emptied. */
  async function drain(QueueUrl: string): Promise<Record<string, unknown>[]> {
    const bodies: Record<string, unknown>[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return bodies;
      bodies.push(...Messages.map(({ Body }) => JSON.parse(Body!)));
    }
  }

  return {
    cloud,
    streamArn: TableDescription!.LatestStreamArn!,
    recordQueueUrl,
    putModel,
    databaseCalls: () => databaseCalls,
    failures: () => drain(failureQueueUrl),
    records: () => drain(recordQueueUrl),
    async read(id: string) {
      const { Item } = await dynamodb.send(new GetItemCommand({ TableName: "predictions", Key: { id: { S: id } } }));
      return Item;
    },
    /** Writes an item as someone else would, past the ingest function. */
    async put(item: Record<string, unknown>): Promise<Record<string, AttributeValue>> {
      const Item = marshall(item);
      await dynamodb.send(new PutItemCommand({ TableName: "predictions", Item }));
      return Item;
    },
    async stop() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await cloud.stop();
    },
  };
}

export type Pipeline = Awaited<ReturnType<typeof startPipeline>>;
