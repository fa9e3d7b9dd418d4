import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Key } from "@pulumi/aws/kms";
import { Topic, type TopicArgs, TopicPolicy } from "@pulumi/aws/sns";
import { all, interpolate, jsonStringify, type Output, type Resource } from "@pulumi/pulumi";
import type { Statement } from "./function/statement.ts";
import { keepsData } from "./statefulness.ts";
import { lateError } from "./validation.ts";

export interface TopicSettings extends TopicArgs {
  /**
   * Services of this account that publish to it; none, where only functions do, with {@link publishStatements}. Not EventBridge:
   * it does not tell KMS for which account it asks.
   * @example ["cloudwatch.amazonaws.com"]
   */
  publishers: string[];
}

/**
 * A topic as the platform's rules ask for: over TLS only, encrypted with a key of its own, which admits exactly the
 * services that publish. With AWS's own key for SNS an alarm could not publish.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 *
 * @example createTopic("alerts", { publishers: ["cloudwatch.amazonaws.com"] });
 */
export function createTopic(name: string, { publishers, ...args }: TopicSettings, parent?: Resource): Topic {
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

/**
 * What publishing to an encrypted topic takes: the right to publish, and by SNS alone to the topic's key.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-permissions-for-publishing-to-encrypted-topic
 *
 * @param topic one whose `kmsMasterKeyId` is a key's id or ARN, as `createTopic` makes it.
 */
export const publishStatements = (topic: Topic): Statement[] => [
  { Effect: "Allow", Action: ["sns:Publish"], Resource: [topic.arn] },
  {
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: [keyArn(topic)],
    Condition: {
      StringEquals: { "kms:ViaService": topic.arn.apply((arn) => `sns.${arn.split(":")[3]}.amazonaws.com`) },
    },
  },
];

/** The policy of AWS's own key cannot be added to, and every topic of this program is encrypted: another one is a mistake. */
const keyArn = ({ arn, kmsMasterKeyId }: Topic): Output<string> =>
  all([arn, kmsMasterKeyId]).apply(([topicArn, key]) => {
    if (key?.startsWith("arn:")) return key;
    if (!key || key.startsWith("alias/"))
      throw lateError(
        `${topicArn}: kmsMasterKeyId is ${key ? JSON.stringify(key) : "not given"}; allowed is the id or the ARN of a key of the account's`,
      );
    return `${topicArn.split(":").slice(0, 5).join(":").replace(":sns:", ":kms:")}:key/${key}`;
  });

/** The account administers its key; services use it for this account's messages only. */
const keyStatements = (accountId: Output<string>, publishers: string[]) => [
  {
    Sid: "Account",
    Effect: "Allow",
    Principal: { AWS: interpolate`arn:aws:iam::${accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  },
  ...ofServices(accountId, publishers, ["kms:Decrypt", "kms:GenerateDataKey*"], "*"),
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
  ...ofServices(accountId, publishers, ["sns:Publish"], arn),
];

const ofServices = (
  accountId: Output<string>,
  services: string[],
  Action: string[],
  Resource: Output<string> | string,
) =>
  services.length === 0
    ? []
    : [
        {
          Sid: "Publishers",
          Effect: "Allow",
          Principal: { Service: services },
          Action,
          Resource,
          Condition: { StringEquals: { "aws:SourceAccount": accountId } },
        },
      ];
