/** Shards: each takes the records whose partition key is hashed into its part of 128 bits. */
import { createHash } from "node:crypto";
import { invalid, type Shard, type Stream } from "./records.ts";

/** One more than the greatest hash key. */
const all = 2n ** 128n;

const idOf = (index: number): string => `shardId-${String(index).padStart(12, "0")}`;

/** So many of equal size. @param first number of the first. */
export function evenShards(count: number, first = 0, parents: string[] = []): Shard[] {
  return Array.from({ length: count }, (_, index) => ({
    id: idOf(first + index),
    from: String((all * BigInt(index)) / BigInt(count)),
    to: String((all * BigInt(index + 1)) / BigInt(count) - 1n),
    parents,
  }));
}

export const open = ({ shards }: Pick<Stream, "shards">): Shard[] =>
  shards.filter(({ closed }) => closed === undefined);

/** The open shard that a record goes to. @throws AwsError for a hash key that is none. */
export function shardFor(stream: Stream, partitionKey: string, explicit: string | undefined): Shard {
  if (explicit !== undefined && (!/^(0|[1-9]\d{0,38})$/.test(explicit) || BigInt(explicit) >= all)) {
    throw invalid(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${explicit}`,
    );
  }
  const hash = explicit ?? `0x${createHash("md5").update(partitionKey).digest("hex")}`;
  const key = BigInt(hash);
  return open(stream).find(({ from, to }) => BigInt(from) <= key && key <= BigInt(to))!;
}

/** @throws AwsError unless it is an open shard of the stream. */
function openShard(stream: Stream, id: string | undefined): Shard {
  const found = stream.shards.find((one) => one.id === id);
  if (!found) throw invalid(`Could not find shard ${id} in stream ${stream.name}.`);
  if (found.closed === undefined) return found;
  throw invalid(`Shard ${id} in stream ${stream.name} is not currently open.`);
}

const replaced = (stream: Stream, old: Shard[], made: Omit<Shard, "id">[]): Shard[] => [
  ...stream.shards.map((one) => (old.includes(one) ? { ...one, closed: Date.now() } : one)),
  ...made.map((one, index) => ({ id: idOf(stream.shards.length + index), ...one })),
];

/** The stream's shards after one is split at a hash key, which is the second's first. */
export function split(stream: Stream, id: string | undefined, at: string): Shard[] {
  const shard = openShard(stream, id);
  const key = /^\d{1,39}$/.test(at) ? BigInt(at) : -1n;
  if (key <= BigInt(shard.from) || key > BigInt(shard.to)) {
    throw invalid(
      `NewStartingHashKey ${at} used in SplitShard() on shard ${id} in stream ${stream.name} is not both greater than one plus the shard's StartingHashKey ${shard.from} and less than the shard's EndingHashKey ${shard.to}.`,
    );
  }
  const parents = [shard.id];
  return replaced(
    stream,
    [shard],
    [
      { from: shard.from, to: String(key - 1n), parents },
      { from: String(key), to: shard.to, parents },
    ],
  );
}

/** The stream's shards after two that lie beside each other have become one. */
export function merge(stream: Stream, first: string | undefined, second: string | undefined): Shard[] {
  const [one, other] = [openShard(stream, first), openShard(stream, second)];
  const [low, high] = BigInt(one.from) < BigInt(other.from) ? [one, other] : [other, one];
  if (BigInt(low.to) + 1n !== BigInt(high.from)) {
    throw invalid(
      `Shards ${first} and ${second} in stream ${stream.name} are not an adjacent pair of shards eligible for merging.`,
    );
  }
  return replaced(stream, [one, other], [{ from: low.from, to: high.to, parents: [one.id, other.id] }]);
}

/** The stream's shards after all are replaced by so many of equal size. */
export function rescaled(stream: Stream, count: number): Shard[] {
  const before = open(stream);
  const made = evenShards(count).map(({ from, to }) => {
    const parents = before.filter((one) => BigInt(one.from) <= BigInt(to) && BigInt(from) <= BigInt(one.to));
    return { from, to, parents: parents.slice(0, 2).map(({ id }) => id) };
  });
  return replaced(stream, before, made);
}
