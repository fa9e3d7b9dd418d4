import assert from "node:assert/strict";
import { Readable } from "node:stream";
import * as s3 from "@aws-sdk/client-s3";
import { HttpResponse } from "@smithy/core/protocols";
import fc from "fast-check";
import { AwsError } from "../../src/service.ts";
import { s3Xml } from "../../src/wire/restXml.ts";
import { readShapes } from "../../src/wire/shapes.ts";
import { arbitraryOf } from "../support/shapes.ts";

/** A client of which only the reading of answers is used: each request is answered with what `answer` holds. */
let answer: { status: number; headers: Record<string, string>; body: string };
const client = new s3.S3Client({
  region: "us-east-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  requestHandler: {
    async handle() {
      const body = Readable.from([Buffer.from(answer.body)], { objectMode: false });
      return { response: new HttpResponse({ statusCode: answer.status, headers: answer.headers, body }) };
    },
  } as never,
  maxAttempts: 1,
});

const commands: [name: string, command: unknown][] = [
  ["ListObjectsV2", new s3.ListObjectsV2Command({ Bucket: "b" })],
  ["ListObjectVersions", new s3.ListObjectVersionsCommand({ Bucket: "b" })],
  ["ListBuckets", new s3.ListBucketsCommand({})],
  ["ListMultipartUploads", new s3.ListMultipartUploadsCommand({ Bucket: "b" })],
  ["GetBucketTagging", new s3.GetBucketTaggingCommand({ Bucket: "b" })],
  ["GetBucketLifecycleConfiguration", new s3.GetBucketLifecycleConfigurationCommand({ Bucket: "b" })],
  ["GetBucketEncryption", new s3.GetBucketEncryptionCommand({ Bucket: "b" })],
  ["GetPublicAccessBlock", new s3.GetPublicAccessBlockCommand({ Bucket: "b" })],
  ["GetBucketPolicy", new s3.GetBucketPolicyCommand({ Bucket: "b" })],
  ["CreateMultipartUpload", new s3.CreateMultipartUploadCommand({ Bucket: "b", Key: "k" })],
  ["CopyObject", new s3.CopyObjectCommand({ Bucket: "b", Key: "k", CopySource: "b/k" })],
  ["DeleteObjects", new s3.DeleteObjectsCommand({ Bucket: "b", Delete: { Objects: [{ Key: "k" }] } })],
  ["HeadObject", new s3.HeadObjectCommand({ Bucket: "b", Key: "k" })],
  ["PutObjectTagging", new s3.PutObjectTaggingCommand({ Bucket: "b", Key: "k", Tagging: { TagSet: [] } })],
];

/** As plain data. An empty payload and no metadata are for the SDK what is absent for the service, and the other way. */
const plain = (value: unknown): unknown => {
  if (value instanceof Date || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== undefined && item !== "" && key !== "$metadata")
      .filter(([key, item]) => key !== "Metadata" || Object.keys(item as object).length > 0)
      .map(([key, item]) => [key, plain(item)]),
  );
};

describe("wire, s3Xml", () => {
  const shapes = readShapes(s3);
  const send = (command: unknown) => client.send(command as s3.ListBucketsCommand) as Promise<object>;

  for (const [name, command] of commands) {
    it(`${name}'s answer is what the SDK reads`, async () => {
      const operation = shapes.operations.get(name);
      assert.ok(operation);
      const outputs = operation.output.isUnitSchema() ? fc.constant({}) : arbitraryOf(operation.output);
      await fc.assert(
        fc.asyncProperty(outputs, async (output) => {
          const written = s3Xml.write(shapes, operation, output as object, "id");
          answer = { status: written.status, headers: written.headers as never, body: String(written.body ?? "") };
          assert.deepEqual(plain(await send(command)), plain(output));
        }),
        { numRuns: 30 },
      );
    });
  }

  it("names errors, with what belongs to them", async () => {
    const error = new AwsError("NoSuchBucket", "The <bucket> is not there", 404, { BucketName: "b&c" });
    const written = s3Xml.writeError(error, "the-id");
    answer = { status: written.status, headers: written.headers as never, body: String(written.body) };
    await assert.rejects(send(new s3.ListObjectsV2Command({ Bucket: "b" })), (caught: Error) => {
      const { name, message, BucketName, $metadata } = caught as Error & {
        BucketName?: string;
        $metadata?: { httpStatusCode: number };
      };
      assert.deepEqual(
        [name, message, BucketName, $metadata?.httpStatusCode],
        ["NoSuchBucket", error.message, "b&c", 404],
      );
      return true;
    });
  });
});
