import { gzipSync } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { APIGatewayProxyHandler } from "aws-lambda";
import { startCloud } from "../../local/support/cloud.ts";
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
      hyperparameters: { epochs: "2", factors: "4", folds: "2", threads: "1" },
    }),
    SERVING: JSON.stringify({ instanceType: "ml.t2.medium", instanceCount: 1, maxInstances: 1 }),
    RESOURCE_TAGS: JSON.stringify({ stack: "test" }),
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return {
    cloud,
    bucket: Bucket,
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
