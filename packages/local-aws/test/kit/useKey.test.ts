import assert from "node:assert/strict";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { SQS } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";

type Credentials = { accessKeyId: string; secretAccessKey: string };

describe("a customer's key", () => {
  let test: TestCloud;
  let keyArn: string;
  let queue: string;
  let kms: KMS;
  before(async () => {
    test = await startCloud();
    kms = test.client(KMS);
    keyArn = (await kms.createKey({})).KeyMetadata?.Arn as string;
    const s3 = test.client(S3, { config: { forcePathStyle: true } });
    for (const [Bucket, BucketKeyEnabled] of [
      ["sealed", false],
      ["sealed-by-bucket", true],
    ] as const) {
      await s3.createBucket({ Bucket });
      const by = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn } as const;
      const rules = [{ ApplyServerSideEncryptionByDefault: by, BucketKeyEnabled }];
      await s3.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules: rules } });
      await s3.putObject({ Bucket, Key: "there", Body: "x" });
    }
    await test.client(DynamoDB).createTable({
      TableName: "sealed",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      SSESpecification: { Enabled: true, SSEType: "KMS", KMSMasterKeyId: keyArn },
    });
    const made = await test.client(SQS).createQueue({ QueueName: "sealed", Attributes: { KmsMasterKeyId: keyArn } });
    queue = made.QueueUrl as string;
  });
  after(() => test.stop());

  /** A role that may do everything but with keys, and what `rights` say with them. */
  const role = async (...rights: object[]): Promise<Credentials> =>
    (await test.mintRole([{ Effect: "Allow", Action: ["s3:*", "sqs:*", "dynamodb:*"], Resource: "*" }, ...rights]))
      .credentials as Credentials;
  const right = (service: string, ...Action: string[]) => ({
    Effect: "Allow",
    Action,
    Resource: keyArn,
    Condition: { StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` } },
  });
  const s3 = (credentials: Credentials) => test.client(S3, { credentials, config: { forcePathStyle: true } });
  const dynamodb = (credentials: Credentials) => test.client(DynamoDB, { credentials });
  const sqs = (credentials: Credentials) => test.client(SQS, { credentials });
  const item = { id: { S: "1" } };

  const uses: [
    what: string,
    service: string,
    actions: string[],
    run: (as: Credentials) => Promise<unknown>,
    code: string,
  ][] = [
    [
      "put an object",
      "s3",
      ["kms:GenerateDataKey"],
      (as) => s3(as).putObject({ Bucket: "sealed", Key: "k", Body: "x" }),
      "AccessDenied",
    ],
    [
      "get an object",
      "s3",
      ["kms:Decrypt"],
      (as) => s3(as).getObject({ Bucket: "sealed", Key: "there" }),
      "AccessDenied",
    ],
    [
      "copy an object",
      "s3",
      ["kms:Decrypt", "kms:GenerateDataKey"],
      (as) => s3(as).copyObject({ Bucket: "sealed", Key: "copy", CopySource: "sealed/there" }),
      "AccessDenied",
    ],
    [
      "begin an upload in parts",
      "s3",
      ["kms:GenerateDataKey"],
      (as) => s3(as).createMultipartUpload({ Bucket: "sealed", Key: "parts" }),
      "AccessDenied",
    ],
    [
      "send a message",
      "sqs",
      ["kms:Decrypt", "kms:GenerateDataKey"],
      (as) => sqs(as).sendMessage({ QueueUrl: queue, MessageBody: "x" }),
      "KmsAccessDenied",
    ],
    [
      "receive messages",
      "sqs",
      ["kms:Decrypt"],
      (as) => sqs(as).receiveMessage({ QueueUrl: queue }),
      "KmsAccessDenied",
    ],
    [
      "write an item",
      "dynamodb",
      ["kms:Decrypt"],
      (as) => dynamodb(as).putItem({ TableName: "sealed", Item: item }),
      "AccessDeniedException",
    ],
    [
      "read items of a transaction",
      "dynamodb",
      ["kms:Decrypt"],
      (as) => dynamodb(as).transactGetItems({ TransactItems: [{ Get: { TableName: "sealed", Key: item } }] }),
      "AccessDeniedException",
    ],
    [
      "read by PartiQL",
      "dynamodb",
      ["kms:Decrypt"],
      (as) => dynamodb(as).executeStatement({ Statement: `SELECT * FROM "sealed"` }),
      "AccessDeniedException",
    ],
  ];
  for (const [what, service, actions, run, code] of uses)
    it(`is needed, by ${service} alone, to ${what}`, async () => {
      await run(await role(right(service, ...actions)));
      for (const action of actions) {
        const others = actions.filter((one) => one !== action);
        const lacking = await role(...(others.length > 0 ? [right(service, ...others)] : []));
        const refusal = { name: code, message: new RegExp(`not authorized to perform: ${action}`) };
        await assert.rejects(run(lacking), refusal, action);
      }
      await assert.rejects(run(await role(right("lambda", ...actions))), { name: code });
    });

  it("is enough for whom its policy lets in, though the account itself may only manage it", async () => {
    const as = await test.mintRole([{ Effect: "Allow", Action: ["s3:*", "dynamodb:*"], Resource: "*" }]);
    const KeyId = (await kms.createKey({})).KeyMetadata?.KeyId as string;
    const s3Settings = { credentials: as.credentials, config: { forcePathStyle: true } };
    const objects = test.client(S3, s3Settings);
    await objects.createBucket({ Bucket: "managed" });
    const by = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: KeyId } as const;
    const Rules = [{ ApplyServerSideEncryptionByDefault: by }];
    await objects.putBucketEncryption({ Bucket: "managed", ServerSideEncryptionConfiguration: { Rules } });
    const manage = ["kms:Describe*", "kms:Put*", "kms:Get*"];
    const statement = (AWS: string, Action: string[]) => ({
      Effect: "Allow",
      Principal: { AWS },
      Action,
      Resource: "*",
    });
    const Statement = [
      statement("arn:aws:iam::000000000000:root", manage),
      statement(as.roleArn, ["kms:Decrypt", "kms:GenerateDataKey"]),
    ];
    await kms.putKeyPolicy({ KeyId, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    await objects.putObject({ Bucket: "managed", Key: "k", Body: "x" });
    const { Body } = await objects.getObject({ Bucket: "managed", Key: "k" });
    assert.equal(await Body?.transformToString(), "x");
    const administrator = test.client(S3, { config: { forcePathStyle: true } });
    await assert.rejects(administrator.getObject({ Bucket: "managed", Key: "k" }), { name: "AccessDenied" });
  });

  it("is not needed to look at an object, a table or a queue", async () => {
    const as = await role();
    await s3(as).headObject({ Bucket: "sealed", Key: "there" });
    await dynamodb(as).describeTable({ TableName: "sealed" });
    await sqs(as).getQueueAttributes({ QueueUrl: queue, AttributeNames: ["All"] });
  });

  it("is used for the object, or with a bucket key for the bucket", async () => {
    const only = (arn: string) => ({
      ...right("s3", "kms:Decrypt"),
      Condition: { StringEquals: { "kms:EncryptionContext:aws:s3:arn": arn } },
    });
    const of = async (arn: string, Bucket: string) => s3(await role(only(arn))).getObject({ Bucket, Key: "there" });
    await of("arn:aws:s3:::sealed/there", "sealed");
    await of("arn:aws:s3:::sealed-by-bucket", "sealed-by-bucket");
    await assert.rejects(of("arn:aws:s3:::sealed", "sealed"), { name: "AccessDenied" });
  });

  it("is asked for nothing that the service's own key encrypts, which admits the account through that service", async () => {
    const tables = test.client(DynamoDB);
    await tables.createTable({
      TableName: "own",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      SSESpecification: { Enabled: true, SSEType: "KMS" },
    });
    for (const client of [tables, dynamodb(await role())]) {
      await client.putItem({ TableName: "own", Item: item });
      assert.deepEqual((await client.getItem({ TableName: "own", Key: item })).Item, item);
    }
  });

  it("lets nobody at anything once it is disabled, the administrator neither", async () => {
    const KeyId = keyArn;
    await kms.disableKey({ KeyId });
    try {
      const get = test.client(S3, { config: { forcePathStyle: true } }).getObject({ Bucket: "sealed", Key: "there" });
      await assert.rejects(get, { name: "KMS.DisabledException" });
      await assert.rejects(test.client(SQS).receiveMessage({ QueueUrl: queue }), { name: "KmsDisabled" });
      await assert.rejects(test.client(DynamoDB).getItem({ TableName: "sealed", Key: item }), {
        name: "DisabledException",
      });
    } finally {
      await kms.enableKey({ KeyId });
    }
  });

  it("is taken by CloudWatch Logs only where its policy admits that for the group", async () => {
    const logs = test.client(CloudWatchLogs);
    const create = (logGroupName: string, kmsKeyId: string) => logs.createLogGroup({ logGroupName, kmsKeyId });
    const refusal = {
      name: "InvalidParameterException",
      message: /specified KMS key does not exist or is not allowed/,
    };
    await assert.rejects(create("/closed", keyArn), refusal);
    await assert.rejects(create("/none", `${keyArn}0`), refusal);
    const { KeyMetadata } = await kms.createKey({});
    const statements = [
      { Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "kms:*", Resource: "*" },
      {
        Effect: "Allow",
        Principal: { Service: "logs.us-east-1.amazonaws.com" },
        Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: {
          ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:000000000000:log-group:/open*" },
        },
      },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: statements });
    const own = KeyMetadata?.Arn as string;
    await kms.putKeyPolicy({ KeyId: own, Policy });
    await assert.rejects(create("/closed", own), refusal);
    await create("/open", own);
    await logs.createLogGroup({ logGroupName: "/open/later" });
    await logs.associateKmsKey({ logGroupName: "/open/later", kmsKeyId: own });
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: "/open" });
    assert.deepEqual(
      logGroups?.map(({ kmsKeyId }) => kmsKeyId),
      [own, own],
    );
  });
});
