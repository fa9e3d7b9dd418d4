/** How each service is asked to tag, and to take tags away. */
import type { Tags } from "../../kit/tags.ts";

/** A service's words for tags. */
interface Words {
  /** Its signing name, where ARNs have another one. */
  service?: string;
  tag: string;
  untag: string;
  /** The member that names the resource, and what it is of its ARN. */
  id: string;
  of?(arn: string): string;
  tags: string;
  keys: string;
  /** Members of one tag; none where tags are a map. */
  pair?: [key: string, value: string] | undefined;
  more?: object;
}

export interface Asked {
  service: string;
  operation: string;
  input: object;
}

const usual: Words = {
  ...{ tag: "TagResource", untag: "UntagResource", id: "ResourceArn", tags: "Tags", keys: "TagKeys" },
  pair: ["Key", "Value"],
};
const map = { pair: undefined };
const small = { id: "resourceArn", tags: "tags", keys: "tagKeys" };
const lastOf = (separator: string) => (arn: string) => arn.split(separator).at(-1) ?? "";

/** By the service in the ARN. */
const services: Record<string, Partial<Words>> = {
  apigateway: { ...small, ...map },
  cloudwatch: { service: "monitoring", id: "ResourceARN" },
  codedeploy: {},
  "cognito-idp": map,
  dynamodb: {},
  ecr: small,
  ecs: { ...small, pair: ["key", "value"] },
  "emr-serverless": { ...small, ...map },
  events: { id: "ResourceARN" },
  kms: { id: "KeyId", pair: ["TagKey", "TagValue"] },
  lambda: { ...map, id: "Resource" },
  logs: { ...small, ...map },
  route53: {
    ...{ tag: "ChangeTagsForResource", untag: "ChangeTagsForResource", tags: "AddTags", keys: "RemoveTagKeys" },
    ...{ id: "ResourceId", of: lastOf("/"), more: { ResourceType: "hostedzone" } },
  },
  sagemaker: { tag: "AddTags", untag: "DeleteTags" },
  scheduler: {},
  secretsmanager: { id: "SecretId" },
  ses: {},
  sns: {},
  sqs: { ...map, tag: "TagQueue", untag: "UntagQueue", id: "QueueUrl", of: lastOf(":") },
  ssm: {
    ...{ tag: "AddTagsToResource", untag: "RemoveTagsFromResource", id: "ResourceId" },
    more: { ResourceType: "Parameter" },
  },
  states: { ...small, pair: ["key", "value"] },
  xray: { id: "ResourceARN" },
};

/** @returns what to ask for; `undefined` for a resource that cannot be tagged so. */
export function tagging(arn: string, tags: Tags): Asked | undefined {
  if (arn.startsWith("arn:aws:ec2:")) return ofEc2("CreateTags", arn, pairs(tags, ["Key", "Value"]));
  const words = wordsFor(arn);
  if (!words) return undefined;
  return asked(arn, words, words.tag, { [words.tags]: words.pair ? pairs(tags, words.pair) : tags });
}

export function untagging(arn: string, keys: string[]): Asked | undefined {
  if (arn.startsWith("arn:aws:ec2:"))
    return ofEc2(
      "DeleteTags",
      arn,
      keys.map((Key) => ({ Key })),
    );
  const words = wordsFor(arn);
  return words && asked(arn, words, words.untag, { [words.keys]: keys });
}

function wordsFor(arn: string): Words | undefined {
  const service = serviceIn(arn);
  return Object.hasOwn(services, service) ? { ...usual, ...services[service] } : undefined;
}

export const serviceIn = (arn: string): string => arn.split(":")[2] ?? "";

const asked = (arn: string, { service, id, of, more }: Words, operation: string, members: object): Asked => ({
  service: service ?? serviceIn(arn),
  operation,
  input: { [id]: of?.(arn) ?? arn, ...members, ...more },
});

const ofEc2 = (operation: string, arn: string, Tags: object[]): Asked => ({
  ...{ service: "ec2", operation, input: { Resources: [arn.split("/")[1] ?? ""], Tags } },
});

const pairs = (tags: Tags, [key, value]: [string, string]) =>
  Object.entries(tags).map(([name, text]) => ({ [key]: name, [value]: text }));
