import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  PutResourcePolicyCommand as PutLogsPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, PutResourcePolicyCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { refusedKeys, unsupplied } from "../../src/authorization/conditionKeys.ts";
import { conditionFault, parsePolicy } from "../../src/authorization/validate.ts";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";

const asking = (key: string, more: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Deny", Action: "*", Resource: "*", Condition: { StringLike: { [key]: "x" } }, ...more },
  });

describe("condition keys", () => {
  it("that requests do not carry are refused when the policy is stored, by their name", () => {
    for (const key of ["kms:KeySpec", "KMS:keyspec", "ecs:task-cpu", "apigateway:Request/ApiName", "ssm:Policies"]) {
      assert.throws(() => parsePolicy(asking(key), "identity"), {
        code: "MalformedPolicyDocumentException",
        message: `Syntax errors in policy: the local cloud does not supply the condition key ${key}, which ${key.split(":")[0]?.toLowerCase()} has on AWS.`,
      });
    }
  });

  it("that requests carry, that nothing here has, and that no service has are taken", () => {
    for (const key of [
      "s3:prefix",
      "s3:authType",
      "s3:TlsVersion",
      "s3:ExistingObjectTag/a",
      "dynamodb:Attributes",
      "iam:PassedToService",
      "iam:AWSServiceName",
      "iam:ResourceTag/team",
      "kms:GrantIsForAWSResource",
      "kms:ViaService",
      "kms:EncryptionContext:a",
      "kms:RecipientAttestation:PCR0",
      "sns:Protocol",
      "ecs:cluster",
      "aws:ResourceTag/a",
      "aws:RequestTag/a",
      "aws:PrincipalOrgID",
      "token.actions.githubusercontent.com:sub",
      "sqs:Nothing",
    ]) {
      assert.equal(unsupplied(key), undefined, key);
      parsePolicy(asking(key), "identity");
    }
  });

  it("that are refused stand in docs/differences.md, and no others", () => {
    const text = readFileSync(join(import.meta.dirname, "../../../../docs/differences.md"), "utf8");
    const section = text.split(/^## /m).find((part) => part.startsWith("Condition keys\n")) ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| `"));
    const said = rows.map((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, word]) => word));
    assert.deepEqual(
      said,
      refusedKeys().map(([service, keys]) => [service, ...keys.map((key) => key.slice(service.length + 1))]),
    );
  });

  it("and operators are read in policies of which IAM knows nothing, too", () => {
    const { Statement } = JSON.parse(asking("kms:KeySpec"));
    assert.match(conditionFault(Statement) ?? "", /does not supply the condition key kms:KeySpec/);
    assert.match(conditionFault([{ ...Statement, Condition: { Like: {} } }]) ?? "", /Invalid Condition type : Like/);
    assert.equal(conditionFault(JSON.parse(asking("aws:SourceArn")).Statement), undefined);
    assert.equal(conditionFault(undefined), undefined);
  });

  describe("of a resource's policy", () => {
    let test: TestCloud;
    before(async () => {
      test = await startCloud();
    });
    after(() => test.stop());

    const Policy = asking("lambda:VpcIds", { Principal: "*" });
    const refused = { message: /does not supply the condition key lambda:VpcIds, which lambda has on AWS/ };

    it("are refused by queues, topics, buckets, tables, log groups, keys and APIs", async () => {
      const { cloud } = test;
      const queues = test.client(SQSClient);
      await assert.rejects(queues.send(new CreateQueueCommand({ QueueName: "q", Attributes: { Policy } })), refused);
      const topics = test.client(SNSClient);
      await assert.rejects(topics.send(new CreateTopicCommand({ Name: "t", Attributes: { Policy } })), refused);
      const buckets = test.client(S3Client, { config: { forcePathStyle: true } });
      await buckets.send(new CreateBucketCommand({ Bucket: "bucket" }));
      const onBucket = asking("lambda:VpcIds", { Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::bucket/*" });
      await assert.rejects(buckets.send(new PutBucketPolicyCommand({ Bucket: "bucket", Policy: onBucket })), refused);
      const logs = test.client(CloudWatchLogsClient);
      await assert.rejects(logs.send(new PutLogsPolicyCommand({ policyName: "p", policyDocument: Policy })), refused);
      await cloud.call("dynamodb", "CreateTable", {
        TableName: "items",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      });
      const ResourceArn = `arn:aws:dynamodb:us-east-1:${cloud.accountId}:table/items`;
      await assert.rejects(
        test.client(DynamoDBClient).send(new PutResourcePolicyCommand({ ResourceArn, Policy })),
        refused,
      );
      await assert.rejects(cloud.call("kms", "CreateKey", { Policy }), refused);
      const policy = asking("lambda:VpcIds", { Principal: "*", Action: "execute-api:Invoke" });
      await assert.rejects(cloud.call("apigateway", "CreateRestApi", { name: "a", policy }), refused);
    });
  });
});
