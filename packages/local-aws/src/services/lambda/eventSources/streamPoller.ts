/** Reads a table's stream for one mapping and hands its records to the function: in order for each partition key. */

import { setTimeout } from "node:timers/promises";
import { AwsError, type Cloud } from "../../../service.ts";
import type { Wakes } from "../../../wakes.ts";
import { sendToDestination } from "./destination.ts";
import { compileFilter } from "./filter.ts";
import { FunctionCalls } from "./functionCalls.ts";
import { Lane } from "./lane.ts";
import type { MappingRecord, Position } from "./records.ts";
import { pause, type StreamEntry } from "./streamBatch.ts";
import type { StreamRecord } from "./streamRecord.ts";

export interface PollerSurroundings {
  cloud: Cloud;
  wakes: Wakes;
  mapping: MappingRecord;
  /** Where it stopped last time. */
  position(): Position | undefined;
  keep(position: Position): void;
  result(text: string): void;
}

/** Milliseconds between two reads of an idle stream; a write is noticed at once. */
const idle = 1_000;
/** Milliseconds for which records gather in a stream that is written to, to be read and processed together; AWS takes longer. */
const breath = 20;
/** Records and bytes that are read ahead. */
const mostRecords = 2_000;
const mostBytes = 12_000_000;

interface Shard {
  shardId: string;
  /** Name of the table's partition key. */
  partitionKey: string | undefined;
}

/** A record that is read and not yet finished, in the stream's order. */
interface Pending {
  sequence: string;
  done: boolean;
}

export class StreamPoller {
  readonly #around: PollerSurroundings;
  readonly #calls: FunctionCalls;
  readonly #stop = new AbortController();
  readonly #pending: Pending[] = [];
  readonly #bySequence = new Map<string, Pending>();
  readonly #ended: Promise<void>;
  readonly #placed = Promise.withResolvers<void>();
  #awake: () => void = () => {};
  #rung = false;
  #buffered = { records: 0, bytes: 0 };

  constructor(around: PollerSurroundings) {
    this.#around = around;
    this.#calls = new FunctionCalls(around.cloud, around.mapping);
    this.#ended = this.#run();
  }

  /** Resolves when its starting position is known, or cannot be found at present. */
  get placed(): Promise<void> {
    return this.#placed.promise;
  }

  /** Returns when the running invocations are over. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#awake();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { mapping, wakes } = this.#around;
    const quiet = wakes.on(mapping.EventSourceArn.split("/stream/")[0] as string, () => {
      this.#rung = true;
      this.#awake();
    });
    let lanes: Lane[] = [];
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      try {
        const shard = await this.#shard();
        if (lanes.length === 0) lanes = this.#lanes(shard);
        await this.#read(shard, lanes, () => {
          failures = 0;
        });
      } catch (error) {
        this.#placed.resolve();
        this.#around.result(`PROBLEM: ${(error as Error).message}`);
        if (!(error instanceof AwsError)) console.error("lambda: event source mapping:", error);
        await pause(Math.min(++failures + 3, 10), this.#stop.signal);
      }
    }
    quiet();
    this.#placed.resolve();
    await Promise.all(lanes.map((lane) => lane.stop()));
  }

  #lanes({ shardId }: Shard): Lane[] {
    const { cloud, mapping, result } = this.#around;
    const batch = {
      mapping,
      calls: this.#calls,
      shardId,
      signal: this.#stop.signal,
      done: (entries: StreamEntry[]) => this.#done(entries),
      giveUp: (given: Parameters<typeof sendToDestination>[3]) =>
        sendToDestination(cloud, () => this.#calls.role(), mapping, given),
      result,
    };
    return Array.from({ length: mapping.ParallelizationFactor ?? 1 }, () => new Lane(batch));
  }

  /** Reads until something goes wrong or the mapping stops. */
  async #read({ shardId, partitionKey }: Shard, lanes: Lane[], onSuccess: () => void): Promise<void> {
    const { cloud, mapping } = this.#around;
    const passes = compileFilter(mapping.FilterCriteria, "dynamodb");
    let iterator: string | undefined = await this.#iterator(shardId);
    this.#placed.resolve();
    let limit = Math.min(1000, mostRecords);
    while (iterator && !this.#stop.signal.aborted) {
      if (this.#buffered.records >= mostRecords || this.#buffered.bytes >= mostBytes) {
        await this.#sleep(idle);
        continue;
      }
      this.#rung = false;
      const input = { ShardIterator: iterator, Limit: limit };
      const page: { Records: StreamRecord[]; NextShardIterator?: string } = await cloud.request(
        "dynamodb",
        "GetRecords",
        input,
        await this.#calls.role(),
        this.#stop.signal,
      );
      onSuccess();
      let bytes = 0;
      for (const record of page.Records) bytes += this.#take(record, passes, partitionKey, lanes);
      // Large items are read a few at a time.
      if (page.Records.length > 0) limit = clamp(Math.floor(4_000_000 / (bytes / page.Records.length + 1)), 10, 1000);
      this.#advance();
      iterator = page.NextShardIterator;
      if (page.Records.length === 0 && !this.#rung) await this.#sleep(idle);
      else if (page.Records.length < input.Limit)
        await setTimeout(breath, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** @returns its size. */
  #take(
    record: StreamRecord,
    passes: (event: Record<string, unknown>) => boolean,
    key: string | undefined,
    lanes: Lane[],
  ): number {
    const { userIdentity, ...rest } = record;
    const event = {
      ...rest,
      ...(userIdentity && { userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId } }),
      eventSourceARN: this.#around.mapping.EventSourceArn,
    };
    const { SequenceNumber: sequence, Keys, ApproximateCreationDateTime } = record.dynamodb;
    const pending: Pending = { sequence, done: false };
    this.#pending.push(pending);
    const json = eventText(event);
    if (!passes(event)) {
      pending.done = true;
      return json.length;
    }
    this.#bySequence.set(sequence, pending);
    this.#buffered.records++;
    this.#buffered.bytes += json.length;
    const partition = lanes.length === 1 ? 0 : hash(JSON.stringify(key ? Keys[key] : Keys)) % lanes.length;
    lanes[partition]?.add({ sequence, json, arrived: ApproximateCreationDateTime * 1000 });
    return json.length;
  }

  #done(entries: StreamEntry[]): void {
    for (const { sequence, json } of entries) {
      const pending = this.#bySequence.get(sequence);
      if (!pending) continue;
      pending.done = true;
      this.#bySequence.delete(sequence);
      this.#buffered.records--;
      this.#buffered.bytes -= json.length;
    }
    this.#advance();
    this.#awake();
  }

