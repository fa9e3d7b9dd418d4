import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createCloud } from "../src/index.ts";
import { StateError } from "../src/state.ts";
import { startCloud } from "../testing/cloud.ts";

const recorded = resolve(import.meta.dirname, "../../../test/fixtures/v0.1/state.tar.gz");

describe("a state folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "state-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = (options: object = {}) => createCloud({ directory: folder, awsPort: 0, apiPort: 0, ...options });
  const mark = (change: string) => {
    const database = new DatabaseSync(join(folder, "cloud.sqlite"));
    database.exec(`UPDATE "cloud.layout" SET value = json_set(value, ${change})`);
    database.close();
  };

  it("of version 0.1 is opened, in the region where it ran, whichever is named now", async () => {
    execFileSync("tar", ["xzf", recorded, "-C", folder]);
    const test = await startCloud({ directory: join(folder, "cloud"), region: "us-east-1" });
    try {
      const config = { region: "eu-west-1" };
      const { Functions = [] } = await test.client(LambdaClient, { config }).send(new ListFunctionsCommand({}));
      assert.ok(Functions.length > 0);
      assert.ok(Functions.every(({ FunctionArn = "" }) => FunctionArn.startsWith("arn:aws:lambda:eu-west-1:")));
      const { TableNames = [] } = await test.client(DynamoDBClient, { config }).send(new ListTablesCommand({}));
      assert.ok(TableNames.length > 0);
      const { QueueUrls = [] } = await test.client(SQSClient, { config }).send(new ListQueuesCommand({}));
      assert.ok(QueueUrls.length > 0);
      let read = 0;
      const { Buckets = [] } = await test.client(S3Client, { config }).send(new ListBucketsCommand({}));
      assert.deepEqual([...new Set(Buckets.map(({ BucketRegion }) => BucketRegion))], ["eu-west-1"]);
      const s3 = test.client(S3Client, { config });
      for (const { Name: Bucket } of Buckets) {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
        for (const { Key, ETag } of Contents) {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          assert.equal(ETag, `"${hash("md5", (await Body?.transformToByteArray()) ?? "")}"`);
          read++;
        }
      }
      assert.ok(read > 0);
      const { Functions: none } = await test.client(LambdaClient).send(new ListFunctionsCommand({}));
      assert.deepEqual(none, []);
    } finally {
      await test.stop({ keep: true });
    }
  });

  it("of a newer program is refused in one sentence", async () => {
    await open().close();
    mark("'$.version', 3");
    assert.throws(() => open(), {
      constructor: StateError,
      message: `the state in ${folder} was written by a newer version (layout 3, this one knows 2); use that, or another folder`,
    });
    // It is left as it was, and free; one of an older program is taken over.
    mark("'$.version', 1");
    await open().close();
  });

  it("is of one account", async () => {
    await open({ accountId: "111111111111" }).close();
    assert.throws(() => open(), {
      constructor: StateError,
      message: `the state in ${folder} belongs to account 111111111111, not 000000000000; use that account, or another folder`,
    });
    await open({ accountId: "111111111111" }).close();
  });
});
