/** One of a shard's parallel queues: gathers records into batches and has one batch at a time in the function. */
import { type BatchSurroundings, processBatch, type StreamEntry } from "./streamBatch.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#function-configuration-deployment-and-execution */
export const maxPayload = 6_291_456 - 1024;

export class Lane {
  readonly #around: BatchSurroundings;
  readonly #entries: StreamEntry[] = [];
  readonly #ended: Promise<void>;
  #awake: () => void = () => {};

  constructor(around: BatchSurroundings) {
    this.#around = around;
    around.signal.addEventListener("abort", () => this.#awake(), { once: true });
    this.#ended = this.#run();
  }

  add(entry: StreamEntry): void {
    this.#entries.push(entry);
    this.#awake();
  }

  /** To be called after the signal is aborted: returns when the running invocation is over. */
  stop(): Promise<void> {
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#around;
    while (!signal.aborted) {
      if (this.#entries.length === 0) {
        await this.#change();
        continue;
      }
      await this.#gather();
      if (!signal.aborted) await processBatch(this.#batch(), this.#around);
    }
  }

  /** Waits until the batch is full or its window has passed. */
  async #gather(): Promise<void> {
    const { BatchSize, MaximumBatchingWindowInSeconds: window } = this.#around.mapping;
    const until = Date.now() + window * 1000;
    while (window > 0 && this.#entries.length < BatchSize && !this.#around.signal.aborted) {
      const left = until - Date.now();
      if (left <= 0) return;
      await this.#change(left);
    }
  }

  /** As many as the batch and a payload may hold; one at least. */
  #batch(): StreamEntry[] {
    const { BatchSize } = this.#around.mapping;
    let bytes = 0;
    let count = 0;
    for (const { json } of this.#entries) {
      bytes += Buffer.byteLength(json) + 1;
      if (count > 0 && (bytes > maxPayload || count === BatchSize)) break;
      count++;
    }
    return this.#entries.splice(0, count);
  }

  async #change(milliseconds?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awake = resolve;
    const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
    await promise;
    clearTimeout(timer);
    this.#awake = () => {};
  }
}
