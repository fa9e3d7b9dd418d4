/** SendMessage and its batch. */
import { hash, randomUUID } from "node:crypto";
import type { Engine } from "../engine.ts";
import { AwsError } from "../errors.ts";
import type { Handlers } from "../handlers.ts";
import { isFifo, numberOf, type Queue } from "../storage/queues.ts";
import { keptAttributes, sizeOf } from "./attributes.ts";
import { checkBatch, eachEntry } from "./batch.ts";
import { type Content, checkIdentifiers, checkParameters, contentOf, largest, type Sent } from "./content.ts";

interface Sender {
  /** Who sends: `SenderId` of the message. */
  id: string;
  trace: string | undefined;
}

export const sendOperations: Pick<Handlers, "SendMessage" | "SendMessageBatch"> = {
  async SendMessage(engine, input, { principal, trace }) {
    const queue = engine.at(input.QueueUrl);
    checkIdentifiers(queue, input, false);
    const sender = { id: principal.userId ?? engine.accountId, trace };
    const sent = await engine.together(() => send(engine, queue, input, sender));
    engine.ring(queue);
    return sent;
  },
  async SendMessageBatch(engine, { QueueUrl, Entries }, { principal, trace }) {
    const queue = engine.at(QueueUrl);
    checkBatch(Entries, "SendMessageBatchRequestEntry");
    for (const entry of Entries) checkIdentifiers(queue, entry, true);
    const size = Entries.reduce((sum, entry) => sum + roughSize(entry), 0);
    if (size > largest) {
      const message = `Batch requests cannot be longer than ${largest} bytes. You have sent ${size} bytes.`;
      throw new AwsError("BatchRequestTooLong", message, 400);
    }
    const sender = { id: principal.userId ?? engine.accountId, trace };
    const sent = await engine.together(() => eachEntry(Entries, (entry) => send(engine, queue, entry, sender)));
    engine.ring(queue);
    return sent;
  },
};

/** Of a message whose attributes may be wrong. */
function roughSize({ MessageBody = "", MessageAttributes }: Sent): number {
  try {
    return sizeOf(MessageBody, keptAttributes(MessageAttributes));
  } catch {
    // The entry fails by itself.
    return 0;
  }
}

/** Within a transaction. @throws AwsError before anything is changed. */
function send(engine: Engine, queue: Queue, message: Sent, sender: Sender) {
  checkParameters(queue, message);
  const content = contentOf(queue, message, sender.trace);
  const now = Date.now();
  const { id, message: MessageId } = isFifo(queue)
    ? enqueueOnce(engine, queue, message, content, sender, now)
    : enqueue(engine, queue, message, content, sender, now);
  return {
    MessageId,
    MD5OfMessageBody: content.digest,
    ...(content.attributesDigest && { MD5OfMessageAttributes: content.attributesDigest }),
    ...(content.traceDigest && { MD5OfMessageSystemAttributes: content.traceDigest }),
    ...(isFifo(queue) && { SequenceNumber: sequenceNumber(id) }),
  };
}

type Put = [engine: Engine, queue: Queue, message: Sent, content: Content, sender: Sender, now: number];

/** Into a FIFO queue; what it was sent already is not put into it again. */
function enqueueOnce(...[engine, queue, message, content, sender, now]: Put) {
  const group = message.MessageGroupId as string;
  const MessageDeduplicationId = message.MessageDeduplicationId ?? sha256(content.body);
  const known = engine.duplicates.find(queue, group, MessageDeduplicationId, now);
  if (known) return known;
  const sent = enqueue(engine, queue, { ...message, MessageDeduplicationId }, content, sender, now);
  engine.duplicates.remember(queue, group, MessageDeduplicationId, sent, now);
  return sent;
}

function enqueue(...[engine, queue, message, content, sender, now]: Put) {
  const ownDelay = isFifo(queue) ? undefined : message.DelaySeconds;
  const delay = ownDelay ?? numberOf(queue, "DelaySeconds");
  const { body, digest, attributes, trace } = content;
  const uuid = randomUUID();
  const id = engine.messages.add(queue, {
    message: uuid,
    body,
    sent: now,
    visible: now + delay * 1000,
    receives: 0,
    received: null,
    grp: message.MessageGroupId ?? null,
    details: {
      digest,
      sender: sender.id,
      ...(attributes && { attributes }),
      ...(trace && { trace }),
      ...(message.MessageGroupId && { group: message.MessageGroupId }),
      ...(message.MessageDeduplicationId && { deduplication: message.MessageDeduplicationId }),
    },
  });
  return { id, message: uuid };
}

/** What content-based deduplication takes as a message's id: of its body alone. */
const sha256 = (body: string): string => hash("sha256", body);

/** Of 20 digits, as AWS's are; it rises within a queue, and is above all that earlier versions gave. */
export const sequenceNumber = (id: number): string => String(10_000_000_000_000_000_000n + BigInt(id));
