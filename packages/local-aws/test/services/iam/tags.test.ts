import assert from "node:assert/strict";
import * as iam from "@aws-sdk/client-iam";
import { PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { AwsError } from "../../../src/service.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const allow = { Effect: "Allow", Action: "*", Resource: "*" };
const deny = (Action: string, Condition: object) => ({ Effect: "Deny", Action, Resource: "*", Condition });
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const trust = policy({ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" });

describe("what AWS denies by tags", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
    await test.cloud.call("dynamodb", "CreateTable", {
      TableName: "items",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["id", "kind"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      GlobalSecondaryIndexes: [
        {
          IndexName: "kinds",
          KeySchema: [{ AttributeName: "kind", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
      Tags: [{ Key: "closed", Value: "no" }],
    });
  });
  after(() => test.stop());

  const as = async (...statements: object[]) => (await test.mintRole(statements)).credentials;
  const denied = (work: Promise<unknown>) => assert.rejects(work, { name: /^AccessDenied/ });
  const create = (client: iam.IAMClient, RoleName: string, tags: Record<string, string>) =>
    client.send(
      new iam.CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: trust,
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );

  it("tags that it gives or takes, and tags that a role has", async () => {
    const credentials = await as(
      allow,
      deny("iam:*", { StringEquals: { "aws:RequestTag/admin": "1" } }),
      deny("iam:*", { "ForAnyValue:StringEquals": { "aws:TagKeys": ["owner"] } }),
      deny("iam:DeleteRole", { StringEquals: { "aws:ResourceTag/keep": "yes" } }),
    );
    const client = test.client(iam.IAMClient, { credentials });
    await denied(create(client, "tagged", { admin: "1" }));
    await denied(create(client, "tagged", { owner: "x" }));
    await create(client, "tagged", { admin: "0", keep: "yes" });
    await denied(client.send(new iam.DeleteRoleCommand({ RoleName: "tagged" })));
    await denied(client.send(new iam.UntagRoleCommand({ RoleName: "tagged", TagKeys: ["owner"] })));
    await client.send(new iam.UntagRoleCommand({ RoleName: "tagged", TagKeys: ["keep"] }));
    await client.send(new iam.DeleteRoleCommand({ RoleName: "tagged" }));
  });

  it("all tags but those that are allowed", async () => {
    const only = { ...allow, Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } } };
    const client = test.client(iam.IAMClient, { credentials: await as(only) });
    await denied(create(client, "keys", { team: "a", admin: "1" }));
    await create(client, "keys", { team: "a" });
  });

  it("tags of every kind of request", async () => {
    const { cloud } = test;
    const { principal } = await test.mintRole([
      allow,
      deny("*", { StringEquals: { "aws:RequestTag/bad": "1" } }),
      deny("*", { "ForAnyValue:StringEquals": { "aws:TagKeys": "gone" } }),
    ]);
    const Code = { ZipFile: Buffer.from("x") };
    const requests: [service: string, operation: string, input: object][] = [
      ["sqs", "CreateQueue", { QueueName: "a", tags: { bad: "1" } }],
      ["sns", "CreateTopic", { Name: "a", Tags: [{ Key: "bad", Value: "1" }] }],
      ["lambda", "CreateFunction", { FunctionName: "a", Role: "arn:aws:iam::0:role/a", Code, Tags: { bad: "1" } }],
      ["states", "CreateStateMachine", { name: "a", tags: [{ key: "bad", value: "1" }] }],
      ["kms", "CreateKey", { Tags: [{ TagKey: "bad", TagValue: "1" }] }],
      ["logs", "CreateLogGroup", { logGroupName: "a", tags: { bad: "1" } }],
      ["dynamodb", "CreateTable", { TableName: "a", Tags: [{ Key: "bad", Value: "1" }] }],
      ["s3", "CreateBucket", { Bucket: "tags", CreateBucketConfiguration: { Tags: [{ Key: "bad", Value: "1" }] } }],
      ["sqs", "UntagQueue", { QueueUrl: "a", TagKeys: ["gone"] }],
      ["states", "UntagResource", { resourceArn: "arn:aws:states:us-east-1:0:stateMachine:a", tagKeys: ["gone"] }],
    ];
    for (const [service, operation, input] of requests) {
      await assert.rejects(
        cloud.call(service, operation, input, principal),
        /explicit deny/,
        `${service} ${operation}`,
      );
    }
    await cloud.call("s3", "CreateBucket", { Bucket: "tags" });
    const buckets = test.client(S3Client, {
      credentials: await as(allow, deny("s3:*", { StringEquals: { "aws:RequestTag/bad": "1" } })),
      config: { forcePathStyle: true },
    });
    const Tagging = { TagSet: [{ Key: "bad", Value: "1" }] };
    await denied(buckets.send(new PutBucketTaggingCommand({ Bucket: "tags", Tagging })));
  });

  it("tags of what it is about, of every service that has some", async () => {
    const { cloud } = test;
    const { principal, roleArn } = await test.mintRole([
      allow,
      deny("*", { StringEquals: { "aws:ResourceTag/closed": "yes" } }),
    ]);
    // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
    const made = (service: string, operation: string, input: object) => cloud.call<any>(service, operation, input);
    const Tags = [{ Key: "closed", Value: "yes" }];
    const tags = [{ key: "closed", value: "yes" }];
    const { QueueUrl } = await made("sqs", "CreateQueue", { QueueName: "closed", tags: { closed: "yes" } });
    const { TopicArn } = await made("sns", "CreateTopic", { Name: "closed", Tags });
    await made("logs", "CreateLogGroup", { logGroupName: "closed", tags: { closed: "yes" } });
    const { KeyMetadata } = await made("kms", "CreateKey", { Tags: [{ TagKey: "closed", TagValue: "yes" }] });
    for (const Name of ["/closed", "plain"])
      await made("ssm", "PutParameter", { Name, Value: "x", Type: "String", Tags });
    const { id } = await made("apigateway", "CreateRestApi", { name: "closed", tags: { closed: "yes" } });
    await made("codedeploy", "CreateApplication", { applicationName: "closed", computePlatform: "Lambda", tags: Tags });
    await made("events", "PutRule", { Name: "closed", EventPattern: '{"source":["x"]}', Tags });
    await made("scheduler", "CreateScheduleGroup", { Name: "closed", Tags });
    await made("ecs", "CreateCluster", { clusterName: "closed", tags });
    await made("monitoring", "PutMetricAlarm", {
      AlarmName: "closed",
      Namespace: "x",
      MetricName: "x",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
      Tags,
    });
    const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });
    const trusted = (await test.mintRole([allow], { trust: "states.amazonaws.com" })).roleArn;
    const machine = { name: "closed", definition, roleArn: trusted, tags, publish: true };
    const { stateMachineArn, stateMachineVersionArn } = await made("states", "CreateStateMachine", machine);
    const ResourceArn = `arn:aws:dynamodb:us-east-1:${cloud.accountId}:table/items`;
    await made("dynamodb", "TagResource", { ResourceArn, Tags });
    const query = {
      TableName: "items",
      KeyConditionExpression: "kind = :k",
      ExpressionAttributeValues: { ":k": { S: "" } },
    };
    const requests: [service: string, operation: string, input: object][] = [
      ["sqs", "ReceiveMessage", { QueueUrl }],
      ["sns", "Publish", { TopicArn, Message: "x" }],
      ["logs", "DeleteLogGroup", { logGroupName: "closed" }],
      ["kms", "DescribeKey", { KeyId: KeyMetadata.KeyId }],
      ["ssm", "GetParameter", { Name: "/closed" }],
      ["ssm", "GetParameter", { Name: "plain" }],
      ["apigateway", "GetRestApi", { restApiId: id }],
      ["apigateway", "GetResources", { restApiId: id }],
      ["codedeploy", "GetApplication", { applicationName: "closed" }],
      ["events", "DescribeRule", { Name: "closed" }],
      ["scheduler", "GetScheduleGroup", { Name: "closed" }],
      ["ecs", "DescribeClusters", { clusters: ["closed"] }],
      ["monitoring", "DeleteAlarms", { AlarmNames: ["closed"] }],
      ["states", "StartExecution", { stateMachineArn }],
      ["states", "StartExecution", { stateMachineArn: stateMachineVersionArn }],
      ["dynamodb", "GetItem", { TableName: "items", Key: { id: { S: "1" } } }],
      ["dynamodb", "Query", { ...query, IndexName: "kinds" }],
    ];
    for (const [service, operation, input] of requests) {
      await assert.rejects(
        cloud.call(service, operation, input, principal),
        /explicit deny/,
        `${service} ${operation}`,
      );
    }
    await made("dynamodb", "UntagResource", { ResourceArn, TagKeys: ["closed"] });
    await cloud.call("dynamodb", "GetItem", { TableName: "items", Key: { id: { S: "1" } } }, principal);
    assert.match(roleArn, /minted/);
  });

  it("no tags of what is no service, and none that are no text", async () => {
    const { principal } = await test.mintRole([
      allow,
      deny("*", { StringEquals: { "aws:ResourceTag/closed": "yes", "aws:RequestTag/a": "1" } }),
    ]);
    const call = (service: string, operation: string, input: object) =>
      test.cloud.call(service, operation, input, principal);
    for (const name of ["constructor", "__proto__", "__defineGetter__"]) {
      const TopicArn = `arn:aws:${name}:us-east-1:${test.cloud.accountId}:topic`;
      await assert.rejects(call("sns", "GetTopicAttributes", { TopicArn }), AwsError, name);
    }
    const ResourceArn = `arn:aws:dynamodb:us-east-1:${test.cloud.accountId}:table/none`;
    const Tags = [{ Key: "a", Value: { toString: 1 } }];
    await assert.rejects(call("dynamodb", "TagResource", { ResourceArn, Tags }), AwsError);
  });

  it("tags by which a queue's own policy, or a variable, decides", async () => {
    const { cloud } = test;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of policies
    const named = { ...allow, Resource: "arn:aws:sqs:*:*:${aws:ResourceTag/name}" };
    const { principal } = await test.mintRole([named]);
    const Policy = policy({
      Effect: "Deny",
      Principal: "*",
      Action: "sqs:ReceiveMessage",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/closed": "yes" } },
    });
    const { QueueUrl } = await cloud.call<{ QueueUrl: string }>("sqs", "CreateQueue", {
      QueueName: "named",
      Attributes: { Policy },
      tags: { name: "other" },
    });
    const receive = () => cloud.call("sqs", "ReceiveMessage", { QueueUrl }, principal);
    await assert.rejects(receive(), /no identity-based policy allows/);
    await cloud.call("sqs", "TagQueue", { QueueUrl, Tags: { name: "named" } });
    await receive();
    await cloud.call("sqs", "TagQueue", { QueueUrl, Tags: { closed: "yes" } });
    await assert.rejects(receive(), /explicit deny in a resource-based policy/);
  });
});
