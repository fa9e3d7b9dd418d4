/** Attributes of messages. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
import { hash } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { invalid } from "../errors.ts";
import type { KeptAttribute } from "../storage/messages.ts";

export type Kept = Record<string, KeptAttribute>;
/** As requests have them: bytes, or their base64 where a caller in this process has JSON. */
type Given = Record<string, Omit<MessageAttributeValue, "BinaryValue"> & { BinaryValue?: Uint8Array | string }>;

const most = 10;
/** Any that XML has not. https://www.w3.org/TR/REC-xml/#charsets */
export const otherCharacter = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
/** Those that it has, as SQS says it. */
export const characters = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
const types = /^(String|Number|Binary)(\..+)?$/;
const name = /^(?!\.|.*\.\.|.*\.$|aws\.|amazon\.)[\w.-]{1,256}$/i;

/**
 * @returns the attributes as they are kept.
 * @throws AwsError in SQS's words for the first that SQS does not take.
 */
export function keptAttributes(given: object | undefined): Kept | undefined {
  const entries = Object.entries((given ?? {}) as Given);
  if (entries.length === 0) return undefined;
  if (entries.length > most) {
    throw invalid(`Number of message attributes [${entries.length}] exceeds the allowed maximum [${most}].`);
  }
  return Object.fromEntries(entries.map(([one, value]) => [one, kept(one, value)]));
}

function kept(own: string, { DataType = "", StringValue, BinaryValue }: Given[string]): KeptAttribute {
  if (!name.test(own)) {
    throw invalid(
      `Message (user) attribute name '${own}' is invalid: it has 1 to 256 letters, digits, _, - and single periods, and does not begin with AWS. or Amazon.`,
    );
  }
  if (!DataType) throw invalid(`The message attribute '${own}' must contain non-empty message attribute type.`);
  const type = types.exec(DataType)?.[1];
  if (!type || DataType.length > 256) {
    throw invalid(
      `The type of message (user) attribute '${own}' is invalid. You must use only the following supported type prefixes: Binary, Number, String.`,
    );
  }
  const value = type === "Binary" ? BinaryValue : StringValue;
  if (value === undefined || value.length === 0) {
    throw invalid(
      `The message attribute '${own}' must contain non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (type !== "Binary" && otherCharacter.test(value as string)) {
    throw invalid(`The message attribute '${own}' has invalid characters. Valid unicode characters are ${characters}`);
  }
  if (type === "Number" && !isNumber(value as string)) {
    throw invalid(`Can't cast the value of message (user) attribute '${own}' to a number.`);
  }
  if (type !== "Binary") return { DataType, StringValue: value as string };
  return { DataType, BinaryValue: typeof value === "string" ? value : Buffer.from(value).toString("base64") };
}

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));

/** As answers have them. */
export const shownAttributes = (attributes: Kept): Record<string, MessageAttributeValue> =>
  Object.fromEntries(
    Object.entries(attributes).map(([own, { DataType, StringValue, BinaryValue }]) => [
      own,
      BinaryValue === undefined
        ? { DataType, StringValue }
        : { DataType, BinaryValue: Buffer.from(BinaryValue, "base64") },
    ]),
  );

/** Bytes that count for the size of a message: its body, and names, types and values of its attributes. */
export function sizeOf(body: string, attributes: Kept = {}): number {
  const own = Object.entries(attributes).map(
    ([one, { DataType, StringValue, BinaryValue }]) =>
      Buffer.byteLength(one) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue ?? "") +
      Buffer.byteLength(BinaryValue ?? "", "base64"),
  );
  return own.reduce((sum, size) => sum + size, Buffer.byteLength(body));
}

export const md5 = (data: string | Buffer): string => hash("md5", data);

/**
 * MD5 of attributes, which clients compare: of each, by name, the name, the type, whether it is text or bytes, and the value.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function digestOf(attributes: Kept): string {
  const parts = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([own, { DataType, StringValue, BinaryValue }]) => [
      counted(Buffer.from(own)),
      counted(Buffer.from(DataType)),
      Buffer.from([BinaryValue === undefined ? 1 : 2]),
      counted(BinaryValue === undefined ? Buffer.from(StringValue ?? "") : Buffer.from(BinaryValue, "base64")),
    ]);
  return md5(Buffer.concat(parts));
}

function counted(data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}
