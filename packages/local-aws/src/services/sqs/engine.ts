/** SQS in this process: queues and their messages in the region's SQLite file, and what is done to them in the background. */
import { AwsError, type Cloud } from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { Duplicates } from "./storage/duplicates.ts";
import { Messages } from "./storage/messages.ts";
import { Pools } from "./storage/pools.ts";
import { type Queue, Queues } from "./storage/queues.ts";
import { createTables } from "./storage/schema.ts";
import { Sweeper } from "./storage/sweeper.ts";

export class Engine {
  readonly queues: Queues;
  readonly messages: Messages;
  readonly duplicates: Duplicates;
  readonly pools: Pools;
  readonly sweeper: Sweeper;
  readonly accountId: string;
  readonly #cloud: Cloud;
  readonly #wakes: Wakes;

  constructor(cloud: Cloud, wakes: Wakes) {
    const { store, region, accountId } = cloud;
    this.#cloud = cloud;
    this.#wakes = wakes;
    this.accountId = accountId;
    createTables(store);
    this.queues = new Queues(store, `arn:aws:sqs:${region}:${accountId}:`);
    this.messages = new Messages(store);
    this.duplicates = new Duplicates(store);
    this.pools = new Pools(store);
    this.sweeper = new Sweeper(this);
  }

  /** Runs synchronous work in one transaction. */
  atOnce<Result>(work: () => Result): Result {
    try {
      return this.#cloud.store.transaction(work);
    } catch (error) {
      this.#forgetAfter(error);
      throw error;
    }
  }

  /** As {@link atOnce}, with what else is done in this turn of the event loop. */
  async together<Result>(work: () => Result): Promise<Result> {
    try {
      return await this.#cloud.store.together(work);
    } catch (error) {
      this.#forgetAfter(error);
      throw error;
    }
  }

  #forgetAfter(error: unknown): void {
    // What AWS refuses, it refuses before anything has changed.
    if (error instanceof AwsError) return;
    this.queues.forget();
    this.messages.forget();
  }

  /** At the front's own origin, so that clients find a queue where they find everything else. */
  url(name: string): string {
    return `${this.#cloud.origin}/${this.accountId}/${name}`;
  }

  /** @param url of a queue of this account; its name alone is taken, too. @throws AwsError `QueueDoesNotExist` */
  at(url: string): Queue {
    return this.queues.existing(nameOf(url));
  }

  /** Tells those who wait that a message may be there. */
  ring({ name }: Queue): void {
    this.#wakes.ring(this.queues.arn(name));
  }

  /** @returns a function that unsubscribes. */
  onMessage({ name }: Queue, listener: () => void): () => void {
    return this.#wakes.on(this.queues.arn(name), listener);
  }
}

export const nameOf = (url: string): string => url.split("/").at(-1) ?? "";
