import assert from "node:assert/strict";
import { RolePolicy } from "@pulumi/aws/iam";
import { registerResourceTransform } from "@pulumi/pulumi/runtime";
import { createBucket } from "../../components/bucket.ts";
import { createCustomerKey } from "../../components/customerKey.ts";
import { encryptData } from "../../components/dataEncryption.ts";
import { createQueue } from "../../components/queue.ts";
import { createTable } from "../../components/table.ts";
import { createTopic } from "../../components/topic.ts";
import { record } from "./support/record.ts";

const key = "arn:aws:kms:eu-west-1:123456789012:key/k";

describe("encryptData", () => {
  const made = (build: () => unknown) =>
    record(() => {
      registerResourceTransform(encryptData(key));
      build();
    });

  it("gives tables, buckets and queues the key, and leaves topics theirs", async () => {
    const all = await made(() => {
      createTable("t", { hashKey: "id", attributes: [{ name: "id", type: "S" }] });
      createBucket("b");
      createQueue("q");
      createTopic("n", { publishers: [] });
    });
    const inputs = (type: string, name: string) => all.get(type, name).inputs;
    assert.deepEqual(inputs("aws:dynamodb/table:Table", "t").serverSideEncryption, { enabled: true, kmsKeyArn: key });
    const { rules } = inputs(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "b-encryption",
    );
    const applyServerSideEncryptionByDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key };
    assert.deepEqual(rules, [{ applyServerSideEncryptionByDefault, bucketKeyEnabled: true }]);
    const { kmsMasterKeyId, sqsManagedSseEnabled, messageRetentionSeconds } = inputs("aws:sqs/queue:Queue", "q");
    assert.deepEqual([kmsMasterKeyId, sqsManagedSseEnabled, messageRetentionSeconds], [key, undefined, 1_209_600]);
    assert.equal(inputs("aws:sns/topic:Topic", "n").kmsMasterKeyId, "n-key-id");
  });

  const allow = (...Action: string[]) => ({ Effect: "Allow", Action, Resource: "*" });
  const rights: [what: string, statements: object[], kms: unknown][] = [
    ["who reads a table", [allow("dynamodb:Query")], [["kms:Decrypt"], "dynamodb"]],
    ["who only looks at a table", [allow("dynamodb:DescribeTable", "dynamodb:ListStreams")], undefined],
    ["who reads objects", [allow("s3:ListBucket", "s3:GetObjectVersion")], [["kms:Decrypt"], "s3"]],
    ["who tags objects", [allow("s3:PutObjectTagging", "s3:GetObjectTagging")], undefined],
    ["who writes objects", [allow("s3:PutObject")], [["kms:Decrypt", "kms:GenerateDataKey"], "s3"]],
    ["who sends", [allow("sqs:SendMessage")], [["kms:Decrypt", "kms:GenerateDataKey"], "sqs"]],
    ["who receives", [allow("sqs:ReceiveMessage", "sqs:DeleteMessage")], [["kms:Decrypt"], "sqs"]],
    ["who is denied it", [{ ...allow("s3:GetObject"), Effect: "Deny" }], undefined],
    ["who does something else", [allow("states:StartExecution")], undefined],
  ];
  for (const [what, Statement, expected] of rights)
    it(`${expected ? "lets" : "adds nothing for"} ${what}`, async () => {
      const policy = JSON.stringify({ Version: "2012-10-17", Statement });
      const all = await made(() => new RolePolicy("p", { role: "r", policy }));
      const added = (all.statements("p") as object[]).slice(Statement.length);
      const [actions, service] = (expected ?? []) as [string[], string];
      const StringEquals = { "kms:ViaService": [`${service}.eu-west-1.amazonaws.com`] };
      assert.deepEqual(
        added,
        expected ? [{ Effect: "Allow", Action: actions, Resource: [key], Condition: { StringEquals } }] : [],
      );
    });
});

describe("createCustomerKey", () => {
  it("makes a key that its account administers, and Logs uses for the account's groups alone", async () => {
    const all = await record(() => createCustomerKey("customer-key"), { stack: "prod" });
    const { inputs, protect } = all.get("aws:kms/key:Key", "customer-key");
    assert.deepEqual([inputs.enableKeyRotation, protect], [true, true]);
    const [account, logs] = JSON.parse(inputs.policy).Statement;
    assert.deepEqual(account.Principal, { AWS: "arn:aws:iam::123456789012:root" });
    assert.deepEqual(logs.Principal, { Service: "logs.eu-west-1.amazonaws.com" });
    const groups = "arn:aws:logs:eu-west-1:123456789012:log-group:*";
    assert.deepEqual(logs.Condition, { ArnLike: { "kms:EncryptionContext:aws:logs:arn": groups } });
  });
});
