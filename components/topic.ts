import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Key } from "@pulumi/aws/kms";
import { Topic, type TopicArgs, TopicPolicy } from "@pulumi/aws/sns";
import { interpolate, jsonStringify, type Output, type Resource } from "@pulumi/pulumi";
import { keepsData } from "./statefulness.ts";

export interface TopicSettings extends TopicArgs {
  /**
   * Services of this account that publish to it.
   * @example ["cloudwatch.amazonaws.com"]
   */
  publishers: string[];
}

/**
 * A topic as the platform's rules ask for: over TLS only, encrypted with a key of its own, which admits exactly the
 * services that publish. With AWS's own key for SNS an alarm could not publish.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 *
 * @example createTopic("alerts", { publishers: ["cloudwatch.amazonaws.com"] }, this);
 */
export function createTopic(name: string, { publishers, ...args }: TopicSettings, parent: Resource): Topic {
  const { accountId } = getCallerIdentityOutput({}, { parent });
  const key = new Key(
    `${name}-key`,
    {
      description: `Messages of topic ${name}`,
      enableKeyRotation: true,
      policy: jsonStringify({ Version: "2012-10-17", Statement: keyStatements(accountId, publishers) }),
    },
    { parent, protect: keepsData() },
  );
  const topic = new Topic(name, { kmsMasterKeyId: key.id, ...args }, { parent });
  new TopicPolicy(
    `${name}-policy`,
    {
      arn: topic.arn,
      policy: jsonStringify({ Version: "2012-10-17", Statement: topicStatements(topic.arn, accountId, publishers) }),
    },
    { parent },
  );
  return topic;
}

/** The account administers its key; services use it for this account's messages only. */
const keyStatements = (accountId: Output<string>, publishers: string[]) => [
  {
    Sid: "Account",
    Effect: "Allow",
    Principal: { AWS: interpolate`arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  },
  {
    Sid: "Publishers",
    Effect: "Allow",
    Principal: { Service: publishers },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  },
];

const topicStatements = (arn: Output<string>, accountId: Output<string>, publishers: string[]) => [
  {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "sns:Publish",
    Resource: arn,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  },
  {
    Sid: "Publishers",
    Effect: "Allow",
    Principal: { Service: publishers },
    Action: "sns:Publish",
    Resource: arn,
    Condition: { StringEquals: { "aws:SourceAccount": accountId } },
  },
];
