import { strToU8, zipSync } from "fflate";
import type { TestCloud } from "../../testing/cloud.ts";

/** One of each thing that requests can name. @returns their names, ids and ARNs. */
export async function makeWorld({ cloud }: TestCloud): Promise<string[]> {
  const name = "fuzz";
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  const call = (service: string, operation: string, input: object) => cloud.call<any>(service, operation, input);
  const Service = ["lambda", "states", "events", "scheduler", "ecs-tasks", "codedeploy"].map(
    (one) => `${one}.amazonaws.com`,
  );
  const trust = { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
  const policy = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });
  const { Role } = await call("iam", "CreateRole", { RoleName: name, AssumeRolePolicyDocument: policy(trust) });
  const PolicyDocument = policy({ Effect: "Allow", Action: "*", Resource: "*" });
  await call("iam", "PutRolePolicy", { RoleName: name, PolicyName: name, PolicyDocument });
  const roleArn: string = Role.Arn;
  await call("s3", "CreateBucket", { Bucket: name });
  await call("s3", "PutObject", { Bucket: name, Key: name, Body: Buffer.from("x") });
  const { QueueUrl } = await call("sqs", "CreateQueue", { QueueName: name });
  const { TopicArn } = await call("sns", "CreateTopic", { Name: name });
  const { RuleArn } = await call("events", "PutRule", { Name: name, EventPattern: '{"source":["x"]}' });
  await call("logs", "CreateLogGroup", { logGroupName: name });
  await call("logs", "CreateLogStream", { logGroupName: name, logStreamName: name });
  await call("ssm", "PutParameter", { Name: name, Value: "x", Type: "String" });
  const code = zipSync({ "index.mjs": strToU8("export const handler = async (event) => event;") });
  const { FunctionArn } = await call("lambda", "CreateFunction", {
    FunctionName: name,
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Role: roleArn,
    Code: { ZipFile: code },
  });
  await call("lambda", "PublishVersion", { FunctionName: name });
  const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });
  const { stateMachineArn } = await call("states", "CreateStateMachine", { name, definition, roleArn });
  const { executionArn } = await call("states", "StartExecution", { stateMachineArn });
  const { id, rootResourceId } = await call("apigateway", "CreateRestApi", { name });
  await call("codedeploy", "CreateApplication", { applicationName: name, computePlatform: "Lambda" });
  await call("ecs", "CreateCluster", { clusterName: name });
  const { applicationId } = await call("emr-serverless", "CreateApplication", {
    name,
    type: "SPARK",
    releaseLabel: "emr-7.5.0",
  });
  const arns = [roleArn, TopicArn, RuleArn, FunctionArn, stateMachineArn, executionArn];
  return [
    name,
    name,
    name,
    QueueUrl,
    `arn:aws:sqs:us-east-1:000000000000:${name}`,
    id,
    rootResourceId,
    applicationId,
    ...arns,
  ];
}
