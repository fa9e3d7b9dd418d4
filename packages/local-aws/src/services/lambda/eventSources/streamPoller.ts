/** Reads a shard of a stream for one mapping and hands its records to the function: in order for each partition key. */

import { setTimeout } from "node:timers/promises";
import { AwsError, type Cloud } from "../../../service.ts";
import type { Wakes } from "../../../wakes.ts";
import { sendToDestination } from "./destination.ts";
import { compileFilter } from "./filter.ts";
import { FunctionCalls } from "./functionCalls.ts";
import { Lane } from "./lane.ts";
import type { MappingRecord, Position } from "./records.ts";
import { pause, type StreamEntry } from "./streamBatch.ts";
import type { SourceRecord, StreamSource } from "./streamSource.ts";

export interface PollerSurroundings {
  cloud: Cloud;
  wakes: Wakes;
  mapping: MappingRecord;
  /** Where it stopped last time. */
  position(): Position | undefined;
  keep(position: Position): void;
  /** The shard is read to its end, and all of it is done. */
  ended?(): void;
  result(text: string): void;
}

/** Milliseconds between two reads of an idle stream; a write is noticed at once. */
const idle = 1_000;
/** Milliseconds for which records gather in a stream that is written to, to be read and processed together; AWS takes longer. */
const breath = 20;
/** Records and bytes that are read ahead. */
const mostRecords = 2_000;
const mostBytes = 12_000_000;

/** A record that is read and not yet finished, in the stream's order. */
interface Pending {
  sequence: string;
  done: boolean;
}

export class StreamPoller {
  readonly #around: PollerSurroundings;
  readonly #source: StreamSource;
  readonly #calls: FunctionCalls;
  readonly #stop = new AbortController();
  readonly #pending: Pending[] = [];
  readonly #bySequence = new Map<string, Pending>();
  readonly #ended: Promise<void>;
  readonly #placed = Promise.withResolvers<void>();
  #awake: () => void = () => {};
  #rung = false;
  #buffered = { records: 0, bytes: 0 };

  constructor(around: PollerSurroundings, source: StreamSource) {
    this.#around = around;
    this.#source = source;
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
    const quiet = this.#around.wakes.on(this.#source.bell, () => {
      this.#rung = true;
      this.#awake();
    });
    let lanes: Lane[] = [];
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      try {
        const shard = await this.#source.shard();
        if (lanes.length === 0) lanes = this.#lanes(shard);
        await this.#read(shard, lanes, () => {
          failures = 0;
        });
        if (await this.#isDone()) break;
      } catch (error) {
        this.#placed.resolve();
        this.#around.result(`PROBLEM: ${(error as Error).message}`);
        if (!(error instanceof AwsError)) console.error("lambda: event source mapping:", error);
        await pause(Math.min(++failures + 3, 10), this.#stop.signal);
      }
    }
    quiet();
    this.#placed.resolve();
    this.#stop.abort();
    await Promise.all(lanes.map((lane) => lane.stop()));
  }

  /** Whether the shard is over: it was read to its end, and every record is done. */
  async #isDone(): Promise<boolean> {
    while (this.#pending.length > 0 && !this.#stop.signal.aborted) await this.#sleep(idle);
    if (this.#stop.signal.aborted) return false;
    this.#around.ended?.();
    return true;
  }

  #lanes(shardId: string): Lane[] {
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
  async #read(shardId: string, lanes: Lane[], onSuccess: () => void): Promise<void> {
    const passes = compileFilter(this.#around.mapping.FilterCriteria, this.#source.kind);
    let iterator: string | undefined = await this.#iterator(shardId);
    this.#placed.resolve();
    let limit = Math.min(1000, mostRecords);
    while (iterator && !this.#stop.signal.aborted) {
      if (this.#buffered.records >= mostRecords || this.#buffered.bytes >= mostBytes) {
        await this.#sleep(idle);
        continue;
      }
      this.#rung = false;
      const asked = limit;
      const page = await this.#source.read(iterator, asked, this.#stop.signal);
      onSuccess();
      let bytes = 0;
      for (const record of page.records) bytes += this.#take(record, passes, lanes);
      // Large items are read a few at a time.
      if (page.records.length > 0) limit = clamp(Math.floor(4_000_000 / (bytes / page.records.length + 1)), 10, 1000);
      this.#advance();
      iterator = page.next;
      if (iterator === undefined) return;
      if (page.records.length === 0 && !this.#rung) await this.#sleep(idle);
      else if (page.records.length < asked)
        await setTimeout(breath, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** @returns its size. */
  #take(record: SourceRecord, passes: (event: Record<string, unknown>) => boolean, lanes: Lane[]): number {
    const { sequence, key, arrived, event, json } = record;
    const pending: Pending = { sequence, done: false };
    this.#pending.push(pending);
    if (!passes(event)) {
      pending.done = true;
      return json.length;
    }
    this.#bySequence.set(sequence, pending);
    this.#buffered.records++;
    this.#buffered.bytes += json.length;
    const partition = lanes.length === 1 ? 0 : hash(key) % lanes.length;
    lanes[partition]?.add({ sequence, json, arrived });
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

  async #iterator(shardId: string): Promise<string> {
    const { position, keep } = this.#around;
    // Records that are read but unfinished are in the lanes: reading continues after them.
    const read = this.#pending.at(-1)?.sequence;
    const { sequence = read, iterator, since } = read ? { sequence: read } : (position() ?? {});
    if (!sequence && iterator && this.#source.kind === "dynamodb") return iterator;
    const begin = await this.#source.iterator(shardId, sequence, since);
    // From now on it begins at that position, however often it is restarted.
    if (!sequence) keep({ iterator: begin, since: since ?? Date.now() });
    return begin;
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

const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
