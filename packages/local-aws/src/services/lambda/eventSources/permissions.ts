/** AWS refuses a mapping if the function's role may not read the source or send to the failure destination. */
import type { DestinationConfig, FunctionConfiguration } from "@aws-sdk/client-lambda";
import { queueUrl } from "../../../arn.ts";
import { AwsError, type Cloud, type PolicyDocument } from "../../../service.ts";
import type { SourceKind } from "./records.ts";
import { invalidParameter } from "./validate.ts";

const queueActions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
const streamActions = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"];

/** @throws AwsError `InvalidParameterValueException` in AWS's words. */
export async function checkPermissions(
  cloud: Cloud,
  { Role = "", FunctionName = "", FunctionArn }: FunctionConfiguration,
  source: { arn: string; kind: SourceKind },
  destination: DestinationConfig | undefined,
): Promise<void> {
  const { principal } = await cloud.assumeRole(Role, "lambda.amazonaws.com", FunctionName, FunctionArn).catch(() => {
    throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
  });
  const policy = await policyOf(cloud, source);
  const may = async (action: string, resource: string) => {
    const access = { action, resource, ...(policy && resource === source.arn && { resourcePolicy: policy }) };
    try {
      await cloud.authorize({ principal, operation: action.split(":")[1] as string }, [access]);
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  };
  if (source.kind === "sqs") await checkQueue(source.arn, may);
  else await checkStream(source.kind, source.arn, may);

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

/** The source's own policy may also allow the role. */
async function policyOf(
  cloud: Cloud,
  { arn, kind }: { arn: string; kind: SourceKind },
): Promise<PolicyDocument | undefined> {
  try {
    if (kind === "sqs") {
      const { Attributes } = await cloud.call("sqs", "GetQueueAttributes", {
        QueueUrl: queueUrl(cloud, arn),
        AttributeNames: ["Policy"],
      });
      return Attributes?.Policy ? (JSON.parse(Attributes.Policy) as PolicyDocument) : undefined;
    }
    const { Policy = "null" } =
      kind === "kinesis"
        ? await cloud.call("kinesis", "GetResourcePolicy", { ResourceARN: arn })
        : await cloud.call("dynamodb", "GetResourcePolicy", { ResourceArn: arn });
    return JSON.parse(Policy) as PolicyDocument;
  } catch (error) {
    // No policy, or no source: a missing source is reported where it is looked up.
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

async function checkQueue(arn: string, may: May): Promise<void> {
  for (const action of queueActions) {
    if (!(await may(`sqs:${action}`, arn))) {
      throw invalidParameter(`The provided execution role does not have permissions to call ${action} on SQS`);
    }
  }
}

async function checkStream(service: "dynamodb" | "kinesis", arn: string, may: May): Promise<void> {
  for (const action of streamActions) {
    // Streams of Kinesis are listed for the account, not one by one.
    if (!(await may(`${service}:${action}`, service === "kinesis" && action === "ListStreams" ? "*" : arn))) {
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
    ({ Attributes: attributes = {} } = await cloud.call("sqs", "GetQueueAttributes", {
      QueueUrl: queueUrl(cloud, arn),
      AttributeNames: ["VisibilityTimeout"],
    }));
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
