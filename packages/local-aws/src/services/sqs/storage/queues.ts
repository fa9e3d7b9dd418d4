/** Queues by their names, in a collection of the region's store. */
import type { Tags } from "../../../kit/tags.ts";
import type { Collection, Store } from "../../../store.ts";
import { noQueue } from "../errors.ts";

/** What a FIFO queue's deduplication ids are unique within. */
export type Scope = "queue" | "messageGroup";

export interface Queue {
  name: string;
  /** Of this queue alone: one that is made later under the same name has another. Part of receipt handles. */
  id: number;
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

export const isFifo = ({ attributes }: Queue): boolean => attributes.FifoQueue === "true";

/** An attribute that is a number. */
export const numberOf = ({ attributes }: Queue, name: string): number => Number(attributes[name]);

export class Queues {
  readonly #records: Collection<Queue>;
  readonly #prefix: string;

  /** @param prefix `arn:aws:sqs:REGION:ACCOUNT:` */
  constructor(store: Store, prefix: string) {
    this.#records = store.collection("sqs.queues");
    this.#prefix = prefix;
  }

  get(name: string): Queue | undefined {
    return this.#records.get(name);
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
  }

  delete(name: string): void {
    this.#records.delete(name);
  }
}
