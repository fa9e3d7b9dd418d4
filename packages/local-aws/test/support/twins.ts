import * as apigateway from "@aws-sdk/client-api-gateway";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as codedeploy from "@aws-sdk/client-codedeploy";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as ecs from "@aws-sdk/client-ecs";
import * as events from "@aws-sdk/client-eventbridge";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as sagemaker from "@aws-sdk/client-sagemaker";
import * as scheduler from "@aws-sdk/client-scheduler";
import * as ses from "@aws-sdk/client-sesv2";
import * as sfn from "@aws-sdk/client-sfn";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import * as ssm from "@aws-sdk/client-ssm";
import { zip } from "../../testing/lambda.ts";

/** Two regions with things of one name, and one without. */
export const [home, away, unused] = ["us-east-1", "eu-west-1", "ap-southeast-2"] as const;

export type Sender = { send(command: never): Promise<object> };

/** How a service makes and lists things in a region. */
export interface Row {
  service: string;
  client: new (config: never) => Sender;
  /** Makes something called `twin`, with what tells the regions apart in it. */
  make(mark: string, role: string): object[];
  list: object;
  /** Names or ARNs, as the list tells them. */
  found(output: never): (string | undefined)[];
}

const pass = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });

/** Every service that has something to list. */
export const rows: Row[] = [
  {
    service: "apigateway",
    client: apigateway.APIGatewayClient,
    make: (description) => [new apigateway.CreateRestApiCommand({ name: "twin", description })],
    list: new apigateway.GetRestApisCommand({}),
    found: ({ items = [] }: apigateway.GetRestApisCommandOutput) =>
      items.map((api) => `${api.name} ${api.description}`),
  },
  {
    service: "cloudwatch",
    client: cloudwatch.CloudWatchClient,
    make: () => [
      new cloudwatch.PutMetricAlarmCommand({
        AlarmName: "twin",
        Namespace: "n",
        MetricName: "m",
        Statistic: "Sum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanThreshold",
      }),
    ],
    list: new cloudwatch.DescribeAlarmsCommand({}),
    found: ({ MetricAlarms = [] }: cloudwatch.DescribeAlarmsCommandOutput) => MetricAlarms.map((one) => one.AlarmArn),
  },
  {
    service: "codedeploy",
    client: codedeploy.CodeDeployClient,
    make: () => [new codedeploy.CreateApplicationCommand({ applicationName: "twin", computePlatform: "Lambda" })],
    list: new codedeploy.ListApplicationsCommand({}),
    found: ({ applications = [] }: codedeploy.ListApplicationsCommandOutput) => applications,
  },
  {
    service: "dynamodb",
    client: dynamodb.DynamoDBClient,
    make: (mark) => [
      new dynamodb.CreateTableCommand({
        TableName: "twin",
        AttributeDefinitions: [{ AttributeName: "k", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "k", KeyType: "HASH" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
      new dynamodb.PutItemCommand({ TableName: "twin", Item: { k: { S: mark } } }),
    ],
    list: new dynamodb.ScanCommand({ TableName: "twin" }),
    found: ({ Items = [] }: dynamodb.ScanCommandOutput) => Items.map(({ k }) => k?.S),
  },
  {
    service: "ecs",
    client: ecs.ECSClient,
    make: () => [new ecs.CreateClusterCommand({ clusterName: "twin" })],
    list: new ecs.ListClustersCommand({}),
    found: ({ clusterArns = [] }: ecs.ListClustersCommandOutput) => clusterArns,
  },
  {
    service: "events",
    client: events.EventBridgeClient,
    make: () => [new events.PutRuleCommand({ Name: "twin", EventPattern: `{"source":["a"]}` })],
    list: new events.ListRulesCommand({}),
    found: ({ Rules = [] }: events.ListRulesCommandOutput) => Rules.map(({ Arn }) => Arn),
  },
  {
    service: "kms",
    client: kms.KMSClient,
    make: () => [new kms.CreateKeyCommand({})],
    list: new kms.ListKeysCommand({}),
    found: ({ Keys = [] }: kms.ListKeysCommandOutput) => Keys.map(({ KeyArn }) => KeyArn),
  },
  {
    service: "lambda",
    client: lambda.LambdaClient,
    make: (_mark, Role) => [
      new lambda.CreateFunctionCommand({
        FunctionName: "twin",
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role,
        Code: { ZipFile: zip({ "index.mjs": "export const handler = async () => process.env.AWS_REGION;" }) },
      }),
    ],
    list: new lambda.ListFunctionsCommand({}),
    found: ({ Functions = [] }: lambda.ListFunctionsCommandOutput) => Functions.map((one) => one.FunctionArn),
  },
  {
    service: "logs",
    client: logs.CloudWatchLogsClient,
    make: () => [new logs.CreateLogGroupCommand({ logGroupName: "twin" })],
    list: new logs.DescribeLogGroupsCommand({ logGroupNamePrefix: "twin" }),
    found: ({ logGroups = [] }: logs.DescribeLogGroupsCommandOutput) => logGroups.map(({ arn }) => arn),
  },
  {
    service: "sagemaker",
    client: sagemaker.SageMakerClient,
    make: (_mark, ExecutionRoleArn) => [
      new sagemaker.CreateModelCommand({
        ModelName: "twin",
        ExecutionRoleArn,
        PrimaryContainer: { Image: "000000000000.dkr.ecr.eu-west-1.amazonaws.com/twin:1" },
      }),
    ],
    list: new sagemaker.ListModelsCommand({}),
    found: ({ Models = [] }: sagemaker.ListModelsCommandOutput) => Models.map(({ ModelArn }) => ModelArn),
  },
  {
    service: "scheduler",
    client: scheduler.SchedulerClient,
    make: () => [new scheduler.CreateScheduleGroupCommand({ Name: "twin" })],
    list: new scheduler.ListScheduleGroupsCommand({ NamePrefix: "twin" }),
    found: ({ ScheduleGroups = [] }: scheduler.ListScheduleGroupsCommandOutput) => ScheduleGroups.map(({ Arn }) => Arn),
  },
  {
    service: "ses",
    client: ses.SESv2Client,
    make: () => [new ses.CreateEmailIdentityCommand({ EmailIdentity: "twin.example" })],
    list: new ses.ListEmailIdentitiesCommand({}),
    found: ({ EmailIdentities = [] }: ses.ListEmailIdentitiesCommandOutput) =>
      EmailIdentities.map(({ IdentityName }) => IdentityName),
  },
  {
    service: "sns",
    client: sns.SNSClient,
    make: () => [new sns.CreateTopicCommand({ Name: "twin" })],
    list: new sns.ListTopicsCommand({}),
    found: ({ Topics = [] }: sns.ListTopicsCommandOutput) => Topics.map(({ TopicArn }) => TopicArn),
  },
  {
    service: "sqs",
    client: sqs.SQSClient,
    make: () => [new sqs.CreateQueueCommand({ QueueName: "twin" })],
    list: new sqs.ListQueuesCommand({}),
    found: ({ QueueUrls = [] }: sqs.ListQueuesCommandOutput) => QueueUrls.map((url) => url.split("/").at(-1)),
  },
  {
    service: "ssm",
    client: ssm.SSMClient,
    make: (Value) => [new ssm.PutParameterCommand({ Name: "/twin/a", Type: "String", Value })],
    list: new ssm.GetParametersByPathCommand({ Path: "/twin" }),
    found: ({ Parameters = [] }: ssm.GetParametersByPathCommandOutput) =>
      Parameters.map(({ ARN, Value }) => `${ARN} ${Value}`),
  },
  {
    service: "states",
    client: sfn.SFNClient,
    make: (_mark, roleArn) => [new sfn.CreateStateMachineCommand({ name: "twin", definition: pass, roleArn })],
    list: new sfn.ListStateMachinesCommand({}),
    found: ({ stateMachines = [] }: sfn.ListStateMachinesCommandOutput) =>
      stateMachines.map((one) => one.stateMachineArn),
  },
];
