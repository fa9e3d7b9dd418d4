import assert from "node:assert/strict";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as ecs from "@aws-sdk/client-ecs";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as sfn from "@aws-sdk/client-sfn";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import { startCloud, type TestCloud } from "../testing/cloud.ts";
import { zip } from "../testing/lambda.ts";

const [here, there] = ["us-east-1", "us-west-2"];
const [own, other] = ["000000000000", "999999999999"];

/** Whoever names a thing by its ARN gets that thing: never his own of the same name. */
describe("what is out of reach", () => {
  let test: TestCloud;
  const call = (service: string, operation: string, input: object) => test.cloud.call(service, operation, input);

  before(async () => {
    test = await startCloud({ region: here });
    const { roleArn } = await test.mintRole();
    await call("lambda", "CreateFunction", {
      FunctionName: "twin",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: roleArn,
      Code: { ZipFile: zip({ "index.mjs": "export const handler = async () => 1;" }) },
    });
    await call("sqs", "CreateQueue", { QueueName: "twin" });
    await call("sns", "CreateTopic", { Name: "twin" });
    await call("logs", "CreateLogGroup", { logGroupName: "twin" });
    await call("ecs", "CreateCluster", { clusterName: "twin" });
    await call("ssm", "PutParameter", { Name: "/twin", Type: "String", Value: "v" });
    await call("monitoring", "PutMetricAlarm", {
      AlarmName: "twin",
      Namespace: "n",
      MetricName: "m",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanThreshold",
    });
    await call("dynamodb", "CreateTable", {
      TableName: "twin",
      AttributeDefinitions: [{ AttributeName: "k", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "k", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    });
  });
  after(() => test.stop());

  type Named = (region: string, account: string) => [new (config: never) => { send(command: never): unknown }, object];
  const by: Record<string, Named> = {
    lambda: (region, account) => [
      lambda.LambdaClient,
      new lambda.GetFunctionCommand({ FunctionName: `arn:aws:lambda:${region}:${account}:function:twin` }),
    ],
    sns: (region, account) => [
      sns.SNSClient,
      new sns.GetTopicAttributesCommand({ TopicArn: `arn:aws:sns:${region}:${account}:twin` }),
    ],
    logs: (region, account) => [
      logs.CloudWatchLogsClient,
      new logs.ListTagsForResourceCommand({ resourceArn: `arn:aws:logs:${region}:${account}:log-group:twin` }),
    ],
    ecs: (region, account) => [
      ecs.ECSClient,
      new ecs.ListServicesCommand({ cluster: `arn:aws:ecs:${region}:${account}:cluster/twin` }),
    ],
    ssm: (region, account) => [
      ssm.SSMClient,
      new ssm.GetParameterCommand({ Name: `arn:aws:ssm:${region}:${account}:parameter/twin` }),
    ],
    monitoring: (region, account) => [
      cloudwatch.CloudWatchClient,
      new cloudwatch.ListTagsForResourceCommand({ ResourceARN: `arn:aws:cloudwatch:${region}:${account}:alarm:twin` }),
    ],
    dynamodb: (region, account) => [
      dynamodb.DynamoDBClient,
      new dynamodb.DescribeTableCommand({ TableName: `arn:aws:dynamodb:${region}:${account}:table/twin` }),
    ],
  };
  const ask = (named: Named, region: string, account: string) => {
    const [client, command] = named(region, account);
    return test.client(client).send(command as never) as Promise<object>;
  };

  for (const [service, named] of Object.entries(by)) {
    // SSM takes no parameter's own ARN for its name yet.
    if (service !== "ssm") it(`${service}: its own is found by its ARN`, () => ask(named, here, own));
  }

  const strangers: [string, string, RegExp][] = [
    [
      "lambda",
      "AccessDeniedException",
      /not authorized to perform: lambda:GetFunction on resource: arn:aws:lambda:us-east-1:999999999999:function:twin because no resource-based policy allows/,
    ],
    [
      "sns",
      "AccessDenied",
      /not authorized to perform: sns:GetTopicAttributes on resource: arn:aws:sns:us-east-1:999999999999:twin/,
    ],
    ["logs", "AccessDeniedException", /not authorized to perform: logs:ListTagsForResource/],
    ["ecs", "InvalidParameterException", /^Identifier is for 999999999999. Your accountId is 000000000000$/],
    ["ssm", "AccessDeniedException", /not authorized to perform: ssm:GetParameter/],
    ["monitoring", "AccessDenied", /not authorized to perform: cloudwatch:ListTagsForResource/],
    ["dynamodb", "AccessDeniedException", /not authorized to perform: dynamodb:DescribeTable/],
  ];
  for (const [service, name, message] of strangers) {
    it(`${service}: to another account's thing its caller is a stranger`, async () => {
      await assert.rejects(ask(by[service] as Named, here, other), { name, message });
    });
  }

  const elsewhere: [string, string, RegExp][] = [
    [
      "lambda",
      "ResourceNotFoundException",
      /^Functions from 'us-west-2' are not reachable in this region \('us-east-1'\)$/,
    ],
    ["sns", "InvalidParameterException", /^Invalid parameter: TopicArn$/],
    ["logs", "ResourceNotFoundException", /us-west-2/],
    ["ecs", "InvalidParameterException", /us-west-2/],
    ["ssm", "ParameterNotFound", /us-west-2/],
    ["monitoring", "ResourceNotFound", /us-west-2/],
    ["dynamodb", "ResourceNotFoundException", /us-west-2/],
  ];
  for (const [service, name, message] of elsewhere) {
    it(`${service}: another region's thing is not there`, async () => {
      await assert.rejects(ask(by[service] as Named, there, own), { name: new RegExp(name), message });
    });
  }

  it("kms: an ARN of another region is invalid, as recorded on AWS", async () => {
    const KeyId = `arn:aws:kms:${there}:${own}:key/00000000-0000-0000-0000-000000000000`;
    await assert.rejects(test.client(kms.KMSClient).send(new kms.DescribeKeyCommand({ KeyId })), {
      name: "NotFoundException",
      message: "Invalid arn us-west-2",
    });
  });

  it("states: a machine is looked up by its whole ARN", async () => {
    const arn = (account: string) => `arn:aws:states:${here}:${account}:stateMachine:twin`;
    const states = test.client(sfn.SFNClient);
    const describe = (account: string) =>
      states.send(new sfn.DescribeStateMachineCommand({ stateMachineArn: arn(account) }));
    await assert.rejects(describe(own), { name: "StateMachineDoesNotExist" });
    await assert.rejects(describe(other), { name: "AccessDeniedException" });
  });

  it("lambda: a partial ARN of another account, too", async () => {
    const FunctionName = `${other}:function:twin`;
    await assert.rejects(test.client(lambda.LambdaClient).send(new lambda.InvokeCommand({ FunctionName })), {
      name: "AccessDeniedException",
      message: /lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:999999999999:function:twin/,
    });
  });

  it("sqs: a queue's URL names its account", async () => {
    const queues = test.client(sqs.SQSClient);
    const send = (account: string) =>
      queues.send(new sqs.SendMessageCommand({ QueueUrl: `${test.origin}/${account}/twin`, MessageBody: "m" }));
    await send(own);
    await assert.rejects(send(other), { name: "AccessDenied" });
    const urlOf = (QueueOwnerAWSAccountId: string) =>
      queues.send(new sqs.GetQueueUrlCommand({ QueueName: "twin", QueueOwnerAWSAccountId }));
    assert.equal((await urlOf(own)).QueueUrl, `${test.origin}/${own}/twin`);
    await assert.rejects(urlOf(other), { name: "QueueDoesNotExist" });
  });

  it("is not what a message says", async () => {
    const topics = test.client(sns.SNSClient);
    const TopicArn = `arn:aws:sns:${here}:${own}:twin`;
    await topics.send(new sns.PublishCommand({ TopicArn, Message: `arn:aws:sns:${there}:${other}:twin` }));
    // A function may be invoked for a thing of anybody's.
    await test.client(lambda.LambdaClient).send(
      new lambda.AddPermissionCommand({
        FunctionName: "twin",
        StatementId: "s",
        Action: "lambda:InvokeFunction",
        Principal: "lambda.amazonaws.com",
        SourceArn: `arn:aws:lambda:${there}:${other}:function:caller`,
      }),
    );
  });
});
