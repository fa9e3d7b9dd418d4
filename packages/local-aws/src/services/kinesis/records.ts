/** What Kinesis keeps: streams with their shards, consumers, and records for as long as a stream retains them. */
import type { Consumer as ConsumerShape, EncryptionType, StreamMode } from "@aws-sdk/client-kinesis";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection, Store } from "../../store.ts";

export interface Shard {
  /** `shardId-000000000000` */
  id: string;
  /** Bounds of the hash keys, both included: decimal numbers of up to 128 bits. */
  from: string;
  to: string;
  /** Ids of those that it was made of. */
  parents: string[];
  /** Milliseconds since 1970: from then on it takes no records. */
  closed?: number;
}

export interface Stream {
  name: string;
  arn: string;
  mode: StreamMode;
  shards: Shard[];
  retentionHours: number;
  encryption?: { type: EncryptionType; keyId: string };
  policy?: string;
  tags: Record<string, string>;
  /** Milliseconds since 1970. */
  created: number;
  /** When it was made or last changed, and what it is until that is done. */
  changed: number;
  changing: "CREATING" | "UPDATING";
}

export interface Consumer extends Omit<ConsumerShape, "ConsumerCreationTimestamp" | "ConsumerStatus"> {
  ConsumerName: string;
  ConsumerARN: string;
  streamArn: string;
  created: number;
}

/** A record as it is kept. */
export interface Kept {
  /** Within its shard, from 1. */
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
  key: string;
  data: Uint8Array;
}

/** Milliseconds that a stream takes to be made or changed; on AWS it is some seconds. */
const change = 100;
/** Milliseconds between two sweeps of what is older than a stream retains. */
const sweepEvery = 60_000;

export class Records {
  readonly streams: Collection<Stream>;
  readonly consumers: Collection<Consumer>;
  readonly #store: Store;
  readonly #prefix: string;
  readonly #swept = new Map<string, number>();

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.#store = store;
    this.streams = store.collection("kinesis.streams");
    this.consumers = store.collection("kinesis.consumers");
    this.#prefix = `arn:aws:kinesis:${region}:${accountId}:stream/`;
    store.database.exec(`CREATE TABLE IF NOT EXISTS kinesis_records (stream TEXT, shard TEXT, seq INTEGER, at INTEGER,
      key TEXT, data BLOB, PRIMARY KEY (stream, shard, seq)) WITHOUT ROWID`);
  }

  arn(name: string): string {
    return `${this.#prefix}${name}`;
  }

  /** By name or ARN. @throws AwsError `ResourceNotFoundException` */
  stream({ StreamName, StreamARN }: { StreamName?: string | undefined; StreamARN?: string | undefined }): Stream {
    const name = nameOf({ StreamName, StreamARN });
    const found = this.streams.get(name);
    if (found) return found;
    const account = this.#prefix.split(":")[4];
    throw new AwsError("ResourceNotFoundException", `Stream ${name} under account ${account} not found.`);
  }

  put(stream: Stream): void {
    this.streams.put(stream.name, stream);
  }

  /** Kept as it is from now on; for a moment it says that it is being changed. */
  update(stream: Stream): void {
    this.put({ ...stream, changed: Date.now(), changing: "UPDATING" });
  }

  remove({ name, arn }: Stream): void {
    this.streams.delete(name);
    for (const [key, { streamArn }] of this.consumers.entries()) if (streamArn === arn) this.consumers.delete(key);
    this.#store.prepare("DELETE FROM kinesis_records WHERE stream = ?").run(name);
  }

  /** @returns its number in the shard. */
  add({ name, retentionHours }: Stream, shard: string, key: string, data: Uint8Array): number {
    const seq = this.last(name, shard) + 1;
    const now = Date.now();
    this.#store.prepare("INSERT INTO kinesis_records VALUES (?, ?, ?, ?, ?, ?)").run(name, shard, seq, now, key, data);
    if (now - (this.#swept.get(name) ?? 0) > sweepEvery) {
      this.#swept.set(name, now);
      // The last of a shard stays, for its number is never used again.
      const old =
        "DELETE FROM kinesis_records WHERE stream = ?1 AND at < ?2 AND seq < (SELECT max(seq) FROM kinesis_records AS newer WHERE newer.stream = kinesis_records.stream AND newer.shard = kinesis_records.shard)";
      this.#store.prepare(old).run(name, now - retention(retentionHours));
    }
    return seq;
  }

  /** Number of a shard's last record, 0 before the first. */
  last(stream: string, shard: string): number {
    const query = "SELECT max(seq) AS last FROM kinesis_records WHERE stream = ? AND shard = ?";
    return Number(this.#store.prepare(query).get(stream, shard)?.last ?? 0);
  }

  /** Those that are still retained, from a number on. */
  read({ name, retentionHours }: Stream, shard: string, from: number, limit: number): Kept[] {
    const query =
      "SELECT seq, at, key, data FROM kinesis_records WHERE stream = ? AND shard = ? AND seq >= ? AND at >= ? ORDER BY seq LIMIT ?";
    const oldest = Date.now() - retention(retentionHours);
    return this.#store.prepare(query).all(name, shard, from, oldest, limit) as unknown as Kept[];
  }

  /** Number of the first record at or after a time; that of the next one, where there is none. */
  since(stream: string, shard: string, time: number): number {
    const query = "SELECT min(seq) AS first FROM kinesis_records WHERE stream = ? AND shard = ? AND at >= ?";
    const first = this.#store.prepare(query).get(stream, shard, time)?.first;
    return first === null || first === undefined ? this.last(stream, shard) + 1 : Number(first);
  }
}

const retention = (hours: number): number => hours * 3_600_000;

export const statusOf = ({ changed, changing }: Pick<Stream, "changed" | "changing">) =>
  Date.now() - changed < change ? changing : ("ACTIVE" as const);

/** @throws AwsError where neither is given. */
export function nameOf({
  StreamName,
  StreamARN,
}: {
  StreamName?: string | undefined;
  StreamARN?: string | undefined;
}): string {
  const name = StreamName ?? StreamARN?.split(":stream/")[1]?.split("/")[0];
  if (name) return name;
  throw invalid("Either StreamName or StreamARN should be provided.");
}

export const invalid = (message: string): AwsError => new AwsError("InvalidArgumentException", message);
export const inUse = (message: string): AwsError => new AwsError("ResourceInUseException", message);
