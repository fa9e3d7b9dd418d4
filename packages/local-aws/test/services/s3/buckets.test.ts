import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const { S3Client } = sdk;
type Send = { send(command: unknown): Promise<unknown> };

describe("S3 buckets", () => {
  let cloud: TestCloud;
  let s3: sdk.S3Client;
  const Bucket = "settings";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3Client);
    await s3.send(new sdk.CreateBucketCommand({ Bucket }));
  });
  after(() => cloud.stop());

  const fails = (command: unknown, name: string, client: unknown = s3) =>
    assert.rejects((client as Send).send(command), { name });

  it("are made, found, listed and removed", async () => {
    await s3.send(new sdk.CreateBucketCommand({ Bucket: "second" }));
    await s3.send(new sdk.CreateBucketCommand({ Bucket: "second" }));
    await s3.send(new sdk.HeadBucketCommand({ Bucket: "second" }));
    const { Buckets = [], Owner } = await s3.send(new sdk.ListBucketsCommand({}));
    assert.deepEqual(
      Buckets.map(({ Name }) => Name),
      ["second", Bucket],
    );
    assert.match(Owner?.ID ?? "", /^[0-9a-f]{64}$/);
    await s3.send(new sdk.PutObjectCommand({ Bucket: "second", Key: "k", Body: "" }));
    await fails(new sdk.DeleteBucketCommand({ Bucket: "second" }), "BucketNotEmpty");
    await s3.send(new sdk.DeleteObjectCommand({ Bucket: "second", Key: "k" }));
    await s3.send(new sdk.DeleteBucketCommand({ Bucket: "second" }));
    await fails(new sdk.HeadBucketCommand({ Bucket: "second" }), "NotFound");
    await fails(new sdk.ListObjectsV2Command({ Bucket: "second" }), "NoSuchBucket");
  });

  for (const name of ["Upper", "a", "under_score", "two..dots", "1.2.3.4", "-dash", "xn--x", "x".repeat(64)]) {
    it(`cannot be called ${name.slice(0, 12)}`, () =>
      fails(new sdk.CreateBucketCommand({ Bucket: name }), "InvalidBucketName"));
  }

  const select = {
    Bucket,
    Key: "k",
    Expression: "SELECT * FROM S3Object",
    ExpressionType: "SQL" as const,
    InputSerialization: { JSON: { Type: "LINES" as const } },
    OutputSerialization: { JSON: {} },
  };

  /** Each setting: how it is put, got and deleted; what it answers once it is gone. */
  const settings: [put: object, get: unknown, answer: object, remove?: unknown, gone?: string][] = [
    [
      new sdk.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: "a", Value: "1" }] } }),
      new sdk.GetBucketTaggingCommand({ Bucket }),
      { TagSet: [{ Key: "a", Value: "1" }] },
      new sdk.DeleteBucketTaggingCommand({ Bucket }),
      "NoSuchTagSet",
    ],
    [
      new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
      new sdk.GetPublicAccessBlockCommand({ Bucket }),
      {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: false,
          BlockPublicPolicy: false,
          RestrictPublicBuckets: false,
        },
      },
      new sdk.DeletePublicAccessBlockCommand({ Bucket }),
      "NoSuchPublicAccessBlockConfiguration",
    ],
    [
      new sdk.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      }),
      new sdk.GetBucketOwnershipControlsCommand({ Bucket }),
      { OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } },
      new sdk.DeleteBucketOwnershipControlsCommand({ Bucket }),
      "OwnershipControlsNotFoundError",
    ],
    [
      new sdk.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "k" },
              BucketKeyEnabled: true,
            },
          ],
        },
      }),
      new sdk.GetBucketEncryptionCommand({ Bucket }),
      {
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "k" },
              BucketKeyEnabled: true,
            },
          ],
        },
      },
      new sdk.DeleteBucketEncryptionCommand({ Bucket }),
      "ServerSideEncryptionConfigurationNotFoundError",
    ],
    [
      new sdk.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "r",
              Status: "Enabled",
              Filter: { Prefix: "tmp/" },
              Expiration: { Date: new Date("2030-01-01T00:00:00Z") },
            },
          ],
        },
      }),
      new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }),
      {
        Rules: [
          {
            ID: "r",
            Status: "Enabled",
            Filter: { Prefix: "tmp/" },
            Expiration: { Date: new Date("2030-01-01T00:00:00Z") },
          },
        ],
        TransitionDefaultMinimumObjectSize: "all_storage_classes_128K",
      },
      new sdk.DeleteBucketLifecycleCommand({ Bucket }),
      "NoSuchLifecycleConfiguration",
    ],
    [
      new sdk.PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] },
      }),
      new sdk.GetBucketCorsCommand({ Bucket }),
      { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] },
      new sdk.DeleteBucketCorsCommand({ Bucket }),
      "NoSuchCORSConfiguration",
    ],
    [
      new sdk.PutBucketLoggingCommand({
        Bucket,
        BucketLoggingStatus: { LoggingEnabled: { TargetBucket: Bucket, TargetPrefix: "l/" } },
      }),
      new sdk.GetBucketLoggingCommand({ Bucket }),
      { LoggingEnabled: { TargetBucket: Bucket, TargetPrefix: "l/" } },
    ],
    [
      new sdk.PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
      new sdk.GetBucketNotificationConfigurationCommand({ Bucket }),
      { EventBridgeConfiguration: {} },
    ],
    [
      new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
      new sdk.GetBucketVersioningCommand({ Bucket }),
      { Status: "Enabled" },
    ],
  ];
  for (const [put, get, answer, remove, gone] of settings) {
    it(`keep what ${put.constructor.name.replace("Command", "")} sets`, async () => {
      const client = s3 as unknown as Send;
      await client.send(put);
      const { $metadata: _, ...found } = (await client.send(get)) as Record<string, unknown>;
      assert.deepEqual(found, answer);
      if (!remove) return;
      await client.send(remove);
      await fails(get, gone as string);
    });
  }

  it("say which operations are not modelled", () =>
    fails(new sdk.SelectObjectContentCommand(select), "NotImplemented"));
});
