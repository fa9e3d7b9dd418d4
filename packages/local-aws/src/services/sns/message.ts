/** A message as its receivers see it. https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html */
import { parseJson } from "../../jsonText.ts";
import { AwsError } from "../../service.ts";
import { invalid, type Protocol } from "./records.ts";

export type Attributes = Record<string, { DataType: string; StringValue?: string; BinaryValue?: Uint8Array }>;

export interface Message {
  id: string;
  topicArn: string;
  /** ISO, UTC. */
  timestamp: string;
  subject?: string;
  /** One text for all, or one for each protocol (`MessageStructure: json`). */
  text: (protocol: Protocol) => string;
  attributes: Attributes;
  group?: string;
  /** Of a FIFO topic. */
  sequence?: string;
  deduplication?: string;
  /** Trace header that receivers go on with. */
  trace?: string;
}

/** 256 KiB, attributes included. */
export const maxBytes = 262_144;

export interface PublishInput {
  Message?: string;
  MessageStructure?: string;
  Subject?: string;
  MessageAttributes?: Attributes;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

/** Bytes of a message with its attributes. */
export function sizeOf({ Message = "", MessageAttributes = {} }: PublishInput): number {
  const sizes = Object.entries(MessageAttributes).map(
    ([name, { DataType, StringValue = "", BinaryValue = new Uint8Array() }]) =>
      Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue) + BinaryValue.byteLength,
  );
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(Message));
}

/** @throws AwsError `InvalidParameterException` */
export function checkPublish(input: PublishInput, isFifo: boolean, byContent: boolean): void {
  const { Message = "", Subject, MessageAttributes = {} } = input;
  if (Message === "") throw invalid("Empty message");
  if (sizeOf(input) > maxBytes) throw invalid("Message too long");
  if (Subject !== undefined && (Subject.length === 0 || Subject.length > 100 || !/^[\x20-\x7e]+$/.test(Subject))) {
    throw invalid("Subject");
  }
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(MessageAttributes)) {
    if (!/^(String|Number|Binary)(\..+)?$/.test(DataType)) {
      throw new AwsError(
        "ParameterValueInvalid",
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
        400,
      );
    }
    if (!StringValue && !BinaryValue?.byteLength) {
      throw invalid(`The message attribute '${name}' must contain non-empty message attribute value.`);
    }
  }
  if (isFifo && !input.MessageGroupId) throw invalid("The MessageGroupId parameter is required for FIFO topics");
  if (isFifo && !input.MessageDeduplicationId && !byContent) {
    throw invalid(
      "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
    );
  }
}

/** @throws AwsError `InvalidParameterException` unless the texts are an object with a `default`. */
export function textsOf(message: string, structure: string | undefined): Message["text"] {
  if (structure === undefined || structure === "") return () => message;
  if (structure !== "json") throw invalid("MessageStructure");
  let texts: Record<string, unknown>;
  try {
    texts = parseJson(message) as Record<string, unknown>;
  } catch {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
  if (typeof texts?.default !== "string") throw invalid("Message Structure - No default entry in JSON message body");
  return (protocol) => (typeof texts[protocol] === "string" ? texts[protocol] : (texts.default as string));
}

/** Nothing here is signed: receivers that verify signatures need AWS's certificate. */
const unsigned = { SignatureVersion: "1", Signature: "EXAMPLE" };

export interface Links {
  certificate: string;
  unsubscribe: string;
}

/** The envelope that queues and web servers get. */
export function notification(message: Message, protocol: Protocol, links: Links): object {
  const attributes = attributeValues(message.attributes);
  return {
    Type: "Notification",
    MessageId: message.id,
    ...(message.sequence && { SequenceNumber: message.sequence }),
    TopicArn: message.topicArn,
    ...(message.subject && { Subject: message.subject }),
    Message: message.text(protocol),
    Timestamp: message.timestamp,
    // Those of FIFO topics are not signed.
    ...(!message.sequence && { ...unsigned, SigningCertURL: links.certificate }),
    UnsubscribeURL: links.unsubscribe,
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes }),
  };
}

/** The event that functions get. */
export function functionEvent(message: Message, subscriptionArn: string, links: Links): object {
  return {
    Records: [
      {
        EventSource: "aws:sns",
        EventVersion: "1.0",
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          Type: "Notification",
          MessageId: message.id,
          TopicArn: message.topicArn,
          Subject: message.subject ?? null,
          Message: message.text("lambda"),
          Timestamp: message.timestamp,
          ...unsigned,
          SigningCertUrl: links.certificate,
          UnsubscribeUrl: links.unsubscribe,
          MessageAttributes: attributeValues(message.attributes),
        },
      },
    ],
  };
}

function attributeValues(attributes: Attributes): Record<string, { Type: string; Value: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType: Type, StringValue, BinaryValue }]) => [
      name,
      { Type, Value: StringValue ?? Buffer.from(BinaryValue ?? []).toString("base64") },
    ]),
  );
}
