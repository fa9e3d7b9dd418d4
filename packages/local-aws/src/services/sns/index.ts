/**
 * SNS: topics, subscriptions and their confirmation, filters, delivery to queues, functions, mailboxes and web servers of
 * this machine. https://docs.aws.amazon.com/sns/latest/api/welcome.html
 */
import { createHash, randomUUID } from "node:crypto";
import type * as sns from "@aws-sdk/client-sns";
import type { OperationOf } from "../../operations.ts";
import { AwsError, type Call, type Cloud, type Service } from "../../service.ts";
import { Delivery } from "./delivery.ts";
import { useKey } from "./key.ts";
import { type Attributes, checkPublish, type Message, type PublishInput, textsOf } from "./message.ts";
import { topicAccess } from "./policy.ts";
import { invalid, Records, type Topic } from "./records.ts";
import { subscriptionOperations } from "./subscriptions.ts";
import { topicOperations } from "./topics.ts";

let lastSequence = 0n;

/** Twenty digits, each greater than the one before, even across restarts. */
function nextSequence(): string {
  const now = BigInt(Date.now()) * 1_000n;
  lastSequence = now > lastSequence ? now : lastSequence + 1n;
  return `1${String(lastSequence).padStart(19, "0")}`;
}

export function createSns(cloud: Cloud): Service {
  const records = new Records(cloud.store);
  const delivery = new Delivery(cloud, records);

  const access = ({ TopicArn, TargetArn }: { TopicArn?: string; TargetArn?: string }, call: Call) => {
    const arn = TopicArn ?? TargetArn ?? "";
    return [topicAccess("Publish", arn, records.topics.get(arn), call)];
  };

  async function publish(topic: Topic, input: PublishInput): Promise<{ MessageId: string; SequenceNumber?: string }> {
    const isFifo = topic.attributes.FifoTopic === "true";
    const byContent = topic.attributes.ContentBasedDeduplication === "true";
    checkPublish(input, isFifo, byContent);
    const { Message: text = "", MessageStructure, Subject, MessageAttributes = {}, MessageGroupId } = input;
    const message: Message = {
      id: randomUUID(),
      topicArn: topic.arn,
      timestamp: new Date().toISOString(),
      text: textsOf(text, MessageStructure),
      attributes: MessageAttributes,
      ...(Subject && { subject: Subject }),
      ...(MessageGroupId && { group: MessageGroupId }),
      ...(isFifo && { sequence: nextSequence() }),
      ...(isFifo && { deduplication: input.MessageDeduplicationId ?? createHash("sha256").update(text).digest("hex") }),
    };
    await delivery.fanOut(message);
    return { MessageId: message.id, ...(message.sequence && { SequenceNumber: message.sequence }) };
  }

  const Publish: OperationOf<"sns", "Publish"> = {
    access,
    async run(input, call) {
      if (input.PhoneNumber) throw invalid("PhoneNumber Reason: the local cloud sends no text messages");
      const topic = records.topic(input.TopicArn ?? input.TargetArn);
      await useKey(cloud, topic, call);
      return publish(topic, input as PublishInput);
    },
  };

  const PublishBatch: OperationOf<"sns", "PublishBatch"> = {
    access,
    async run({ TopicArn, PublishBatchRequestEntries: entries = [] }, call) {
      const topic = records.topic(TopicArn);
      await useKey(cloud, topic, call);
      checkEntries(entries);
      const Successful: sns.PublishBatchResultEntry[] = [];
      const Failed: sns.BatchResultErrorEntry[] = [];
      for (const { Id, ...entry } of entries) {
        try {
          Successful.push({
            Id,
            ...(await publish(topic, entry as PublishInput & { MessageAttributes?: Attributes })),
          });
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Failed.push({ Id, Code: error.code.replace(/Exception$/, ""), Message: error.message, SenderFault: true });
        }
      }
      return { Successful, Failed };
    },
  };

  return {
    name: "sns",
    shapes: () => import("@aws-sdk/client-sns"),
    // The links in mails.
    unsigned: { ConfirmSubscription: "TopicArn", Unsubscribe: "SubscriptionArn" },
    operations: {
      ...topicOperations(cloud, records),
      ...subscriptionOperations(cloud, records, delivery),
      Publish,
      PublishBatch,
    },
    async stop() {
      delivery.stop();
    },
  };
}

function checkEntries(entries: { Id?: string }[]): void {
  if (entries.length === 0)
    throw new AwsError("EmptyBatchRequestException", "The batch request doesn't contain any entries.", 400);
  if (entries.length > 10) {
    const message = "The batch request contains more entries than permissible.";
    throw new AwsError("TooManyEntriesInBatchRequestException", message, 400);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    const message = "Two or more batch entries in the request have the same Id.";
    throw new AwsError("BatchEntryIdsNotDistinctException", message, 400);
  }
  if (!entries.every(({ Id = "" }) => /^[\w-]{1,80}$/.test(Id))) {
    throw new AwsError(
      "InvalidBatchEntryIdException",
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
      400,
    );
  }
}
