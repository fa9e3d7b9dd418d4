import assert from "node:assert/strict";
import { ComponentResource, type Resource } from "@pulumi/pulumi";
import { createBucket } from "../../components/bucket.ts";
import { createQueue } from "../../components/queue.ts";
import { createTable } from "../../components/table.ts";
import { createTopic } from "../../components/topic.ts";
import { record } from "./support/record.ts";

const inside = (build: (parent: Resource) => void, stack?: string) =>
  record(() => build(new ComponentResource("test:index:Group", "group")), stack ? { stack } : {});
const table = (parent: Resource) =>
  createTable("irises", { hashKey: "id", attributes: [{ name: "id", type: "S" }] }, parent);

describe("createTable", () => {
  it("makes a table on demand, encrypted and restorable", async () => {
    const { inputs, protect } = (await inside(table)).get("aws:dynamodb/table:Table", "irises");
    assert.deepEqual(inputs, {
      attributes: [{ name: "id", type: "S" }],
      billingMode: "PAY_PER_REQUEST",
      deletionProtectionEnabled: false,
      hashKey: "id",
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
    });
    assert.equal(protect, false);
  });

  it("protects it in a stack whose data counts", async () => {
    const { inputs, protect } = (await inside(table, "prod")).get("aws:dynamodb/table:Table", "irises");
    assert.equal(inputs.deletionProtectionEnabled, true);
    assert.equal(protect, true);
  });
});

describe("createBucket", () => {
  it("makes a bucket that is private, over TLS only, versioned, encrypted and cleaned up", async () => {
    const made = await inside((parent) => createBucket("models", {}, parent));
    assert.deepEqual(
      made.names().filter((name) => name.startsWith("aws:")),
      [
        "aws:s3/bucket:Bucket models",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration models-lifecycle",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls models-ownership",
        "aws:s3/bucketPolicy:BucketPolicy models-policy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock models-access",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration models-encryption",
        "aws:s3/bucketVersioning:BucketVersioning models-versioning",
      ],
    );
    const { Statement } = JSON.parse(made.get("aws:s3/bucketPolicy:BucketPolicy", "models-policy").inputs.policy);
    assert.deepEqual(Statement, [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::models", "arn:aws:s3:::models/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("empties it with a throw-away stack, and keeps it elsewhere", async () => {
    const bucket = async (stack: string) =>
      (await inside((parent) => createBucket("models", {}, parent), stack)).get("aws:s3/bucket:Bucket", "models");
    const [dev, prod] = [await bucket("dev-anna"), await bucket("prod")];
    assert.deepEqual([dev.inputs.forceDestroy, dev.protect], [true, false]);
    assert.deepEqual([prod.inputs.forceDestroy, prod.protect], [false, true]);
  });
});

describe("createQueue", () => {
  it("makes a queue that is encrypted, over TLS only, and keeps messages for two weeks", async () => {
    const made = await inside((parent) => createQueue("jobs", { visibilityTimeoutSeconds: 60 }, parent));
    assert.deepEqual(made.get("aws:sqs/queue:Queue", "jobs").inputs, {
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
      visibilityTimeoutSeconds: 60,
    });
    assert.ok(made.get("aws:sqs/queuePolicy:QueuePolicy", "jobs-policy"));
  });
});

describe("createTopic", () => {
  it("makes a topic with a key that admits its publishers and no others", async () => {
    const made = await inside((parent) => createTopic("alerts", { publishers: ["cloudwatch.amazonaws.com"] }, parent));
    const { inputs: key } = made.get("aws:kms/key:Key", "alerts-key");
    assert.equal(key.enableKeyRotation, true);
    const [account, publishers] = JSON.parse(key.policy).Statement;
    assert.deepEqual(account.Principal, { AWS: "arn:aws:iam::123456789012:root" });
    assert.deepEqual(publishers, {
      Sid: "Publishers",
      Effect: "Allow",
      Principal: { Service: ["cloudwatch.amazonaws.com"] },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
    assert.equal(made.get("aws:sns/topic:Topic", "alerts").inputs.kmsMasterKeyId, "alerts-key-id");
    const { Statement } = JSON.parse(made.get("aws:sns/topicPolicy:TopicPolicy", "alerts-policy").inputs.policy);
    assert.deepEqual(
      Statement.map(({ Sid }: { Sid: string }) => Sid),
      ["TlsOnly", "Publishers"],
    );
  });
});

describe("what holds data", () => {
  it("belongs to the stack itself where no component is its parent", async () => {
    const made = await record(() => {
      createTable("irises", { hashKey: "id", attributes: [{ name: "id", type: "S" }] });
      createBucket("models");
      createQueue("orders");
      createTopic("alerts", { publishers: [] });
    });
    for (const type of ["dynamodb/table:Table", "s3/bucket:Bucket", "sqs/queue:Queue", "sns/topic:Topic"]) {
      assert.ok(
        made.all.some((one) => one.type === `aws:${type}`),
        type,
      );
    }
    assert.deepEqual(
      made.all.filter(({ parent }) => parent !== undefined),
      [],
    );
  });
});
