/**
 * One batch of a stream's records until nothing of it is left: tried, retried, split, discarded, in the records'
 * order. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
import { setTimeout } from "node:timers/promises";
import type { GivenUp } from "./destination.ts";
import type { FunctionCalls, Outcome, Report } from "./functionCalls.ts";
import type { MappingRecord } from "./records.ts";

export interface StreamEntry {
  sequence: string;
  /** The event's record, as JSON text. */
  json: string;
  /** Milliseconds since the epoch. */
  arrived: number;
}

export interface BatchSurroundings {
  mapping: MappingRecord;
  calls: FunctionCalls;
  shardId: string;
  /** Aborted when the mapping stops: unfinished records are then left as they are. */
  signal: AbortSignal;
  /** These are finished, one way or the other. */
  done(entries: StreamEntry[]): void;
  giveUp(batch: GivenUp): Promise<void>;
  /** The result of the last attempt. */
  result(text: string): void;
}

/** Records that are tried together; `tries` counts those that failed. */
interface Segment {
  entries: StreamEntry[];
  tries: number;
  invocations: number;
  report?: Report;
}

/** Milliseconds before a batch is retried: doubled each time, up to a limit. */
const firstPause = 50;
const longestPause = 10_000;

export async function processBatch(entries: StreamEntry[], around: BatchSurroundings): Promise<void> {
  const segments: Segment[] = [{ entries, tries: 0, invocations: 0 }];
  for (let segment = segments[0]; segment && !around.signal.aborted; segment = segments[0]) {
    await dropAged(segment, around);
    if (segment.entries.length === 0) {
      segments.shift();
      continue;
    }
    const identifiers = new Set(segment.entries.map(({ sequence }) => sequence));
    const outcome = await around.calls.invoke(
      segment.entries.map(({ json }) => json),
      identifiers,
    );
    around.result(resultText(outcome));
    await settle(segments, segment, outcome, around);
  }
}

async function settle(
  segments: Segment[],
  segment: Segment,
  outcome: Outcome,
  around: BatchSurroundings,
): Promise<void> {
  if (outcome.kind === "refused") return pause(++segment.invocations, around.signal);
  segment.invocations++;
  if (outcome.kind === "done") {
    around.done(segment.entries);
    segments.shift();
    return;
  }
  if (outcome.kind === "failed") segment.report = outcome.report;
  const failedAt =
    outcome.kind === "partial" ? segment.entries.findIndex(({ sequence }) => outcome.failed.has(sequence)) : 0;
  if (failedAt > 0) {
    // The stream continues at the first that failed.
    around.done(segment.entries.slice(0, failedAt));
    segments[0] = { entries: segment.entries.slice(failedAt), tries: 0, invocations: 1 };
    return pause(1, around.signal);
  }
  if (around.mapping.BisectBatchOnFunctionError && segment.entries.length > 1) {
    const half = Math.ceil(segment.entries.length / 2);
    const parts = [segment.entries.slice(0, half), segment.entries.slice(half)];
    segments.splice(0, 1, ...parts.map((part) => ({ ...segment, entries: part })));
    return;
  }
  segment.tries++;
  const most = around.mapping.MaximumRetryAttempts ?? -1;
  if (most >= 0 && segment.tries > most) {
    await giveUp(segment, segment.entries, "RetryAttemptsExhausted", around);
    segments.shift();
    return;
  }
  await pause(segment.tries, around.signal);
}

/** Discards the records at the front that are too old. */
async function dropAged(segment: Segment, around: BatchSurroundings): Promise<void> {
  const seconds = around.mapping.MaximumRecordAgeInSeconds ?? -1;
  if (seconds < 0) return;
  const oldest = Date.now() - seconds * 1000;
  const young = segment.entries.findIndex(({ arrived }) => arrived >= oldest);
  const aged = young < 0 ? segment.entries : segment.entries.slice(0, young);
  if (aged.length === 0) return;
  await giveUp(segment, aged, "RecordAgeExceeded", around);
  segment.entries = segment.entries.slice(aged.length);
}

async function giveUp(
  { report, invocations }: Segment,
  entries: StreamEntry[],
  condition: GivenUp["condition"],
  around: BatchSurroundings,
): Promise<void> {
  const [first] = entries;
  const last = entries.at(-1);
  if (!first || !last) return;
  const records = entries.map(({ json }) => json);
  await around.giveUp({ condition, invocations, report, shardId: around.shardId, records, first, last });
  around.done(entries);
}

function resultText(outcome: Outcome): string {
  if (outcome.kind === "done") return "OK";
  if (outcome.kind === "refused") return `PROBLEM: ${outcome.reason}`;
  return outcome.kind === "partial" ? "PROBLEM: Partial failure" : "PROBLEM: Function call failed";
}

/** Ends early when the signal is aborted. */
export async function pause(attempt: number, signal: AbortSignal): Promise<void> {
  const milliseconds = Math.min(firstPause * 2 ** (attempt - 1), longestPause);
  await setTimeout(milliseconds, undefined, { signal }).catch(() => {});
}
