/** Which messages a receive gets: those visible longest, and what becomes of others on the way. */
import type { Engine } from "../engine.ts";
import type { Details, Message } from "../storage/messages.ts";
import { isFifo, numberOf, type Queue } from "../storage/queues.ts";
import { newHandle } from "./handle.ts";

/** A message with the handle of this receive. */
export interface Taken {
  /** As it is after the receive. */
  message: Message;
  details: Details;
  handle: string;
}

export interface Take {
  taken: Taken[];
  /** The dead-letter queue that was given messages. */
  deadLetters: Queue | undefined;
  /** Whether so many were dropped or moved that it is to be asked again. */
  unfinished: boolean;
}

/** Messages dropped or moved in one go, at most. */
const patience = 200;

/** Who is being given messages, and what it has come to. */
class Receive implements Take {
  readonly taken: Taken[] = [];
  deadLetters: Queue | undefined;
  unfinished = false;
  readonly #engine: Engine;
  readonly #queue: Queue;
  readonly #now: number;
  readonly #visible: number;
  readonly #oldest: number;
  readonly #redrive: { target: Queue; times: number } | undefined;
  readonly #seen = new Set<number>();
  #passed = 0;

  constructor(engine: Engine, queue: Queue, timeout: number, now: number) {
    this.#engine = engine;
    this.#queue = queue;
    this.#now = now;
    this.#visible = now + timeout * 1000;
    this.#oldest = now - numberOf(queue, "MessageRetentionPeriod") * 1000;
    this.#redrive = redriveOf(engine, queue);
  }

  run(most: number): this {
    while (this.taken.length < most) {
      // What has no timeout is visible again at once, and has had its turn.
      const wanted = isFifo(this.#queue) ? 1 : most - this.taken.length;
      const found = this.#engine.messages
        .next(this.#queue.pool, this.#now, wanted + this.#seen.size)
        .filter(({ id }) => !this.#seen.has(id));
      if (found.length === 0) return this;
      for (const message of found.slice(0, wanted)) {
        if (message.grp === null) this.#take(message);
        else this.#takeGroup(message, most);
      }
      if (this.#passed > patience) {
        this.unfinished = true;
        return this;
      }
    }
    return this;
  }

  /** As many as there are, in their order, up to the first that somebody else has. */
  #takeGroup({ grp }: Message, most: number): void {
    const group = this.#engine.messages.group(this.#queue.pool, grp as string, most - this.taken.length);
    for (const message of group) {
      if (message.visible > this.#now) return;
      this.#take(message);
    }
  }

  #take(message: Message): void {
    const { messages, queues } = this.#engine;
    if (message.sent < this.#oldest) {
      messages.remove(message);
      this.#passed++;
      return;
    }
    if (this.#redrive && message.receives >= this.#redrive.times) {
      const { target } = this.#redrive;
      this.deadLetters = target;
      moveMessage(this.#engine, message, target, queues.arn(this.#queue.name), this.#now);
      this.#passed++;
      return;
    }
    messages.receive(message, this.#visible, this.#now);
    this.#seen.add(message.id);
    const after = { ...message, receives: message.receives + 1, received: message.received ?? this.#now };
    const handle = newHandle(this.#queue, { ...after, at: this.#now });
    this.taken.push({ message: after, details: JSON.parse(message.details) as Details, handle });
  }
}

/** Within a transaction. @param timeout in seconds. */
export const take = (engine: Engine, queue: Queue, most: number, timeout: number, now: number): Take =>
  new Receive(engine, queue, timeout, now).run(most);

/** A queue that is to be its own dead-letter queue has none. */
function redriveOf(engine: Engine, { name, attributes }: Queue) {
  if (!attributes.RedrivePolicy) return undefined;
  const policy = JSON.parse(attributes.RedrivePolicy) as { deadLetterTargetArn: string; maxReceiveCount: number };
  const target = engine.queues.byArn(policy.deadLetterTargetArn);
  return target && target.name !== name ? { target, times: policy.maxReceiveCount } : undefined;
}

/**
 * Puts a message into another queue, within a transaction. It stays as old as it was; in a FIFO queue it is new.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 * @param source ARN of the queue whose dead letter it is; its receives there are shown further. Without it the message starts afresh.
 */
export function moveMessage(
  engine: Engine,
  message: Message,
  target: Queue,
  source: string | undefined,
  now: number,
): void {
  const { source: _, carried = 0, ...details } = JSON.parse(message.details) as Details;
  engine.messages.remove(message);
  engine.messages.add(target, {
    ...message,
    sent: isFifo(target) || source === undefined ? now : message.sent,
    visible: now,
    receives: 0,
    received: source === undefined ? null : message.received,
    details: { ...details, ...(source !== undefined && { source, carried: carried + message.receives }) },
  });
}
