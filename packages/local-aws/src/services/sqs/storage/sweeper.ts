/** What is deleted in the background, some at a time: messages older than their queue keeps them, and those that nobody can see. */
import type { Duplicates } from "./duplicates.ts";
import type { Messages } from "./messages.ts";
import type { Pools } from "./pools.ts";
import { numberOf, type Queues } from "./queues.ts";

/** Milliseconds between two looks. */
const everyMs = 60_000;
/** Rows at a time. */
const portion = 500;

/** Of the engine, what it works on. */
interface Swept {
  readonly pools: Pools;
  readonly duplicates: Duplicates;
  readonly queues: Queues;
  readonly messages: Messages;
  atOnce(work: () => void): void;
}

export class Sweeper {
  readonly #engine: Swept;
  readonly #timer: NodeJS.Timeout;
  #running = false;
  #stopped = false;

  constructor(engine: Swept) {
    this.#engine = engine;
    this.#timer = setInterval(() => this.begin(), everyMs).unref();
    this.begin();
  }

  /** Begins, or goes on. */
  begin(): void {
    if (this.#running || this.#stopped) return;
    this.#running = true;
    setImmediate(() => this.#go());
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #go(): void {
    this.#running = false;
    if (!this.#stopped && this.sweep()) this.begin();
  }

  /** @returns whether there is more to do. */
  sweep(now = Date.now()): boolean {
    const { pools, duplicates, queues, messages } = this.#engine;
    if (pools.sweep(portion)) return true;
    if (duplicates.forget(portion, now)) return true;
    for (const queue of queues.list()) {
      const oldest = now - numberOf(queue, "MessageRetentionPeriod") * 1000;
      const old = messages.sentBefore(queue.pool, oldest, portion);
      if (old.length === 0) continue;
      this.#engine.atOnce(() => {
        for (const message of old) messages.remove(message);
      });
      return true;
    }
    return false;
  }
}
