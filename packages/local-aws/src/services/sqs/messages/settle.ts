/** What a receiver does with a message by its handle: deletes it, or changes how long nobody else sees it. */
import type { Engine } from "../engine.ts";
import { checkRange, invalid, missing, refused } from "../errors.ts";
import type { Handlers } from "../handlers.ts";
import { isFifo, type Queue } from "../storage/queues.ts";
import { checkBatch, eachEntry } from "./batch.ts";
import { readHandle } from "./handle.ts";

type Names = "DeleteMessage" | "DeleteMessageBatch" | "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch";

/** Seconds that a message may be kept from others, from its receive on: twelve hours. */
const longest = 43_200;

export const settleOperations: Pick<Handlers, Names> = {
  async DeleteMessage(engine, { QueueUrl, ReceiptHandle }) {
    const queue = engine.at(QueueUrl);
    await settle(engine, queue, () => remove(engine, queue, ReceiptHandle));
    return {};
  },
  DeleteMessageBatch(engine, { QueueUrl, Entries }) {
    const queue = engine.at(QueueUrl);
    checkBatch(Entries, "DeleteMessageBatchRequestEntry");
    return settle(engine, queue, () => eachEntry(Entries, (entry) => remove(engine, queue, entry.ReceiptHandle)));
  },
  async ChangeMessageVisibility(engine, { QueueUrl, ReceiptHandle, VisibilityTimeout }) {
    const queue = engine.at(QueueUrl);
    await settle(engine, queue, () => change(engine, queue, ReceiptHandle, VisibilityTimeout));
    return {};
  },
  ChangeMessageVisibilityBatch(engine, { QueueUrl, Entries }) {
    const queue = engine.at(QueueUrl);
    checkBatch(Entries, "ChangeMessageVisibilityBatchRequestEntry");
    return settle(engine, queue, () =>
      eachEntry(Entries, (entry) => change(engine, queue, entry.ReceiptHandle, entry.VisibilityTimeout)),
    );
  },
};

/** In one transaction; afterwards others of its group, or itself, may be visible. */
async function settle<Result>(engine: Engine, queue: Queue, work: () => Result): Promise<Result> {
  const result = await engine.together(work);
  engine.ring(queue);
  return result;
}

function remove({ messages }: Engine, queue: Queue, handle: string | undefined): object {
  if (!handle) throw missing("ReceiptHandle");
  const { id, receives } = readHandle(queue, handle);
  const message = messages.get(queue.pool, id);
  if (!message) return {};
  if (isFifo(queue) && (message.receives !== receives || message.visible <= Date.now())) {
    throw refused("ReceiptHandle", handle, "The receipt handle has expired.");
  }
  // In a standard queue, handles of earlier receives delete it, too.
  messages.remove(message);
  return {};
}

function change({ messages }: Engine, queue: Queue, handle: string | undefined, seconds: number | undefined): object {
  if (!handle) throw missing("ReceiptHandle");
  if (seconds === undefined) throw missing("VisibilityTimeout");
  checkRange("VisibilityTimeout", seconds, [0, longest], "Must be between 0 and 43200, if provided.");
  const { id, at, receives } = readHandle(queue, handle);
  const message = messages.get(queue.pool, id);
  if (!message) {
    const reason = "Message does not exist or is not available for visibility timeout change.";
    throw refused("ReceiptHandle", handle, reason);
  }
  const now = Date.now();
  // A handle whose time is over changes nothing any more, and is no mistake.
  if (message.receives !== receives || message.visible <= now) return {};
  if (Math.floor((now - at) / 1000) + seconds > longest) {
    throw invalid(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is beyond the limit [${longest} seconds].`,
    );
  }
  messages.show(message, now + seconds * 1000);
  return {};
}
