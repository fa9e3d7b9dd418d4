import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBClient, ScanCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { build } from "esbuild";
import { logAccess, zip } from "../../local/cloud/lambda/support.ts";
import { proxyEvent } from "../support/proxyEvent.ts";
import { features, type Pipeline, startPipeline } from "./support.ts";

const table = "arn:aws:dynamodb:eu-west-1:000000000000:table/predictions";
const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;
const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
const model = allow(["s3:GetObject"], "arn:aws:s3:::models/iris/model.json");
const failures = allow(["sqs:SendMessage"], queueArn("failures"));

/** What each function needs, and no more. */
const grants = {
  ingest: [allow(["dynamodb:PutItem"], table)],
  ingestQueue: [allow(["dynamodb:GetItem"], table), allow(["sqs:SendMessage"], queueArn("records"))],
  read: [allow(["dynamodb:GetItem"], table)],
  list: [allow(["dynamodb:Query"], `${table}/index/*`)],
  predictStream: [
    allow(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], `${table}/stream/*`),
    allow(["dynamodb:ListStreams"], "*"),
    allow(["dynamodb:UpdateItem"], table),
    model,
    failures,
  ],
  predictQueue: [
    allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queueArn("records")),
    allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], table),
    model,
    failures,
  ],
};

/** The bundles as Lambda functions, each under a role of its own, behind event source mappings. */
describe("the deployed prediction functions", () => {
  let pipeline: Pipeline;
  let lambda: LambdaClient;

  async function deploy(name: keyof typeof grants, environment: Record<string, string> = {}): Promise<void> {
    const entry = name === "ingestQueue" ? "ingest" : name;
    const { outputFiles } = await build({
      entryPoints: [`handlers/prediction/${entry}.ts`],
      write: false,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node24",
      mainFields: ["module", "main"],
      minify: true,
      legalComments: "none",
      banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    });
    const { text } = outputFiles[0]!;
    assert.ok(text.length <= 600 * 1024, `${name} has ${text.length} bytes`);
    const { roleArn } = await pipeline.cloud.mintRole([logAccess, ...grants[name]], { name });
    const Variables = {
      PREDICTION_TABLE: "predictions",
      FEATURES: features.join(","),
      MODEL_URI: "s3://models/iris/model.json",
      FAILURE_QUEUE_URL: process.env.FAILURE_QUEUE_URL!,
      POWERTOOLS_LOG_LEVEL: "WARN",
      POWERTOOLS_METRICS_NAMESPACE: "Test",
      ...environment,
    };
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: roleArn,
        Code: { ZipFile: zip({ "index.mjs": text }) },
        Environment: { Variables },
        MemorySize: 256,
        Timeout: 10,
      }),
    );
  }

  const invoke = async (name: keyof typeof grants, event: object) => {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }),
    );
    const answer = JSON.parse(Buffer.from(Payload!).toString());
    assert.equal(FunctionError, undefined, JSON.stringify(answer));
    return { statusCode: answer.statusCode, body: JSON.parse(answer.body) };
  };
  const post = (name: "ingest" | "ingestQueue", record: object) =>
    invoke(name, proxyEvent("POST", "/v0/iris", { body: JSON.stringify(record) }));
  const read = (id: string) => invoke("read", proxyEvent("GET", `/v0/iris/${id}`, { pathParameters: { id } }));
  const flower = (index: number) =>
    Object.fromEntries(
      features.map((feature, at) => [
        feature,
        (index % 2 ? [6.9, 3.1, 5.8, 2.2] : [5.1, 3.5, 1.4, 0.2])[at]! + index / 1e5,
      ]),
    );
  const inTime = async (holds: () => Promise<boolean>) => {
    for (const until = Date.now() + 20_000; Date.now() < until; await delay(20)) if (await holds()) return;
    assert.fail("not in time");
  };
  const allPredicted = async (ids: string[]) => {
    for (const id of ids) if ((await read(id)).statusCode !== 200) return false;
    return true;
  };

  before(async () => {
    pipeline = await startPipeline();
    lambda = pipeline.cloud.client(LambdaClient);
    const client = pipeline.cloud.client(DynamoDBClient);
    const { TableDescription } = await client.send(
      new UpdateTableCommand({
        TableName: "predictions",
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    for (const name of Object.keys(grants) as (keyof typeof grants)[]) {
      await deploy(name, name === "ingestQueue" ? { RECORD_QUEUE_URL: pipeline.recordQueueUrl } : {});
    }
    const pattern = { eventName: ["INSERT"], dynamodb: { NewImage: { pred_target: { S: [{ exists: false }] } } } };
    await lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "predictStream",
        EventSourceArn: TableDescription!.LatestStreamArn!,
        StartingPosition: "TRIM_HORIZON",
        BatchSize: 100,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 3,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        FilterCriteria: { Filters: [{ Pattern: JSON.stringify(pattern) }] },
        DestinationConfig: { OnFailure: { Destination: queueArn("failures") } },
      }),
    );
    await lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "predictQueue",
        EventSourceArn: queueArn("records"),
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      }),
    );
  });
  after(() => pipeline.stop());

  it("predict every valid record exactly once, and send every invalid one to the failure queue", async () => {
    const poison: Record<string, unknown>[] = [null, "text", { deep: [1] }, [], true].map((value, index) => ({
      id: `poison${index}`,
      ...flower(index),
      petal_width: value,
    }));
    const posts = Array.from({ length: 60 }, (_, index) => post("ingest", flower(index)));
    const [answers] = await Promise.all([Promise.all(posts), ...poison.map((item) => pipeline.put(item))]);
    assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]));
    const ids = answers.map(({ body }) => body.id as string);
    await inTime(() => allPredicted(ids));
    const found: string[] = [];
    await inTime(async () => {
      found.push(...(await pipeline.failures()).map(({ key }) => (key as { id: string }).id));
      return found.length >= poison.length;
    });
    assert.deepEqual(
      found.sort(),
      poison.map(({ id }) => id),
    );
    const { body } = await read(ids[1]!);
    assert.equal(body.pred_target, "virginica");
    const { body: listed } = await invoke(
      "list",
      proxyEvent("GET", "/v0/iris", { queryStringParameters: { class: "setosa", limit: "100" } }),
    );
    assert.equal(listed.items.length, 30);
    // A prediction once written stays as it is: nothing comes back for a second one.
    const times = await predictedAt();
    await delay(300);
    assert.deepEqual(await predictedAt(), times);
  });

  async function predictedAt(): Promise<Record<string, unknown>> {
    const client = pipeline.cloud.client(DynamoDBClient);
    const { Items = [] } = await client.send(new ScanCommand({ TableName: "predictions" }));
    const items = Items.map((item) => unmarshall(item));
    return Object.fromEntries(items.map(({ id, predicted_at }) => [id, predicted_at]));
  }

  it("take records by the queue as well", async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => post("ingestQueue", flower(1000 + index))),
    );
    assert.deepEqual(new Set(answers.map(({ statusCode }) => statusCode)), new Set([201]));
    await inTime(() => allPredicted(answers.map(({ body }) => body.id)));
    const again = await post("ingestQueue", flower(1000));
    assert.deepEqual(again, { statusCode: 200, body: { id: answers[0]!.body.id } });
    const sqs = pipeline.cloud.client(SQSClient);
    await inTime(async () => {
      const AttributeNames = ["ApproximateNumberOfMessages" as const, "ApproximateNumberOfMessagesNotVisible" as const];
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: pipeline.recordQueueUrl, AttributeNames }),
      );
      return Object.values(Attributes).every((value) => value === "0");
    });
  });
});
