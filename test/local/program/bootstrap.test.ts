import assert from "node:assert/strict";
import { join } from "node:path";
import { APIGatewayClient, GetRestApisCommand, UpdateAccountCommand } from "@aws-sdk/client-api-gateway";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { CreateUserCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { InvokeCommand, LambdaClient, ListVersionsByFunctionCommand } from "@aws-sdk/client-lambda";
import {
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SFNClient, StartExecutionCommand, ValidateStateMachineDefinitionCommand } from "@aws-sdk/client-sfn";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Credentials } from "local-aws/testing";
import { type RunningProgram, startProgram } from "pulumi-local/testing";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

/** `bootstrap/` on one machine: IAM decides here what the role of previews may. */
describe("bootstrap on one machine", function () {
  this.timeout(120_000);
  let program: RunningProgram;
  let outputs: Record<string, string>;
  let credentials: Credentials;

  before(async () => {
    program = await startProgram(join(import.meta.dirname, "fixtures/bootstrap"), { prepare: prepareAccount });
    outputs = await program.up();
    credentials = await session();
  });
  after(() => program?.stop());

  /** GitHub's tokens cannot be had here: the account's administrator is let in for once. */
  async function session(): Promise<Credentials> {
    const { cloud, client } = program.test;
    const RoleArn = outputs.previewRoleArn!;
    const RoleName = RoleArn.split("/").at(-1);
    const trust = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "sts:AssumeRole" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: trust });
    await cloud.call("iam", "UpdateAssumeRolePolicy", { RoleName, PolicyDocument });
    const { Credentials: given } = await client(STSClient).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "preview" }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken } = given!;
    return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
  }

  it("is as it was when it runs again", async () => {
    const { counts } = await program.engine.up();
    assert.deepEqual([counts.create, counts.update, counts.delete], [0, 0, 0]);
  });

  it("says where the state is, and who previews", () => {
    assert.match(outputs.stateBucketUrl!, /^s3:\/\/pulumi-state-[0-9a-f]{7}\?region=eu-west-1$/);
    assert.match(outputs.previewRoleArn!, /^arn:aws:iam::000000000000:role\/preview-[0-9a-f]{7}$/);
  });

  it("keeps the account's shared logs for 30 days", async () => {
    const logs = program.test.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const retentions = Object.fromEntries(logGroups.map((group) => [group.logGroupName, group.retentionInDays]));
    assert.equal(retentions["/aws/apigateway/welcome"], 30);
    assert.equal(retentions["/aws/sagemaker/TrainingJobs"], 30);
  });

  describe("previews", () => {
    const as = <Client>(type: new (config: never) => Client) =>
      program.test.client(type, { credentials, config: { forcePathStyle: true } });
    const bucket = () => outputs.stateBucketUrl!.match(/s3:\/\/([^?]+)/)![1]!;
    const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } });
    const table = "records";

    before(async () => {
      const { cloud } = program.test;
      const AttributeDefinitions = [{ AttributeName: "id", AttributeType: "S" }];
      const KeySchema = [{ AttributeName: "id", KeyType: "HASH" }];
      await cloud.call("dynamodb", "CreateTable", {
        TableName: table,
        AttributeDefinitions,
        KeySchema,
        BillingMode: "PAY_PER_REQUEST",
      });
      const s3 = program.test.client(S3Client, { config: { forcePathStyle: true } });
      for (const Key of [".pulumi/stacks/data-science-platform/dev.json", "another"]) {
        await s3.send(new PutObjectCommand({ Bucket: bucket(), Key, Body: "{}" }));
      }
    });

    it("read the state, and what is to be compared with", async () => {
      const { Contents = [] } = await as(S3Client).send(new ListObjectsV2Command({ Bucket: bucket() }));
      assert.equal(Contents.length, 2);
      await as(S3Client).send(
        new GetObjectCommand({ Bucket: bucket(), Key: ".pulumi/stacks/data-science-platform/dev.json" }),
      );
      await as(S3Client).send(new GetBucketVersioningCommand({ Bucket: bucket() }));
      await as(DynamoDBClient).send(new DescribeTableCommand({ TableName: table }));
      await as(APIGatewayClient).send(new GetRestApisCommand({}));
      await as(IAMClient).send(new GetRoleCommand({ RoleName: outputs.apiGatewayLogsRoleArn!.split("/").at(-1) }));
      await as(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}));
      const { result } = await as(SFNClient).send(new ValidateStateMachineDefinitionCommand({ definition }));
      assert.equal(result, "OK");
    });

    const refused: [string, () => Promise<unknown>][] = [
      [
        "write the state",
        () =>
          as(S3Client).send(
            new PutObjectCommand({
              Bucket: bucket(),
              Key: ".pulumi/stacks/data-science-platform/dev.json",
              Body: "{}",
            }),
          ),
      ],
      [
        "read anything else of its bucket",
        () => as(S3Client).send(new GetObjectCommand({ Bucket: bucket(), Key: "another" })),
      ],
      ["read records", () => as(DynamoDBClient).send(new ScanCommand({ TableName: table }))],
      [
        "read logs",
        () => as(CloudWatchLogsClient).send(new FilterLogEventsCommand({ logGroupName: "/aws/apigateway/welcome" })),
      ],
      ["call functions", () => as(LambdaClient).send(new InvokeCommand({ FunctionName: "any" }))],
      [
        "start executions",
        () =>
          as(SFNClient).send(
            new StartExecutionCommand({ stateMachineArn: "arn:aws:states:eu-west-1:000000000000:stateMachine:any" }),
          ),
      ],
      ["change the account", () => as(APIGatewayClient).send(new UpdateAccountCommand({ patchOperations: [] }))],
      ["make users", () => as(IAMClient).send(new CreateUserCommand({ UserName: "any" }))],
      [
        "look into another region",
        () => {
          const config = { region: "us-east-1" };
          const lambda = program.test.client(LambdaClient, { credentials, config });
          return lambda.send(new ListVersionsByFunctionCommand({ FunctionName: "any" }));
        },
      ],
    ];
    for (const [what, attempt] of refused) {
      it(`may not ${what}`, () =>
        assert.rejects(attempt, (error: Error) => {
          assert.match(error.name, /^AccessDenied/, error.message);
          return true;
        }));
    }
  });
});
