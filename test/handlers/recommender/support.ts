import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import type { APIGatewayProxyHandler } from "aws-lambda";
import { AwsError, type Operation } from "local-aws/service";
import { startCloud } from "local-aws/testing";
import { handler as status } from "../../../handlers/recommender/status.ts";
import { answer, context, proxyEvent } from "../support/proxyEvent.ts";

export const prefix = "dsp-test";
export const image = "registry/recommender:1";
const prefixes = { training: "training/", models: "models/", recommendations: "recommendations/" };

export const headers = (batch: string) => ({
  "Content-Type": "application/json",
  "Content-Encoding": "gzip",
  "sf-external-function-format": "json",
  "sf-external-function-format-version": "1.0",
  "sf-external-function-current-query-id": "01b",
  "sf-external-function-query-batch-id": batch,
});

/** A request as Snowflake sends it through API Gateway: its body gzipped. */
export const batchEvent = (data: unknown, batch = "batch:0:0") =>
  proxyEvent("POST", "/function", {
    headers: headers(batch),
    body: gzipSync(JSON.stringify({ data })).toString("base64"),
    isBase64Encoded: true,
  });

export const send = (handler: APIGatewayProxyHandler, data: unknown, batch?: string) =>
  answer(handler, batchEvent(data, batch));
export const poll = (handler: APIGatewayProxyHandler, batch: string) =>
  answer(handler, proxyEvent("GET", "/function", { headers: headers(batch) }));
export { context };

/** The values of an answer's rows, in order. */
export const valuesOf = ({ body }: { body: unknown }) => (body as { data: [number, unknown][] }).data.map(([, v]) => v);

export const one = async (...args: Parameters<typeof send>) => valuesOf(await send(...args))[0];
export const errorOf = async (...args: Parameters<typeof send>) => ((await one(...args)) as { error: string }).error;

interface Status {
  status: string;
  reason?: string;
  model_url?: string;
  metrics?: Record<string, number>;
}

/** What `model_status` says when nothing changes any more. */
export async function settled(name: string): Promise<Status> {
  for (;;) {
    const found = (await one(status, [[0, name]])) as Status;
    if (!/^(InProgress|Creating|Updating|Deleting)$/.test(found.status)) return found;
    await sleep(50);
  }
}

/** As an operation of a service: refuses. */
export const refused = (code: string, statusCode: number) => () => {
  throw new AwsError(code, "for the test", statusCode);
};

/** A local cloud with bucket and role, whose SageMaker runs the recommender's own container; and its environment. */
export async function startRecommender() {
  const cloud = await startCloud({
    region: "eu-west-1",
    sagemaker: { images: { "*/recommender*": ["node", "containers/recommender/main.ts"] } },
  });
  const s3 = cloud.client(S3Client);
  const Bucket = "ratings";
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));
  const statements = [
    { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `arn:aws:s3:::${Bucket}/*` },
    { Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:aws:s3:::${Bucket}` },
  ];
  const { roleArn } = await cloud.mintRole(statements, { trust: "sagemaker.amazonaws.com" });
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL: cloud.origin,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    NAME_PREFIX: prefix,
    BUCKET: Bucket,
    PREFIXES: JSON.stringify(prefixes),
    IMAGE_URI: image,
    EXECUTION_ROLE_ARN: roleArn,
    TRAINING: JSON.stringify({
      instanceType: "ml.m5.xlarge",
      instanceCount: 1,
      volumeGb: 10,
      maxSeconds: 600,
      maximumJobs: 3,
      hyperparameters: { epochs: "2", factors: "4", folds: "2", threads: "1" },
    }),
    MAXIMUM_ENDPOINTS: "3",
    SERVING: JSON.stringify({ instanceType: "ml.t2.medium", instanceCount: 1, maxInstances: 1 }),
    RESOURCE_TAGS: JSON.stringify({ stack: "test" }),
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  const sagemaker = cloud.client(SageMakerClient);
  return {
    cloud,
    sagemaker,
    bucket: Bucket,
    /** Everything in SageMaker that bills or lies about. */
    async left() {
      const { Endpoints = [] } = await sagemaker.send(new ListEndpointsCommand({}));
      return {
        endpoints: Endpoints.map(({ EndpointName }) => EndpointName),
        configs: (await sagemaker.send(new ListEndpointConfigsCommand({}))).EndpointConfigs!.length,
        models: (await sagemaker.send(new ListModelsCommand({}))).Models!.length,
      };
    },
    /** Replaces operations of the local SageMaker while something is done, and keeps the log still. */
    async during<Result>(operations: Record<string, Operation["run"]>, act: () => Promise<Result>): Promise<Result> {
      const service = cloud.services.get("sagemaker")!;
      const kept = Object.keys(operations).map((name) => [name, service.operations[name]!] as const);
      const { error, warn } = console;
      console.error = console.warn = () => {};
      for (const [name, operation] of kept) service.operations[name] = { ...operation, run: operations[name]! };
      try {
        return await act();
      } finally {
        for (const [name, operation] of kept) service.operations[name] = operation;
        Object.assign(console, { error, warn });
      }
    },
    put: (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body })),
    async stop() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await cloud.stop();
    },
  };
}

export type TestRecommender = Awaited<ReturnType<typeof startRecommender>>;
