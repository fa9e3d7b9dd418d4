/** Tags of the requested resource, for `aws:ResourceTag/KEY`, as its service lists them. */
import { type Access, AwsError, administrator, type Call, type Services } from "../service.ts";
import { tagPairs } from "./requestTags.ts";

interface Listing {
  service: string;
  operation: string;
  input: object;
}

const byArn =
  (service: string, operation: string, member: string) =>
  (arn: string): Listing => ({ service, operation, input: { [member]: arn } });

/** How each service lists tags, by the service in the ARN. Roles, users and policies are not among them: IAM knows its own. */
const listings: Record<string, (arn: string) => Listing> = {
  apigateway: byArn("apigateway", "GetTags", "resourceArn"),
  "application-autoscaling": byArn("application-autoscaling", "ListTagsForResource", "ResourceARN"),
  cloudwatch: byArn("monitoring", "ListTagsForResource", "ResourceARN"),
  codedeploy: byArn("codedeploy", "ListTagsForResource", "ResourceArn"),
  "cognito-idp": byArn("cognito-idp", "ListTagsForResource", "ResourceArn"),
  // Indexes and streams have the tags of their table.
  dynamodb: (arn) => byArn("dynamodb", "ListTagsOfResource", "ResourceArn")(upTo(arn, /\/(index|stream)\//)),
  ec2: (arn) => ({
    service: "ec2",
    operation: "DescribeTags",
    input: { Filters: [{ Name: "resource-id", Values: [arn.split("/")[1]] }] },
  }),
  ecr: byArn("ecr", "ListTagsForResource", "resourceArn"),
  ecs: byArn("ecs", "ListTagsForResource", "resourceArn"),
  "emr-serverless": byArn("emr-serverless", "ListTagsForResource", "resourceArn"),
  events: byArn("events", "ListTagsForResource", "ResourceARN"),
  kinesis: byArn("kinesis", "ListTagsForResource", "ResourceARN"),
  kms: byArn("kms", "ListResourceTags", "KeyId"),
  lambda: byArn("lambda", "ListTags", "Resource"),
  // Rights on a group are rights on its (unnamed) stream.
  logs: (arn) => byArn("logs", "ListTagsForResource", "resourceArn")(upTo(arn, /:log-stream:/)),
  route53: (arn) => ({
    service: "route53",
    operation: "ListTagsForResource",
    input: { ResourceType: "hostedzone", ResourceId: arn.split("/")[1] },
  }),
  sagemaker: byArn("sagemaker", "ListTags", "ResourceArn"),
  scheduler: byArn("scheduler", "ListTagsForResource", "ResourceArn"),
  secretsmanager: byArn("secretsmanager", "DescribeSecret", "SecretId"),
  ses: byArn("ses", "ListTagsForResource", "ResourceArn"),
  sns: byArn("sns", "ListTagsForResource", "ResourceArn"),
  sqs: (arn) => byArn("sqs", "ListQueueTags", "QueueUrl")(arn.split(":").slice(5).join(":")),
  // By its ARN, in which a name that is not a path still follows a slash.
  ssm: (arn) => ({
    service: "ssm",
    operation: "ListTagsForResource",
    input: { ResourceType: "Parameter", ResourceId: arn },
  }),
  // Versions and aliases have the tags of their state machine.
  states: (arn) => byArn("states", "ListTagsForResource", "resourceArn")(arn.split(":").slice(0, 7).join(":")),
  xray: byArn("xray", "ListTagsForResource", "ResourceARN"),
};

const upTo = (text: string, end: RegExp): string => text.split(end, 1)[0] as string;

/** The call that lists a resource's tags; `undefined` for resources without any. */
export function tagListing(arn: string): Listing | undefined {
  const [, , service = ""] = arn.split(":");
  // A caller's ARN may hold anything: `constructor` is not a service.
  return Object.hasOwn(listings, service) ? listings[service]?.(arn) : undefined;
}

/** Tags in the answer to such a call. */
export const tagsIn = ({ Tags, tags, TagList, TagSet }: Record<string, unknown>): [key: string, value: string][] => [
  ...tagPairs(Tags ?? tags ?? TagList ?? TagSet),
];

/** @returns the access with the tags of its resource in its context. What is not there, or has no tags, has none. */
export async function withResourceTags(
  services: Services,
  call: Pick<Call, "region" | "accountId">,
  access: Access,
): Promise<Access> {
  const listing = tagListing(access.resource);
  const operation = listing && services.get(listing.service)?.operations[listing.operation];
  if (!operation) return access;
  try {
    const output = await operation.run(listing.input, {
      ...listing,
      ...call,
      principal: administrator(call.accountId),
      requestId: "",
    });
    const found = tagsIn(output as Record<string, unknown>).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
    return { ...access, context: { ...Object.fromEntries(found), ...access.context } };
  } catch (error) {
    if (error instanceof AwsError) return access;
    throw error;
  }
}
