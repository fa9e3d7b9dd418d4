/** AWS refuses a mapping whose function's role may not read the source, or not send to where failures go. */
import type { DestinationConfig, FunctionConfiguration } from "@aws-sdk/client-lambda";
import { AwsError, type Cloud, type Principal } from "../service.ts";
import type { SourceKind } from "./records.ts";
import { invalidParameter } from "./validate.ts";

const queueActions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
const streamActions = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"];

/** @throws AwsError `InvalidParameterValueException` in AWS's words. */
export async function checkPermissions(
  cloud: Cloud,
  { Role = "", FunctionName = "" }: FunctionConfiguration,
  source: { arn: string; kind: SourceKind },
  destination: DestinationConfig | undefined,
): Promise<void> {
  const { principal } = await cloud.assumeRole(Role, "lambda.amazonaws.com", FunctionName).catch(() => {
    throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
  });
  const may = async (action: string, resource: string) => {
    try {
      await cloud.authorize({ principal, operation: action.split(":")[1] as string }, [{ action, resource }]);
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
  if (source.kind === "sqs") await checkQueue(cloud, principal, source.arn, may);
  else await checkStream(source.arn, may);

  const target = destination?.OnFailure?.Destination;
  if (!target) return;
  const [action, resource] = sending(target);
  if (!(await may(action, resource))) {
    throw invalidParameter(
      `The function execution role does not have permissions to call ${action.split(":")[1]} on ${target}`,
    );
  }
}

type May = (action: string, resource: string) => Promise<boolean>;

async function checkQueue(cloud: Cloud, role: Principal, arn: string, may: May): Promise<void> {
  for (const action of queueActions) {
    // The queue's own policy may grant it, too: then asking it says so.
    const granted = (await may(`sqs:${action}`, arn)) || (await asks(cloud, role, arn, action));
    if (!granted)
      throw invalidParameter(`The provided execution role does not have permissions to call ${action} on SQS`);
  }
}

/** Whether the queue lets the role in; only reading its attributes can be tried without changing anything. */
async function asks(cloud: Cloud, role: Principal, arn: string, action: string): Promise<boolean> {
  if (action !== "GetQueueAttributes") return false;
  try {
    await cloud.call("sqs", action, { QueueUrl: queueUrl(cloud, arn), AttributeNames: ["QueueArn"] }, role);
    return true;
  } catch {
    return false;
  }
}

async function checkStream(arn: string, may: May): Promise<void> {
  for (const action of streamActions) {
    if (!(await may(`dynamodb:${action}`, arn))) {
      throw invalidParameter(
        `Cannot access stream ${arn}. Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.`,
      );
    }
  }
}

function sending(arn: string): [action: string, resource: string] {
  switch (arn.split(":")[2]) {
    case "sqs":
      return ["sqs:SendMessage", arn];
    case "sns":
      return ["sns:Publish", arn];
    case "s3":
      return ["s3:PutObject", `${arn}/*`];
    default:
      throw invalidParameter(`The destination ARN ${arn} must be that of an SQS queue, an SNS topic or an S3 bucket.`);
  }
}

/** AWS does not let a function's timeout outlast the time in which its message is hidden. */
export async function checkVisibility(
  cloud: Cloud,
  arn: string,
  { Timeout = 3 }: FunctionConfiguration,
): Promise<void> {
  let attributes: Record<string, string>;
  try {
    const input = { QueueUrl: queueUrl(cloud, arn), AttributeNames: ["VisibilityTimeout"] };
    ({ Attributes: attributes } = await cloud.call<{ Attributes: Record<string, string> }>(
      "sqs",
      "GetQueueAttributes",
      input,
    ));
  } catch (error) {
    if (error instanceof AwsError && error.code === "QueueDoesNotExist") {
      throw invalidParameter("The provided event source queue does not exist.");
    }
    throw error;
  }
  if (Number(attributes.VisibilityTimeout) < Timeout) {
    throw invalidParameter(
      `Queue visibility timeout: ${attributes.VisibilityTimeout} seconds is less than Function timeout: ${Timeout} seconds`,
    );
  }
}

export function queueUrl(cloud: Cloud, arn: string): string {
  const [account, name] = arn.split(":").slice(4);
  return `${cloud.origin}/${account}/${name}`;
}
