/**
 * SNS: topics, subscriptions and their confirmation, filters, delivery to queues, functions, mailboxes and web servers of
 * this machine. https://docs.aws.amazon.com/sns/latest/api/welcome.html
 */
import { createHash, randomUUID } from "node:crypto";
import type * as sns from "@aws-sdk/client-sns";
import { traceBelow } from "../../kit/trace.ts";
import type { OperationOf } from "../../operations.ts";
import { AwsError, type Call, type Cloud, type Service } from "../../service.ts";
import { Delivery } from "./delivery.ts";
import { useKey } from "./key.ts";
import {
  type Attributes,
  checkPublish,
  type Message,
  maxBytes,
  type PublishInput,
  sizeOf,
  textsOf,
} from "./message.ts";
import { platformOperations } from "./platforms.ts";
import { topicAccess } from "./policy.ts";
import { invalid, Records, type Topic } from "./records.ts";
import { isPhoneNumber, smsOperations } from "./sms.ts";
import { subscriptionOperations } from "./subscriptions.ts";
import { topicOperations } from "./topics.ts";

/** Within five minutes a FIFO topic takes a message once. */
const deduplicated = 5 * 60_000;

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

  const access = (
    { TopicArn, TargetArn, PhoneNumber }: { TopicArn?: string; TargetArn?: string; PhoneNumber?: string },
    call: Call,
  ) => {
    const arn = TopicArn ?? TargetArn ?? (PhoneNumber === undefined ? "" : "*");
    return [topicAccess("Publish", arn, records.topics.get(arn), call)];
  };

  async function publish(
    topic: Topic,
    input: PublishInput,
    trace: string | undefined,
  ): Promise<{ MessageId: string; SequenceNumber?: string }> {
    const isFifo = topic.attributes.FifoTopic === "true";
    const byContent = topic.attributes.ContentBasedDeduplication === "true";
    checkPublish(input, isFifo, byContent);
    const { Message: text = "", MessageStructure, Subject, MessageAttributes = {}, MessageGroupId } = input;
    const deduplication = input.MessageDeduplicationId ?? createHash("sha256").update(text).digest("hex");
    const scope = topic.attributes.FifoThroughputScope === "MessageGroup" ? `/${MessageGroupId}` : "";
    const key = `${topic.arn}/${deduplication}${scope}`;
    const taken = isFifo ? records.taken.get(key) : undefined;
    if (taken && Date.now() - taken.at < deduplicated) return { MessageId: taken.id, SequenceNumber: taken.sequence };
    const message: Message = {
      id: randomUUID(),
      topicArn: topic.arn,
      timestamp: new Date().toISOString(),
      text: textsOf(text, MessageStructure),
      attributes: MessageAttributes,
      ...(Subject && { subject: Subject }),
      ...(MessageGroupId && { group: MessageGroupId }),
      ...(isFifo && { sequence: nextSequence() }),
      ...(isFifo && { deduplication }),
      ...(trace !== undefined && { trace }),
    };
    if (message.sequence) records.taken.put(key, { id: message.id, sequence: message.sequence, at: Date.now() });
    await delivery.fanOut(message);
    return { MessageId: message.id, ...(message.sequence && { SequenceNumber: message.sequence }) };
  }

  function textTo(number: string, text: string) {
    if (!isPhoneNumber(number)) throw invalid(`PhoneNumber Reason: ${number} is not valid to publish to`);
    if (!records.optedOut.has(number)) delivery.text(number, text);
    return { MessageId: randomUUID() };
  }

  function pushTo(arn: string) {
    const endpoint = records.endpoints.get(arn);
    if (!endpoint) throw invalid("TargetArn Reason: No endpoint found for the target arn specified");
    if (endpoint.attributes.Enabled === "false")
      throw new AwsError("EndpointDisabledException", "Endpoint is disabled", 400);
    return { MessageId: randomUUID() };
  }

  const Publish: OperationOf<"sns", "Publish"> = {
    access,
    async run(input, call) {
      if (input.PhoneNumber !== undefined) return textTo(input.PhoneNumber, input.Message);
      const { TargetArn = "" } = input;
      if (/^arn:[^:]*:sns:[^:]*:[^:]*:endpoint\//.test(TargetArn)) return pushTo(TargetArn);
      const topic = records.topic(input.TopicArn ?? input.TargetArn);
      await useKey(cloud, topic, call);
      return publish(topic, input as PublishInput, traceBelow(call));
    },
  };

  const PublishBatch: OperationOf<"sns", "PublishBatch"> = {
    access,
    async run({ TopicArn, PublishBatchRequestEntries: entries = [] }, call) {
      const topic = records.topic(TopicArn);
      await useKey(cloud, topic, call);
      checkEntries(entries);
      checkSize(entries as PublishInput[]);
      const Successful: sns.PublishBatchResultEntry[] = [];
      const Failed: sns.BatchResultErrorEntry[] = [];
      for (const { Id, ...entry } of entries) {
        try {
          Successful.push({
            Id,
            ...(await publish(topic, entry as PublishInput & { MessageAttributes?: Attributes }, traceBelow(call))),
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
    pages: {
      ConfirmSubscription: (refusal) =>
        refusal === undefined
          ? { title: "Subscription confirmed", text: "The topic's messages come to you from now on." }
          : { title: "Nothing is confirmed", text: `${refusal}. A link counts for two days.` },
      Unsubscribe: (refusal) =>
        refusal === undefined
          ? { title: "Subscription ended", text: "No more of the topic's messages come to you." }
          : { title: "The subscription goes on", text: refusal },
    },
    operations: {
      ...topicOperations(cloud, records),
      ...subscriptionOperations(cloud, records, delivery),
      ...platformOperations(cloud, records),
      ...smsOperations(records),
      Publish,
      PublishBatch,
    },
    async stop() {
      delivery.stop();
    },
  };
}

function checkSize(entries: PublishInput[]): void {
  if (entries.reduce((sum, entry) => sum + sizeOf(entry), 0) <= maxBytes) return;
  const message = "The length of all the messages put together is more than the limit.";
  throw new AwsError("BatchRequestTooLongException", message, 400);
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
