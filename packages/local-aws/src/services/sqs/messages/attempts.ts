/**
 * Receives of a FIFO queue whose answer was lost: asked again by the same id, they give the same messages.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
import type { Engine } from "../engine.ts";
import type { Details } from "../storage/messages.ts";
import type { Queue } from "../storage/queues.ts";
import type { Taken } from "./take.ts";

/** How long an id is known: five minutes. */
const interval = 300_000;

interface Given {
  handle: string;
  id: number;
  receives: number;
  /** Until then nobody else sees it, if nothing has been done with it. */
  visible: number;
}

/** Kept in memory: who asks again after a restart gets other messages, and these later. */
export class Attempts {
  readonly #known = new Map<string, { at: number; given: Given[] }>();

  /**
   * What the receive was given, kept from others anew. Within a transaction.
   * @param timeout in seconds.
   * @returns undefined when it was given nothing, or anything has been done with one of its messages.
   */
  again({ messages }: Engine, queue: Queue, attempt: string, timeout: number, now: number): Taken[] | undefined {
    const known = this.#known.get(keyOf(queue, attempt));
    if (!known || known.at <= now - interval) return undefined;
    const taken = known.given.flatMap(({ handle, id, receives, visible }): Taken[] => {
      const message = messages.get(queue.pool, id);
      const isUntouched = message?.receives === receives && message.visible === visible && visible > now;
      return isUntouched ? [{ message, details: JSON.parse(message.details) as Details, handle }] : [];
    });
    if (taken.length < known.given.length) return undefined;
    for (const { message } of taken) messages.show(message, now + timeout * 1000);
    for (const one of known.given) one.visible = now + timeout * 1000;
    return taken;
  }

  remember(queue: Queue, attempt: string, taken: Taken[], timeout: number, now: number): void {
    for (const [key, { at }] of this.#known) {
      if (at > now - interval) break;
      this.#known.delete(key);
    }
    const visible = now + timeout * 1000;
    const given = taken.map(({ message: { id, receives }, handle }) => ({ handle, id, receives, visible }));
    const key = keyOf(queue, attempt);
    // The oldest come first.
    this.#known.delete(key);
    if (given.length > 0) this.#known.set(key, { at: now, given });
  }
}

const keyOf = ({ pool }: Queue, attempt: string): string => `${pool} ${attempt}`;
