/** Sequence numbers and iterators of shards: opaque to clients, ordered within a shard. */
import { AwsError } from "../../service.ts";
import { invalid, type Stream } from "./records.ts";

/** Milliseconds for which an iterator can be used. */
const lifetime = 300_000;

/** Fifty-six digits: the stream's beginning, the shard, and the record's number. */
export function sequenceNumber({ created }: Pick<Stream, "created">, shard: string, seq: number): string {
  return `49${String(created).padStart(15, "0")}${shard.slice("shardId-".length)}${String(seq).padStart(27, "0")}`;
}

/** @returns the record's number; undefined for a number that is none of the shard's. */
export function sequenceIn(stream: Pick<Stream, "created">, shard: string, text: string): number | undefined {
  const start = sequenceNumber(stream, shard, 0).slice(0, -27);
  return /^\d{56}$/.test(text) && text.startsWith(start) ? Number(text.slice(-27)) : undefined;
}

export interface Place {
  stream: string;
  /** When the stream was made: another under the same name is not meant. */
  created: number;
  shard: string;
  /** Number of the next record. */
  next: number;
}

export const iteratorOf = ({ stream, created, shard, next }: Place): string =>
  Buffer.from(JSON.stringify([stream, created, shard, next, Date.now()])).toString("base64");

/** The stream that an iterator is of, whether it is still good or not; IAM is asked about it. */
export const streamIn = (iterator: string): string | undefined => parsed(iterator)?.[0];

/** @throws AwsError for one that was never given, or is over. */
export function placeOf(iterator: string): Place {
  const found = parsed(iterator);
  if (!found) throw invalid("Invalid ShardIterator.");
  const [stream, created, shard, next, at] = found;
  const now = Date.now();
  if (now - at <= lifetime) return { stream, created, shard, next };
  const said = (time: number) => new Date(time).toUTCString();
  throw new AwsError(
    "ExpiredIteratorException",
    `Iterator expired. The iterator was created at time ${said(at)} while right now it is ${said(now)} which is further in the future than the tolerated delay of ${lifetime} milliseconds.`,
  );
}

type Parts = [stream: string, created: number, shard: string, next: number, at: number];

function parsed(iterator: string): Parts | undefined {
  try {
    const parts = JSON.parse(Buffer.from(iterator, "base64").toString()) as unknown;
    const kinds = Array.isArray(parts) && parts.map((part) => typeof part).join();
    return kinds === "string,number,string,number,number" ? (parts as Parts) : undefined;
  } catch {
    return undefined;
  }
}
