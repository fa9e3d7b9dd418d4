import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("resources of S3", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  const thing = (type: string, name?: string) =>
    new TestResource(test.cloud, `aws:s3/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, name, { stack: "local" });
  // biome-ignore lint/suspicious/noExplicitAny: answers are of every shape.
  const call = (operation: string, input: object) => test.cloud.call<any>("s3", operation, input);
  const newBucket = async (inputs: object = {}) => {
    const resource = thing("Bucket", "Models");
    const { bucket } = await resource.create({ ...inputs });
    return { resource, bucket: String(bucket) };
  };
  const text = (value: string) => ({
    kind: "asset",
    text: value,
    hash: createHash("sha256").update(value).digest("hex"),
  });

  it("make a bucket with a name of small letters, and its tags", async () => {
    const { resource, bucket } = await newBucket({ tags: { a: "1" } });
    assert.match(bucket, /^models-[0-9a-f]{7}$/);
    assert.equal(resource.outputs.arn, `arn:aws:s3:::${bucket}`);
    assert.equal(resource.outputs.bucketRegionalDomainName, `${bucket}.s3.eu-west-1.amazonaws.com`);
    const tags = async () => (await call("GetBucketTagging", { Bucket: bucket })).TagSet;
    assert.deepEqual(await tags(), [
      { Key: "stack", Value: "local" },
      { Key: "a", Value: "1" },
    ]);
    await resource.update({ bucket, tags: { b: "2" } });
    assert.deepEqual((await tags()).at(-1), { Key: "b", Value: "2" });
    assert.deepEqual((await resource.diff({ bucket: "another" })).replaces, ["bucket"]);
    assert.equal((await resource.read())?.id, bucket);
    await resource.delete();
    assert.equal(await resource.read(), undefined);
    await resource.delete();
  });

  it("refuse a name that S3 has not", async () => {
    assert.match((await thing("Bucket").failures({ bucket: "A_B" })).join(), /bucket: is "A_B"; it must match/);
  });

  it("keep a bucket that is not empty, unless told to empty it", async () => {
    for (const forceDestroy of [false, true]) {
      const { resource, bucket } = await newBucket({ forceDestroy });
      await call("PutBucketVersioning", { Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } });
      for (const Key of ["a", "a", "b"]) await call("PutObject", { Bucket: bucket, Key, Body: "x" });
      await call("DeleteObject", { Bucket: bucket, Key: "b" });
      if (forceDestroy) await resource.delete();
      else await assert.rejects(resource.delete(), { code: "BucketNotEmpty" });
      assert.equal((await resource.read()) === undefined, forceDestroy);
    }
  });

  const tlsOnly = (bucket: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: `arn:aws:s3:::${bucket}/*`,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  const settings: [string, (bucket: string) => object, string, (answer: never) => unknown, unknown][] = [
    [
      "BucketVersioning",
      () => ({ versioningConfiguration: { status: "Enabled" } }),
      "GetBucketVersioning",
      ({ Status }: { Status: string }) => Status,
      "Enabled",
    ],
    [
      "BucketOwnershipControls",
      () => ({ rule: { objectOwnership: "BucketOwnerEnforced" } }),
      "GetBucketOwnershipControls",
      ({ OwnershipControls }: { OwnershipControls: object }) => OwnershipControls,
      { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
    ],
    [
      "BucketPublicAccessBlock",
      () => ({ blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true }),
      "GetPublicAccessBlock",
      ({ PublicAccessBlockConfiguration }: { PublicAccessBlockConfiguration: object }) =>
        PublicAccessBlockConfiguration,
      { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: false },
    ],
    [
      "BucketServerSideEncryptionConfiguration",
      () => ({ rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "k" } }] }),
      "GetBucketEncryption",
      ({ ServerSideEncryptionConfiguration }: { ServerSideEncryptionConfiguration: object }) =>
        ServerSideEncryptionConfiguration,
      { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "k" } }] },
    ],
    [
      "BucketLifecycleConfiguration",
      () => ({
        rules: [
          {
            id: "old",
            status: "Enabled",
            filter: { and: { prefix: "a/", tags: { keep: "no" } } },
            noncurrentVersionExpiration: { noncurrentDays: 30 },
            transitions: [{ days: 90, storageClass: "GLACIER" }],
          },
        ],
      }),
      "GetBucketLifecycleConfiguration",
      ({ Rules }: { Rules: object[] }) => Rules,
      [
        {
          ID: "old",
          Status: "Enabled",
          Filter: { And: { Prefix: "a/", Tags: [{ Key: "keep", Value: "no" }] } },
          NoncurrentVersionExpiration: { NoncurrentDays: 30 },
          Transitions: [{ Days: 90, StorageClass: "GLACIER" }],
        },
      ],
    ],
    [
      "BucketPolicy",
      (bucket) => ({ policy: tlsOnly(bucket) }),
      "GetBucketPolicy",
      ({ Policy }: { Policy: string }) => JSON.parse(Policy).Statement[0].Effect,
      "Deny",
    ],
    [
      "BucketNotification",
      () => ({ eventbridge: true }),
      "GetBucketNotificationConfiguration",
      ({ EventBridgeConfiguration }: { EventBridgeConfiguration: object }) => EventBridgeConfiguration,
      {},
    ],
  ];
  for (const [type, inputs, operation, read, expected] of settings) {
    it(`set and take away a bucket's ${type}`, async () => {
      const { bucket } = await newBucket();
      const found = async () => read((await call(operation, { Bucket: bucket })) as never);
      const before = await found().catch((error) => error.code);
      const setting = thing(type);
      await setting.create({ bucket, ...inputs(bucket) });
      assert.equal(setting.id, bucket);
      assert.deepEqual(await found(), expected);
      assert.deepEqual((await setting.diff({ bucket: "other", ...inputs(bucket) })).replaces, ["bucket"]);
      await setting.delete();
      assert.notDeepEqual(await found().catch((error) => error.code), expected);
      if (type === "BucketNotification") assert.deepEqual(await found(), before);
      await setting.delete();
    });
  }

  it("tell what no bucket has", async () => {
    const failures = await thing("BucketVersioning").failures({ versioningConfiguration: { status: "On" } });
    assert.match(
      failures.join("; "),
      /bucket: is required.*versioningConfiguration.status: is "On"; allowed are Enabled/,
    );
  });

  it("put an object from a file, a text or base64, and again when its content changes", async () => {
    const { bucket } = await newBucket();
    await call("PutBucketVersioning", { Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } });
    const content = async (Key: string) => {
      const { Body, ContentType } = await (call("GetObject", {
        Bucket: bucket,
        Key,
      }) as Promise<GetObjectCommandOutput>);
      const chunks: Buffer[] = [];
      for await (const chunk of Body as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
      return [Buffer.concat(chunks).toString(), ContentType];
    };
    const path = join(test.directory, "model.json");
    writeFileSync(path, "from a file");
    const object = thing("BucketObject", "model");
    await object.create({
      bucket,
      key: "m/model.json",
      source: { kind: "asset", path, hash: "1" },
      contentType: "application/json",
    });
    assert.deepEqual(await content("m/model.json"), ["from a file", "application/json"]);
    const first = object.outputs.versionId;
    await object.update({ bucket, key: "m/model.json", source: text("newer"), contentType: "application/json" });
    assert.deepEqual(await content("m/model.json"), ["newer", "application/json"]);
    assert.notEqual(object.outputs.versionId, first);
    assert.equal(object.outputs.etag, createHash("md5").update("newer").digest("hex"));
    assert.equal((await object.read())?.outputs.versionId, object.outputs.versionId);
    await object.delete();
    const { Versions } = await call("ListObjectVersions", { Bucket: bucket });
    assert.deepEqual(Versions ?? [], []);

    await thing("BucketObjectv2", "named-after-it").create({
      bucket,
      contentBase64: "aGk=",
      metadata: { Owner: "me" },
    });
    assert.equal((await content("named-after-it"))[0], "hi");
  });

  it("refuse an object of two contents, or of a text where a file belongs", async () => {
    const object = thing("BucketObject");
    assert.match(
      (await object.failures({ bucket: "b", content: "a", source: text("b") })).join(),
      /content: cannot be given together with source/,
    );
    assert.match((await object.failures({ bucket: "b", source: "file" })).join(), /source: must be an asset/);
  });
});
