/** Queues by their names, in a collection of the region's store. Each call asks for some, so they are kept parsed, too. */
import { randomUUID } from "node:crypto";
import type { Tags } from "../../../kit/tags.ts";
import type { Collection, Store } from "../../../store.ts";
import { noQueue } from "../errors.ts";

/** What a FIFO queue's deduplication ids are unique within. */
export type Scope = "queue" | "messageGroup";

export interface Queue {
  name: string;
  /** What its receipt handles are sealed with; a queue that is made later under the same name has another. */
  secret: string;
  /** Where its messages are. A purged queue has a new one. */
  pool: number;
  /** Milliseconds since the epoch, as all times here. */
  created: number;
  modified: number;
  attributes: Record<string, string>;
  tags: Tags;
  purged?: number;
  /** The scope that holds until then, although another was set. */
  formerScope?: { scope: Scope; until: number };
}

/** A queue that was just made. @param pool for its messages. */
export function newQueue(name: string, pool: number, given: Pick<Queue, "attributes" | "tags">): Queue {
  const now = Date.now();
  return { name, secret: randomUUID(), pool, created: now, modified: now, ...given };
}

export const isFifo = ({ attributes }: Queue): boolean => attributes.FifoQueue === "true";

/** An attribute that is a number. */
export const numberOf = ({ attributes }: Queue, name: string): number => Number(attributes[name]);

export class Queues {
  readonly #records: Collection<Queue>;
  readonly #known = new Map<string, Queue>();
  readonly #prefix: string;

  /** @param prefix `arn:aws:sqs:REGION:ACCOUNT:` */
  constructor(store: Store, prefix: string) {
    this.#records = store.collection("sqs.queues");
    this.#prefix = prefix;
  }

  get(name: string): Queue | undefined {
    const known = this.#known.get(name) ?? this.#records.get(name);
    if (known) this.#known.set(name, known);
    return known;
  }

  /** @throws AwsError `QueueDoesNotExist` */
  existing(name: string): Queue {
    const queue = this.get(name);
    if (!queue) throw noQueue();
    return queue;
  }

  arn(name: string): string {
    return this.#prefix + name;
  }

  byArn(arn: string): Queue | undefined {
    return arn.startsWith(this.#prefix) ? this.get(arn.slice(this.#prefix.length)) : undefined;
  }

  /** In the order of their names. */
  list(prefix = ""): Queue[] {
    return this.#records.values(prefix);
  }

  put(queue: Queue): void {
    this.#records.put(queue.name, queue);
    this.#known.set(queue.name, queue);
  }

  delete(name: string): void {
    this.#records.delete(name);
    this.#known.delete(name);
  }

  /** To be called when a transaction was taken back. */
  forget(): void {
    this.#known.clear();
  }
}
