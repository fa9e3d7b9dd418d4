/** Documents of managed policies: the account's own, and a few of AWS's that programs commonly attach. */
import type { PolicyDocument, PolicyStatement } from "../service.ts";
import type { Directory } from "./directory.ts";

const document = (...statements: Omit<PolicyStatement, "Effect">[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements.map((statement) => ({ Effect: "Allow", Resource: "*", ...statement })),
});

const logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

/** By the part of the ARN after `arn:aws:iam::aws:policy/`. https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ */
export const awsPolicies: Record<string, PolicyDocument> = {
  AdministratorAccess: document({ Action: "*" }),
  AWSLambdaExecute: document(
    { Action: ["logs:*"], Resource: "arn:aws:logs:*:*:*" },
    { Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::*" },
  ),
  AWSXRayDaemonWriteAccess: document({
    Action: [
      "xray:PutTraceSegments",
      "xray:PutTelemetryRecords",
      "xray:GetSamplingRules",
      "xray:GetSamplingTargets",
      "xray:GetSamplingStatisticSummaries",
    ],
  }),
  "service-role/AWSLambdaBasicExecutionRole": document({ Action: logs }),
  "service-role/AWSLambdaSQSQueueExecutionRole": document({
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", ...logs],
  }),
  "service-role/AWSLambdaDynamoDBExecutionRole": document({
    Action: [
      "dynamodb:DescribeStream",
      "dynamodb:GetRecords",
      "dynamodb:GetShardIterator",
      "dynamodb:ListStreams",
      ...logs,
    ],
  }),
  "service-role/AWSLambdaKinesisExecutionRole": document({
    Action: [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
      "kinesis:ListStreams",
      "kinesis:SubscribeToShard",
      ...logs,
    ],
  }),
  "service-role/AWSLambdaVPCAccessExecutionRole": document({
    Action: [
      ...logs,
      "ec2:CreateNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:DeleteNetworkInterface",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ],
  }),
  "service-role/AWSLambdaRole": document({ Action: ["lambda:InvokeFunction"] }),
  "service-role/AmazonAPIGatewayPushToCloudWatchLogs": document({
    Action: [...logs, "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents"],
  }),
};

const awsPrefix = "arn:aws:iam::aws:policy/";

/** The document in force (the default version's); `undefined` when there is no such policy. */
export function managedPolicyDocument(directory: Directory, arn: string): PolicyDocument | undefined {
  if (arn.startsWith(awsPrefix)) return awsPolicies[arn.slice(awsPrefix.length)];
  const policy = directory.policies.get(arn);
  const text = policy?.versions[policy.DefaultVersionId]?.Document;
  return text === undefined ? undefined : JSON.parse(text);
}
