/**
 * Streams: what changed in a table, kept for a day. A stream has one shard, which ends with it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */

import { areEqualItems } from "../items/compare.ts";
import { keyOf } from "../items/keys.ts";
import { itemSize } from "../items/size.ts";
import type { Item } from "../items/types.ts";
import type { Database } from "../storage/database.ts";
import type { Row } from "../storage/rows.ts";
import type { StreamDefinition, ViewType } from "../tables/definition.ts";

/** Milliseconds for which records are kept. */
const retention = 24 * 3600 * 1000;

/** Records that are dropped at a time: each may have two images of a large item. */
const step = 20;

/** A record as it is kept; its images are JSON. */
export interface Kept {
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  event: "INSERT" | "MODIFY" | "REMOVE";
  keys: string;
  new: string | null;
  old: string | null;
  size: number;
  /** 1 when DynamoDB itself removed an item that had expired. */
  service: number;
}

/** The state of an item on one side of a change. */
export type Side = Pick<Row, "item" | "text" | "size">;

export class Streams {
  readonly #db: Database;
  readonly #known = new Map<number, StreamDefinition>();
  /** Number of each stream's last record. */
  readonly #last = new Map<number, number>();

  constructor(db: Database) {
    this.#db = db;
    for (const { definition } of db.prepare("SELECT definition FROM streams ORDER BY id").all()) {
      const stream = JSON.parse(String(definition)) as StreamDefinition;
      this.#known.set(stream.id, stream);
    }
  }

  /** Those of which records may still be read, oldest first. */
  all(): StreamDefinition[] {
    return [...this.#known.values()];
  }

  /** @param table its name. @param label the end of the stream's ARN. */
  find(table: string, label: string): StreamDefinition | undefined {
    return this.all().find((one) => one.table === table && one.label === label);
  }

  /** Remembers a stream, or what changed of it. */
  save(stream: StreamDefinition): void {
    this.#known.set(stream.id, stream);
    this.#db
      .prepare("INSERT INTO streams VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET definition = ?2")
      .run(stream.id, JSON.stringify(stream));
  }

  /** Ends a stream: its records stay for a day. @returns the definition that says so. */
  end(stream: StreamDefinition, now = Date.now()): StreamDefinition {
    const ended = { ...stream, ended: now };
    this.save(ended);
    return ended;
  }

  /** Number of the last record, 0 before the first. */
  last({ id }: StreamDefinition): number {
    let last = this.#last.get(id);
    if (last === undefined) {
      const found = this.#db.prepare("SELECT max(seq) AS last FROM records WHERE stream = ?").get(id);
      last = Math.max(Number(found?.last ?? 0), this.#known.get(id)?.last ?? 0);
      this.#last.set(id, last);
    }
    return last;
  }

  /** Number of the first record that is kept. */
  first(stream: StreamDefinition): number {
    const found = this.#db.prepare("SELECT min(seq) AS first FROM records WHERE stream = ?").get(stream.id);
    return Number(found?.first ?? this.last(stream) + 1);
  }

  /** Adds a record, in the transaction of the change itself. What changed nothing leaves none. */
  record(stream: StreamDefinition, before: Side | undefined, after: Side | undefined, byService: boolean): void {
    if (before && after && isSame(before, after)) return;
    const event = !before ? "INSERT" : !after ? "REMOVE" : "MODIFY";
    const keys = keyOf(((after ?? before) as Side).item as Item, stream.keys);
    const images = imagesOf(stream.view, before, after);
    const size = itemSize(keys) + (images.new?.size ?? 0) + (images.old?.size ?? 0);
    const seq = this.last(stream) + 1;
    this.#last.set(stream.id, seq);
    this.#db
      .prepare("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .run(
        stream.id,
        seq,
        Date.now(),
        event,
        JSON.stringify(keys),
        images.new?.text ?? null,
        images.old?.text ?? null,
        size,
        byService ? 1 : 0,
      );
  }

  /** Records from that number on. */
  read(stream: StreamDefinition, from: number, limit: number): Kept[] {
    const sql = `SELECT seq, at, event, keys, new, old, size, service FROM records WHERE stream = ? AND seq >= ? ORDER BY seq LIMIT ?`;
    return this.#db.prepare(sql).all(stream.id, from, limit) as unknown as Kept[];
  }

  /** Drops what is older than a day, some at a time. @returns whether there may be more. */
  trim(now = Date.now()): boolean {
    const oldest = now - retention;
    return this.all().some((stream) => this.#trimOne(stream, oldest));
  }

  #trimOne(stream: StreamDefinition, oldest: number): boolean {
    const sql = "SELECT seq, at FROM records WHERE stream = ? ORDER BY seq LIMIT ?";
    const rows = this.#db.prepare(sql).all(stream.id, step);
    const gone = rows.filter(({ at }) => Number(at) < oldest);
    return this.#db.transaction(() => {
      if (gone.length > 0) {
        const last = this.last(stream);
        this.#db.prepare("DELETE FROM records WHERE stream = ? AND seq <= ?").run(stream.id, Number(gone.at(-1)?.seq));
        if (gone.length === rows.length) this.save({ ...stream, last });
      }
      if (gone.length === step) return true;
      if (stream.ended !== undefined && stream.ended < oldest && gone.length === rows.length) {
        this.#db.prepare("DELETE FROM streams WHERE id = ?").run(stream.id);
        this.#known.delete(stream.id);
      }
      return false;
    });
  }
}

function imagesOf(view: ViewType, before: Side | undefined, after: Side | undefined) {
  return {
    new: view === "NEW_IMAGE" || view === "NEW_AND_OLD_IMAGES" ? after : undefined,
    old: view === "OLD_IMAGE" || view === "NEW_AND_OLD_IMAGES" ? before : undefined,
  };
}

/** Two texts of one item have one length: only order differs. */
function isSame(a: Side, b: Side): boolean {
  return a.text === b.text || (a.size === b.size && a.text.length === b.text.length && areEqualItems(a.item, b.item));
}
