/** Reads a Kinesis stream for one mapping: each shard by itself, those that it was made of before it. */
import { AwsError } from "../../../service.ts";
import { FunctionCalls } from "./functionCalls.ts";
import { KinesisSource } from "./kinesisSource.ts";
import type { Position } from "./records.ts";
import { type PollerSurroundings, StreamPoller } from "./streamPoller.ts";

/** Milliseconds between two looks at which shards there are. */
const look = 1_000;

export interface StreamSurroundings extends Omit<PollerSurroundings, "position" | "keep" | "ended"> {
  /** Where it stopped in each shard. */
  position(shard: string): Position | undefined;
  keep(shard: string, position: Position): void;
}

export class KinesisPoller {
  readonly #around: StreamSurroundings;
  readonly #calls: FunctionCalls;
  readonly #shards = new Map<string, StreamPoller>();
  readonly #placed = Promise.withResolvers<void>();
  #looking: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** Shards that come later are read from their beginning. */
  #known = false;

  constructor(around: StreamSurroundings) {
    this.#around = around;
    this.#calls = new FunctionCalls(around.cloud, around.mapping);
    this.#looking = this.#look();
  }

  /** Resolves when the starting positions are known, or cannot be found at present. */
  get placed(): Promise<void> {
    return this.#placed.promise;
  }

  /** Returns when the running invocations are over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all([...this.#shards.values()].map((poller) => poller.stop()));
  }

  async #look(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      this.#around.result(`PROBLEM: ${(error as Error).message}`);
      if (!(error instanceof AwsError)) console.error("lambda: event source mapping:", error);
    }
    this.#placed.resolve();
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, look);
  }

  async #begin(): Promise<void> {
    const { cloud, mapping, position, keep } = this.#around;
    const role = await this.#calls.role();
    const shards: { id: string; parents: (string | undefined)[] }[] = [];
    for (let more = true, after: string | undefined; more; ) {
      const input = { StreamARN: mapping.EventSourceArn, ...(after && { ExclusiveStartShardId: after }) };
      const { StreamDescription: page } = await cloud.call("kinesis", "DescribeStream", input, role);
      for (const { ShardId: id = "", ParentShardId, AdjacentParentShardId } of page?.Shards ?? [])
        shards.push({ id, parents: [ParentShardId, AdjacentParentShardId] });
      after = shards.at(-1)?.id;
      more = page?.HasMoreShards ?? false;
    }
    const ids = new Set(shards.map(({ id }) => id));
    const isOver = (id: string | undefined) => id === undefined || !ids.has(id) || position(id)?.ended === true;
    const begun: Promise<void>[] = [];
    for (const { id, parents } of shards) {
      if (this.#stopped || this.#shards.has(id) || position(id)?.ended || !parents.every(isOver)) continue;
      const isNew = parents.some((parent) => parent !== undefined && ids.has(parent)) || this.#known;
      const poller = new StreamPoller(
        {
          ...this.#around,
          position: () => position(id),
          keep: (at) => keep(id, at),
          ended: () => keep(id, { ended: true }),
        },
        new KinesisSource(cloud, mapping, this.#calls, { id, isNew }),
      );
      this.#shards.set(id, poller);
      begun.push(poller.placed);
    }
    this.#known = true;
    await Promise.all(begun);
  }
}