  /** Everything before the first unfinished record is done. */
  #advance(): void {
    let count = 0;
    while (this.#pending[count]?.done) count++;
    if (count === 0) return;
    const [last] = this.#pending.splice(0, count).slice(-1);
    if (last) this.#around.keep({ sequence: last.sequence });
  }

  async #shard(): Promise<Shard> {
    const { cloud, mapping } = this.#around;
    const { StreamDescription: stream } = await cloud.call(
      "dynamodb",
      "DescribeStream",
      { StreamArn: mapping.EventSourceArn },
      await this.#calls.role(),
    );
    const partitionKey = stream?.KeySchema?.find(({ KeyType }) => KeyType === "HASH")?.AttributeName;
    const [shard] = stream?.Shards ?? [];
    if (!shard?.ShardId) throw new AwsError("ResourceNotFoundException", "The stream has no shard.", 400);
    return { shardId: shard.ShardId, partitionKey };
  }

  async #iterator(ShardId: string): Promise<string> {
    const { cloud, mapping, position, keep } = this.#around;
    // Records that are read but unfinished are in the lanes: reading continues after them.
    const read = this.#pending.at(-1)?.sequence;
    const { sequence = read, iterator } = read ? { sequence: read } : (position() ?? {});
    if (!sequence && iterator) return iterator;
    const where = sequence
      ? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER" as const, SequenceNumber: sequence }
      : { ShardIteratorType: mapping.StartingPosition as "LATEST" | "TRIM_HORIZON" };
    const input = { StreamArn: mapping.EventSourceArn, ShardId, ...where };
    const { ShardIterator = "" } = await cloud.call("dynamodb", "GetShardIterator", input, await this.#calls.role());
    // From now on it begins at that position, however often it is restarted.
    if (!sequence) keep({ iterator: ShardIterator });
    return ShardIterator;
  }

  async #sleep(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awake = resolve;
    if (this.#stop.signal.aborted) resolve();
    const timer = globalThis.setTimeout(resolve, milliseconds);
    await promise;
    clearTimeout(timer);
    this.#awake = () => {};
  }
}

/** A record of an event. Its time is a number with an exponent, as AWS writes it: Python and Java read a fraction. */
const eventText = (event: Pick<StreamRecord, "dynamodb">): string =>
  JSON.stringify(event).replace(
    /"ApproximateCreationDateTime":(\d+)/,
    (_, seconds) => `"ApproximateCreationDateTime":${Number(seconds) / 1e9}E9`,
  );

const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
