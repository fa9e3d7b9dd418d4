import { companionsOf, type Resource, type Rule, type StackFacts, unless } from "../rule.ts";
import { refusesPlainHttp } from "../statements.ts";

export const messagingRules: Rule[] = [
  {
    name: "queue-is-encrypted",
    description: "A queue is encrypted",
    ids: ["SQS.1", "AwsSolutions-SQS2", "CKV_AWS_27"],
    types: ["aws:sqs/queue:Queue"],
    check: ({ props }) =>
      unless(props.sqsManagedSseEnabled === true || Boolean(props.kmsMasterKeyId), "sqsManagedSseEnabled is not true"),
  },
  {
    name: "queue-is-redriven",
    description: "A queue gives up on poison to a dead-letter queue, or is one",
    ids: ["AwsSolutions-SQS3"],
    types: ["aws:sqs/queue:Queue"],
    scope: "stack",
    check: (queue, facts) =>
      unless(isDeadLetterQueue(queue, facts) || Boolean(queue.props.redrivePolicy), "redrivePolicy is missing"),
  },
  {
    name: "queue-has-a-policy",
    description: "A queue has a policy",
    ids: ["AwsSolutions-SQS4"],
    types: ["aws:sqs/queue:Queue"],
    scope: "stack",
    check: (queue, facts) =>
      unless(
        companionsOf(queue, facts, "aws:sqs/queuePolicy:QueuePolicy", "queueUrl").length > 0,
        "url: no QueuePolicy refuses plain HTTP",
      ),
  },
  {
    name: "queue-over-tls-only",
    description: "A queue's policy refuses plain HTTP",
    ids: ["AwsSolutions-SQS4"],
    types: ["aws:sqs/queuePolicy:QueuePolicy"],
    check: ({ props }) => unless(refusesPlainHttp(props.policy), "policy does not refuse aws:SecureTransport false"),
  },
  {
    name: "topic-is-encrypted",
    description: "A topic is encrypted with a key of the stack's (alarms cannot use AWS's own)",
    ids: ["SNS.1"],
    types: ["aws:sns/topic:Topic"],
    check: ({ props }) => [
      ...unless(Boolean(props.kmsMasterKeyId), "kmsMasterKeyId is missing"),
      ...unless(
        props.kmsMasterKeyId !== "alias/aws/sns",
        "kmsMasterKeyId is alias/aws/sns, with which alarms cannot publish",
      ),
    ],
  },
  {
    name: "topic-has-a-policy",
    description: "A topic has a policy",
    ids: ["own"],
    types: ["aws:sns/topic:Topic"],
    scope: "stack",
    check: (topic, facts) =>
      unless(
        companionsOf(topic, facts, "aws:sns/topicPolicy:TopicPolicy", "arn").length > 0,
        "arn: no TopicPolicy refuses plain HTTP",
      ),
  },
  {
    name: "topic-over-tls-only",
    description: "A topic's policy refuses plain HTTP",
    ids: ["AwsSolutions-SNS3"],
    types: ["aws:sns/topicPolicy:TopicPolicy"],
    check: ({ props }) => unless(refusesPlainHttp(props.policy), "policy does not refuse aws:SecureTransport false"),
  },
];

/** Whether what failed elsewhere ends here: by a redrive policy, a destination or a dead-letter configuration. */
const isDeadLetterQueue = ({ type, name }: Resource, { resources }: StackFacts): boolean =>
  resources.some(({ sources = {} }) =>
    ["redrivePolicy", "destinationConfig", "deadLetterConfig"].some((property) =>
      sources[property]?.some((source) => source.type === type && source.name === name),
    ),
  );
