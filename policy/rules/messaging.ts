import { type Rule, unless } from "../rule.ts";
import { listOf, refusesPlainHttp, statementsOf } from "../statements.ts";

/** Named as the end of the line: what arrives there has failed already. */
const deadLetters = /(failures|dead-letters?|dlq)$/i;

export const messagingRules: Rule[] = [
  {
    name: "queue-is-encrypted-and-redriven",
    description: "A queue is encrypted, and gives up on poison to a dead-letter queue (or is one)",
    ids: ["FSBP SQS.1", "N SQS2", "N SQS3"],
    types: ["aws:sqs/queue:Queue"],
    check: ({ props, name }) => [
      ...unless(
        props.sqsManagedSseEnabled === true || Boolean(props.kmsMasterKeyId),
        "sqsManagedSseEnabled is not true",
      ),
      ...unless(Boolean(props.redrivePolicy) || deadLetters.test(name), "redrivePolicy is missing"),
    ],
  },
  {
    name: "queue-over-tls-only",
    description: "A queue's policy refuses plain HTTP, and admits nobody without a condition",
    ids: ["FSBP SQS.3", "N SQS4"],
    types: ["aws:sqs/queuePolicy:QueuePolicy"],
    check: ({ props }) => [
      ...unless(refusesPlainHttp(props.policy), "policy does not refuse aws:SecureTransport false"),
      ...unless(!admitsAnyone(props.policy), "policy admits everyone"),
    ],
  },
  {
    name: "topic-is-encrypted",
    description: "A topic is encrypted with a key of the stack's (alarms cannot use AWS's own)",
    ids: ["FSBP SNS.1"],
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
    name: "topic-over-tls-only",
    description: "A topic's policy refuses plain HTTP",
    ids: ["own"],
    types: ["aws:sns/topicPolicy:TopicPolicy"],
    check: ({ props }) => unless(refusesPlainHttp(props.policy), "policy does not refuse aws:SecureTransport false"),
  },
];

const admitsAnyone = (policy: unknown): boolean =>
  statementsOf(policy).some(({ Effect, Principal, Condition }) => {
    const everyone = Principal === "*" || (typeof Principal === "object" && listOf(Principal.AWS).includes("*"));
    return Effect === "Allow" && everyone && Condition === undefined;
  });
