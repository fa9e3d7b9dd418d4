/**
 * What a FIFO queue was sent lately, so that it takes nothing twice.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
import type { Store } from "../../../store.ts";
import type { Queue, Scope } from "./queues.ts";

/** How long a deduplication id is remembered: five minutes. */
const interval = 300_000;

export interface Sent {
  /** Its place among all messages. */
  id: number;
  /** The message's id. */
  message: string;
}

/** The scope that holds now: one that was changed holds a while longer. */
export function scopeOf({ attributes, formerScope }: Queue, now: number): Scope {
  if (formerScope && now < formerScope.until) return formerScope.scope;
  return attributes.DeduplicationScope as Scope;
}

export class Duplicates {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The message that a queue was sent with that id, within the interval. */
  find(queue: Queue, group: string, deduplication: string, now: number): Sent | undefined {
    return this.#store
      .prepare("SELECT id, message FROM sqs_duplicates WHERE pool = ? AND key = ? AND at > ?")
      .get(queue.pool, keyOf(queue, group, deduplication, now), now - interval) as Sent | undefined;
  }

  remember(queue: Queue, group: string, deduplication: string, { id, message }: Sent, now: number): void {
    this.#store
      .prepare("INSERT OR REPLACE INTO sqs_duplicates (pool, key, at, id, message) VALUES (?, ?, ?, ?, ?)")
      .run(queue.pool, keyOf(queue, group, deduplication, now), now, id, message);
  }

  /** Forgets some that nobody asks for any more. @returns whether there may be others. */
  forget(limit: number, now: number): boolean {
    const old = "(SELECT pool, key FROM sqs_duplicates WHERE at <= ? ORDER BY at LIMIT ?)";
    const { changes } = this.#store
      .prepare(`DELETE FROM sqs_duplicates WHERE (pool, key) IN ${old}`)
      .run(now - interval, limit);
    return changes === limit;
  }
}

/** Neither kind of id has a blank in it. */
const keyOf = (queue: Queue, group: string, deduplication: string, now: number): string =>
  scopeOf(queue, now) === "messageGroup" ? `${group} ${deduplication}` : deduplication;
