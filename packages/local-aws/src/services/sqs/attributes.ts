/** Attributes of queues: which there are, what they may be, and what they are by default. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
import { conditionFault } from "../../authorization/validate.ts";
import type { PolicyDocument } from "../../service.ts";
import { checkedRedrive, checkedRedriveAllow, jsonOf } from "./deadLetters/policies.ts";
import type { Engine } from "./engine.ts";
import { AwsError, invalidAttribute } from "./errors.ts";
import type { Queue } from "./storage/queues.ts";

const ranges: Record<string, readonly [min: number, max: number]> = {
  DelaySeconds: [0, 900],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  MaximumMessageSize: [1_024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
};

const flags = new Set(["ContentBasedDeduplication", "FifoQueue", "SqsManagedSseEnabled"]);

const choices: Record<string, readonly string[]> = {
  DeduplicationScope: ["messageGroup", "queue"],
  FifoThroughputLimit: ["perQueue", "perMessageGroupId"],
};

const texts = ["KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"];
const ofFifo = ["ContentBasedDeduplication", ...Object.keys(choices)];

const settable = new Set([...Object.keys(ranges), ...flags, ...Object.keys(choices), ...texts]);

/** Those that can be asked for. */
export const allNames: ReadonlySet<string> = new Set([
  ...settable,
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
]);

const defaults = {
  DelaySeconds: "0",
  MaximumMessageSize: "1048576",
  MessageRetentionPeriod: "345600",
  ReceiveMessageWaitTimeSeconds: "0",
  SqsManagedSseEnabled: "true",
  VisibilityTimeout: "30",
};

const fifoDefaults = {
  ContentBasedDeduplication: "false",
  DeduplicationScope: "queue",
  FifoThroughputLimit: "perQueue",
};

/** Those of a new queue. @param given as {@link givenAttributes} returns them. */
export function newAttributes(given: Record<string, string>): Record<string, string> {
  const all = { ...defaults, ...(given.FifoQueue === "true" && fifoDefaults), ...given };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/**
 * Attributes as they are kept: in the form in which they are returned. An empty text removes one.
 * @param queue that has others already.
 * @throws AwsError in SQS's words.
 */
export function givenAttributes(
  engine: Engine,
  name: string,
  given: Record<string, string>,
  queue?: Queue,
): Record<string, string> {
  const fifo = name.endsWith(".fifo");
  const arn = engine.queues.arn(name);
  const all = Object.entries(given).map(([own, value]): [string, string] => {
    if (!settable.has(own)) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${own}.`, 400);
    if (own === "FifoQueue") return [own, checkedType(value, fifo)];
    if (!fifo && ofFifo.includes(own)) {
      throw new AwsError("InvalidAttributeName", `You can specify the ${own} only when FifoQueue is set to true.`, 400);
    }
    return [own, checked(engine, arn, own, value)];
  });
  const attributes = Object.fromEntries(all);
  const after = { ...queue?.attributes, ...attributes };
  if (after.FifoThroughputLimit === "perMessageGroupId" && after.DeduplicationScope !== "messageGroup") {
    const reason = "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.";
    throw invalidAttribute("FifoThroughputLimit", reason);
  }
  return withOneKey(attributes);
}

/** A key of KMS takes the place of SQS's own. */
function withOneKey(attributes: Record<string, string>): Record<string, string> {
  if (!attributes.KmsMasterKeyId) return attributes;
  if (attributes.SqsManagedSseEnabled === "true") {
    throw new AwsError(
      "InvalidAttributeValue",
      "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
      400,
    );
  }
  return { ...attributes, SqsManagedSseEnabled: "false" };
}

/** A standard queue is not even told that it is none. */
function checkedType(value: string, fifo: boolean): string {
  if (!fifo) throw new AwsError("InvalidAttributeName", "Unknown Attribute FifoQueue.", 400);
  const flag = checkedFlag("FifoQueue", value);
  if (flag === "true") return flag;
  throw invalidAttribute("FifoQueue", "Modifying queue type is not supported.");
}

function checked(engine: Engine, arn: string, name: string, value: string): string {
  const range = ranges[name];
  if (range) return checkedNumber(name, value, range);
  if (flags.has(name)) return checkedFlag(name, value);
  const allowed = choices[name];
  if (allowed && !allowed.includes(value)) throw invalidAttribute(name, `Must be ${allowed.join(" or ")}.`);
  if (value === "") return value;
  if (name === "Policy") checkPolicy(value);
  if (name === "RedriveAllowPolicy") return checkedRedriveAllow(value);
  if (name === "RedrivePolicy") return checkedRedrive(engine, arn, value);
  return value;
}

function checkedNumber(name: string, value: string, [min, max]: readonly [number, number]): string {
  if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return String(Number(value));
  throw invalidAttribute(name, `Must be between ${min} and ${max}.`);
}

/** Taken in any case. */
function checkedFlag(name: string, value: string): string {
  if (/^(true|false)$/i.test(value)) return value.toLowerCase();
  throw invalidAttribute(name, "Must be true or false.");
}

function checkPolicy(text: string): void {
  const { Statement } = jsonOf("Policy", text) as unknown as PolicyDocument;
  const statements = [Statement].flat().filter(Boolean);
  const complete = statements.every(({ Effect, Principal, NotPrincipal }) => Effect && (Principal || NotPrincipal));
  if (statements.length === 0 || !complete) throw invalidAttribute("Policy");
  const fault = conditionFault(statements);
  if (fault) throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter Policy. ${fault}`, 400);
}
