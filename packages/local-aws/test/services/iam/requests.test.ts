import assert from "node:assert/strict";
import { DynamoDBClient, GetItemCommand, QueryCommand, TransactGetItemsCommand } from "@aws-sdk/client-dynamodb";
import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import * as iam from "@aws-sdk/client-iam";
import { DeleteObjectsCommand, GetObjectCommand, PutObjectTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type Credentials, startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { zip } from "../../../testing/lambda.ts";

const allow = { Effect: "Allow", Action: "*", Resource: "*" };
const deny = (Action: string, Condition: object) => ({ Effect: "Deny", Action, Resource: "*", Condition });
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

describe("what AWS denies by a request's own keys", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
    await test.cloud.call("dynamodb", "CreateTable", {
      TableName: "items",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
  });
  after(() => test.stop());

  const as = async (...statements: object[]) => (await test.mintRole(statements)).credentials;
  const denied = (work: Promise<unknown>) => assert.rejects(work, { name: /^AccessDenied/ });

  it("attributes of items that are not to be read", async () => {
    const condition = {
      "ForAllValues:StringEquals": { "dynamodb:Attributes": ["id", "open"] },
      StringEqualsIfExists: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
    };
    const client = test.client(DynamoDBClient, { credentials: await as({ ...allow, Condition: condition }) });
    const get = (more: object) =>
      client.send(new GetItemCommand({ TableName: "items", Key: { id: { S: "1" } }, ...more }));
    await denied(get({}));
    await denied(get({ ProjectionExpression: "id, secret" }));
    await denied(get({ ProjectionExpression: "#s", ExpressionAttributeNames: { "#s": "secret" } }));
    await get({ ProjectionExpression: "id, #o", ExpressionAttributeNames: { "#o": "open" } });
    await denied(
      client.send(
        new QueryCommand({
          TableName: "items",
          KeyConditionExpression: "id = :i",
          FilterExpression: "secret = :i",
          ProjectionExpression: "id",
          ExpressionAttributeValues: { ":i": { S: "1" } },
        }),
      ),
    );
  });

  it("items outside a transaction", async () => {
    const condition = { StringEquals: { "dynamodb:EnclosingOperation": "TransactGetItems" } };
    const client = test.client(DynamoDBClient, { credentials: await as({ ...allow, Condition: condition }) });
    const Get = { TableName: "items", Key: { id: { S: "1" } } };
    await denied(client.send(new GetItemCommand(Get)));
    await client.send(new TransactGetItemsCommand({ TransactItems: [{ Get }] }));
  });

  describe("of S3", () => {
    const buckets = (credentials: Credentials) =>
      test.client(S3Client, { credentials, config: { forcePathStyle: true } });
    const command = new GetObjectCommand({ Bucket: "signed", Key: "a" });
    before(async () => {
      await test.cloud.call("s3", "CreateBucket", { Bucket: "signed" });
      await test.cloud.call("s3", "PutObject", { Bucket: "signed", Key: "a", Body: Buffer.from("x") });
    });

    it("presigned URLs", async () => {
      const client = buckets(await as(allow, deny("s3:*", { StringNotEquals: { "s3:authType": "REST-HEADER" } })));
      assert.equal((await fetch(await getSignedUrl(client, command))).status, 403);
      assert.equal(await (await client.send(command)).Body?.transformToString(), "x");
      const { principal } = await test.mintRole([
        allow,
        deny("s3:*", { StringNotEquals: { "s3:authType": "REST-HEADER" } }),
      ]);
      await test.cloud.call("s3", "HeadObject", { Bucket: "signed", Key: "a" }, principal);
    });

    it("URLs that were signed too long ago", async () => {
      const client = buckets(await as(allow, deny("s3:*", { NumericGreaterThan: { "s3:signatureAge": "60000" } })));
      const signingDate = new Date(Date.now() - 120_000);
      assert.equal((await fetch(await getSignedUrl(client, command))).status, 200);
      assert.equal((await fetch(await getSignedUrl(client, command, { signingDate }))).status, 403);
      await client.send(command);
    });

    it("what a request deletes one by one", async () => {
      const client = buckets(
        await as(allow, deny("s3:DeleteObject", { StringEquals: { "s3:authType": "REST-HEADER" } })),
      );
      const { Errors } = await client.send(
        new DeleteObjectsCommand({ Bucket: "signed", Delete: { Objects: [{ Key: "a" }] } }),
      );
      assert.deepEqual(
        Errors?.map(({ Code }) => Code),
        ["AccessDenied"],
      );
    });

    it("bodies that are not signed, agents, tags of objects", async () => {
      const client = buckets(
        await as(
          allow,
          deny("s3:GetObject", { StringEquals: { "s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD" } }),
          deny("s3:GetObject", { StringLike: { "aws:UserAgent": "evil*" } }),
          deny("s3:PutObjectTagging", { "ForAnyValue:StringEquals": { "s3:RequestObjectTagKeys": "admin" } }),
          deny("*", { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
        ),
      );
      const url = await getSignedUrl(client, command);
      assert.equal((await fetch(url)).status, 200);
      assert.equal((await fetch(url, { headers: { "user-agent": "evil/1" } })).status, 403);
      assert.equal((await fetch(url, { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } })).status, 403);
      const tag = (Key: string) =>
        client.send(
          new PutObjectTaggingCommand({ Bucket: "signed", Key: "a", Tagging: { TagSet: [{ Key, Value: "1" }] } }),
        );
      await denied(tag("admin"));
      await tag("other");
    });
  });

  it("protocols of subscriptions, and tasks outside a cluster", async () => {
    const { cloud } = test;
    const { TopicArn } = await cloud.call<{ TopicArn: string }>("sns", "CreateTopic", { Name: "topic" });
    const credentials = await as(allow, deny("sns:Subscribe", { StringNotEquals: { "sns:Protocol": "sqs" } }), {
      ...deny("ecs:*", { ArnNotEquals: { "ecs:cluster": `arn:aws:ecs:us-east-1:${cloud.accountId}:cluster/mine` } }),
    });
    const subscribe = (Protocol: string, Endpoint: string) =>
      test.client(SNSClient, { credentials }).send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }));
    await denied(subscribe("email", "a@example.com"));
    await subscribe("sqs", `arn:aws:sqs:us-east-1:${cloud.accountId}:named`);
    const list = (cluster: string | undefined) =>
      test.client(ECSClient, { credentials }).send(new ListTasksCommand({ cluster }));
    await denied(list(undefined));
    const { principal } = await test.mintRole([
      allow,
      deny("ecs:*Service", { StringLike: { "ecs:cluster": "*/theirs" } }),
    ]);
    const own = { cluster: "theirs", serviceName: "s", service: "s", taskDefinition: "t" };
    for (const operation of ["CreateService", "UpdateService", "DeleteService"])
      await assert.rejects(cloud.call("ecs", operation, own, principal), /explicit deny/, operation);
    await assert.rejects(list("mine"), { name: "ClusterNotFoundException" });
  });

  it("rules about others' events, permissions that are taken away, deletions without a look", async () => {
    const { cloud } = test;
    const { principal } = await test.mintRole([
      allow,
      deny("events:PutRule", { "ForAnyValue:StringEquals": { "events:source": "aws.health" } }),
      deny("events:PutRule", { "ForAnyValue:StringEquals": { "events:detail-type": "Secret" } }),
      deny("lambda:RemovePermission", { StringEquals: { "lambda:Principal": "sns.amazonaws.com" } }),
      deny("s3:DeleteObject", { Null: { "s3:if-match": "true" } }),
    ]);
    const put = (pattern: object | string) =>
      cloud.call("events", "PutRule", { Name: "r", EventPattern: JSON.stringify(pattern) }, principal);
    await assert.rejects(put({ source: ["mine", "aws.health"] }), /explicit deny/);
    await assert.rejects(put({ source: ["mine"], "detail-type": ["Secret"] }), /explicit deny/);
    await assert.rejects(put("aws.health"), { code: "InvalidEventPatternException" });
    await put({ source: ["mine", { prefix: "aws." }], "detail-type": ["Open"] });

    const { roleArn } = await test.mintRole([], { name: "handler" });
    const Code = { ZipFile: zip({ "index.mjs": "export const handler = () => 1;" }) };
    const FunctionName = "permitted";
    const made = { FunctionName, Role: roleArn, Code, Handler: "index.handler", Runtime: "nodejs24.x" };
    await cloud.call("lambda", "CreateFunction", made);
    const Action = "lambda:InvokeFunction";
    for (const service of ["sns", "events"]) {
      const permission = { FunctionName, StatementId: service, Action, Principal: `${service}.amazonaws.com` };
      await cloud.call("lambda", "AddPermission", permission, principal);
    }
    const remove = (StatementId: string) =>
      cloud.call("lambda", "RemovePermission", { FunctionName, StatementId }, principal);
    await assert.rejects(remove("sns"), /explicit deny/);
    await remove("events");

    await cloud.call("s3", "CreateBucket", { Bucket: "looked" });
    const { ETag } = await cloud.call<{ ETag: string }>("s3", "PutObject", {
      Bucket: "looked",
      Key: "a",
      Body: Buffer.from("x"),
    });
    const object = { Bucket: "looked", Key: "a" };
    await assert.rejects(cloud.call("s3", "DeleteObject", object, principal), /explicit deny/);
    await cloud.call("s3", "DeleteObject", { ...object, IfMatch: ETag }, principal);
  });

  it("sessions without a second factor, or of somebody", async () => {
    const { cloud } = test;
    const credentials = await as(allow, deny("iam:*", { Bool: { "aws:MultiFactorAuthPresent": "false" } }));
    await denied(test.client(iam.IAMClient, { credentials }).send(new iam.ListUsersCommand({})));
    const RoleName = "watched";
    const admin = test.client(iam.IAMClient);
    const AssumeRolePolicyDocument = policy({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${cloud.accountId}:root` },
      Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
    });
    const { Role } = await admin.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = policy(allow, deny("iam:*", { StringEquals: { "aws:SourceIdentity": "eve" } }));
    await admin.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
    const list = async (SourceIdentity: string) => {
      const { Credentials: given } = await test
        .client(STSClient)
        .send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "session", SourceIdentity }));
      const credentials = {
        accessKeyId: given?.AccessKeyId as string,
        secretAccessKey: given?.SecretAccessKey as string,
        sessionToken: given?.SessionToken as string,
      };
      return test.client(iam.IAMClient, { credentials }).send(new iam.ListUsersCommand({}));
    };
    await list("alice");
    await denied(list("eve"));
  });

  it("what is beyond a user's boundary, and users without one", async () => {
    const client = test.client(iam.IAMClient);
    const { Policy } = await client.send(
      new iam.CreatePolicyCommand({ PolicyName: "boundary", PolicyDocument: policy({ ...allow, Action: "iam:Get*" }) }),
    );
    const PermissionsBoundary = Policy?.Arn as string;
    const UserName = "bounded";
    const wrong = { UserName, PermissionsBoundary: `${PermissionsBoundary}x` };
    await assert.rejects(client.send(new iam.CreateUserCommand(wrong)), { name: "NoSuchEntityException" });
    const creator = test.client(iam.IAMClient, {
      credentials: await as(
        allow,
        deny("iam:CreateUser", { StringNotEquals: { "iam:PermissionsBoundary": PermissionsBoundary } }),
      ),
    });
    await denied(creator.send(new iam.CreateUserCommand({ UserName })));
    await creator.send(new iam.CreateUserCommand({ UserName, PermissionsBoundary }));
    const { User } = await client.send(new iam.GetUserCommand({ UserName }));
    assert.equal(User?.PermissionsBoundary?.PermissionsBoundaryArn, PermissionsBoundary);
    const keeper = test.client(iam.IAMClient, {
      credentials: await as(allow, deny("iam:PutUserPolicy", { StringNotEquals: { "iam:PermissionsBoundary": "x" } })),
    });
    const granted = { UserName, PolicyName: "all", PolicyDocument: policy(allow) };
    await denied(keeper.send(new iam.PutUserPolicyCommand(granted)));
    await client.send(new iam.PutUserPolicyCommand(granted));
    const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName }));
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const user = test.client(iam.IAMClient, { credentials });
    await user.send(new iam.GetUserCommand({ UserName }));
    await denied(user.send(new iam.ListUsersCommand({})));
    await client.send(new iam.DeleteUserPermissionsBoundaryCommand({ UserName }));
    await user.send(new iam.ListUsersCommand({}));
    await client.send(new iam.PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }));
    await denied(user.send(new iam.ListUsersCommand({})));
    assert.ok((await test.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}))).Arn);
  });
});
