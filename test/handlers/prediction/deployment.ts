import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { build } from "esbuild";
import { logAccess, zip } from "local-aws/testing";
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
type FunctionName = keyof typeof grants;

/** The bundles as Lambda functions of a local cloud, each under a role of its own. */
export class Deployment {
  pipeline!: Pipeline;
  lambda!: LambdaClient;

  async start(): Promise<void> {
    this.pipeline = await startPipeline();
    this.lambda = this.pipeline.cloud.client(LambdaClient);
  }

  /** @param prologue code that runs before the bundle's own when an environment starts */
  async deploy(name: FunctionName, environment: Record<string, string> = {}, prologue = ""): Promise<void> {
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
    const { roleArn } = await this.pipeline.cloud.mintRole([logAccess, ...grants[name]], { name });
    const Variables = {
      PREDICTION_TABLE: "predictions",
      FEATURES: features.join(","),
      MODEL_URI: "s3://models/iris/model.json",
      FAILURE_QUEUE_URL: process.env.FAILURE_QUEUE_URL!,
      POWERTOOLS_LOG_LEVEL: "SILENT",
      POWERTOOLS_METRICS_NAMESPACE: "Test",
      ...environment,
    };
    await this.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role: roleArn,
        Code: { ZipFile: zip({ "index.mjs": prologue + text }) },
        Environment: { Variables },
        MemorySize: 256,
        Timeout: 10,
      }),
    );
  }

  /** Maps the table's stream to `predictStream`, as the component does. */
  async mapStream(retries: number): Promise<void> {
    const unpredicted = { pred_target: { S: [{ exists: false }] } };
    const patterns = [
      { eventName: ["INSERT"], dynamodb: { NewImage: unpredicted } },
      { eventName: ["MODIFY"], dynamodb: { NewImage: { ...unpredicted, redriven_at: { S: [{ exists: true }] } } } },
    ];
    await this.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "predictStream",
        EventSourceArn: this.pipeline.streamArn,
        StartingPosition: "TRIM_HORIZON",
        BatchSize: 100,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: retries,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        FilterCriteria: { Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) },
        DestinationConfig: { OnFailure: { Destination: queueArn("failures") } },
      }),
    );
  }

  /** Maps the queue of records to `predictQueue`. */
  async mapQueue(): Promise<void> {
    await this.lambda.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "predictQueue",
        EventSourceArn: queueArn("records"),
        FunctionResponseTypes: ["ReportBatchItemFailures"],
      }),
    );
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely.
  async invoke(name: FunctionName, event: object): Promise<{ statusCode: number; body: any }> {
    const { Payload, FunctionError } = await this.lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }),
    );
    const answer = JSON.parse(Buffer.from(Payload!).toString());
    assert.equal(FunctionError, undefined, JSON.stringify(answer));
    return { statusCode: answer.statusCode, body: JSON.parse(answer.body) };
  }

  post(name: "ingest" | "ingestQueue", record: object) {
    return this.invoke(name, proxyEvent("POST", "/v0/iris", { body: JSON.stringify(record) }));
  }

  read(id: string) {
    return this.invoke("read", proxyEvent("GET", `/v0/iris/${id}`, { pathParameters: { id } }));
  }

  async allPredicted(ids: string[]): Promise<boolean> {
    for (const id of ids) if (!(await this.pipeline.read(id))?.pred_target) return false;
    return true;
  }
}

/** Distinct measurements, setosa and virginica in turn. */
export function flower(index: number): Record<string, number> {
  const values = index % 2 ? [6.9, 3.1, 5.8, 2.2] : [5.1, 3.5, 1.4, 0.2];
  return Object.fromEntries(features.map((feature, at) => [feature, values[at]! + index / 1e5]));
}

export async function inTime(holds: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await delay(20)) if (await holds()) return;
  assert.fail("not in time");
}
