/** What SQS checks of a message before it takes it. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
import type { MessageSystemAttributeValue } from "@aws-sdk/client-sqs";
import { AwsError, checkRange, invalid, missing, ofOtherType, refused } from "../errors.ts";
import { isFifo, numberOf, type Queue } from "../storage/queues.ts";
import { characters, digestOf, type Kept, keptAttributes, md5, otherCharacter, sizeOf } from "./attributes.ts";

/** A message as requests have it, alone or in a batch. */
export interface Sent {
  MessageBody?: string | undefined;
  DelaySeconds?: number | undefined;
  MessageAttributes?: object | undefined;
  MessageSystemAttributes?: Partial<Record<string, MessageSystemAttributeValue>> | undefined;
  MessageGroupId?: string | undefined;
  MessageDeduplicationId?: string | undefined;
}

/** What it has in the queue, as far as it is known from the request alone. */
export interface Content {
  body: string;
  digest: string;
  attributes: Kept | undefined;
  attributesDigest: string | undefined;
  trace: string | undefined;
  traceDigest: string | undefined;
}

/** The largest message, and the largest batch, in bytes. */
export const largest = 1_048_576;

const identifier = /^[A-Za-z0-9!-/:-@[-`{-~]{1,128}$/;

/** Of groups, duplicates and receives. */
export function checkIdentifier(name: string, value: string): void {
  if (identifier.test(value)) return;
  throw refused(name, value, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`);
}

/** Identifiers, and what a message must have: a batch is refused as a whole for them. */
export function checkIdentifiers(queue: Queue, message: Sent, inBatch: boolean): void {
  for (const name of ["MessageGroupId", "MessageDeduplicationId"] as const) {
    const value = message[name];
    if (value !== undefined) checkIdentifier(name, value);
  }
  if (!message.MessageBody) throw missing("MessageBody");
  if (!isFifo(queue)) return;
  if (message.MessageGroupId === undefined) {
    throw inBatch ? invalid("The request must contain the parameter MessageGroupId.") : missing("MessageGroupId");
  }
  if (message.MessageDeduplicationId === undefined && queue.attributes.ContentBasedDeduplication !== "true") {
    throw invalid(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

/** @throws AwsError for what this queue does not take. */
export function checkParameters(queue: Queue, message: Sent): void {
  const { DelaySeconds, MessageDeduplicationId } = message;
  checkRange("DelaySeconds", DelaySeconds, [0, 900], "DelaySeconds must be >= 0 and <= 900.");
  if (!isFifo(queue)) {
    if (MessageDeduplicationId !== undefined) throw ofOtherType("MessageDeduplicationId", MessageDeduplicationId);
    return;
  }
  // Zero is the queue's own delay.
  if (DelaySeconds) throw ofOtherType("DelaySeconds", String(DelaySeconds));
}

/**
 * @param trace the trace that the request itself came with.
 * @throws AwsError for characters, attributes and sizes that SQS does not take.
 */
export function contentOf(queue: Queue, message: Sent, trace: string | undefined): Content {
  const body = message.MessageBody as string;
  if (otherCharacter.test(body)) {
    throw new AwsError(
      "InvalidMessageContents",
      `Invalid characters found. Valid unicode characters are ${characters}`,
      400,
    );
  }
  const attributes = keptAttributes(message.MessageAttributes);
  const size = numberOf(queue, "MaximumMessageSize");
  if (sizeOf(body, attributes) > size) {
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${size} bytes.`);
  }
  const given = traceOf(message.MessageSystemAttributes);
  return {
    body,
    digest: md5(body),
    attributes,
    attributesDigest: attributes && digestOf(attributes),
    trace: given ?? trace,
    traceDigest: given && digestOf({ [traceName]: { DataType: "String", StringValue: given } }),
  };
}

const traceName = "AWSTraceHeader";

/** The one system attribute that a sender may set. */
function traceOf(given: Sent["MessageSystemAttributes"] = {}): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    if (name !== traceName)
      throw invalid(`Message system attribute name '${name}' is invalid: allowed is ${traceName}.`);
    if (value?.DataType !== "String" || !value.StringValue) {
      throw invalid(`The message system attribute '${name}' must have a value of type String.`);
    }
    return value.StringValue;
  }
  return undefined;
}
