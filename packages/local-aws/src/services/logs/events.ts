/**
 * Log events on disk: each batch that comes in is one row, so that a busy function costs one row per tenth of a second,
 * not one per line. Rows carry the times between which their events lie; reading opens only those that may match.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";

export interface LogEvent {
  /** Milliseconds since the epoch. */
  timestamp: number;
  message: string;
}

/** An event with its place: batches are numbered as they come, events within a batch, too. */
export interface StoredEvent extends LogEvent {
  stream: string;
  batch: number;
  index: number;
  ingestionTime: number;
}

interface Row {
  id: number;
  stream: string;
  first: number;
  last: number;
  ingested: number;
  events: string;
}

/** Times from `from` on and before `to`, in milliseconds since the epoch. */
export interface TimeRange {
  from: number;
  to: number;
}

/** The most that all batches together may use on disk; the oldest are removed first. AWS has no such limit, one machine has. */
const maxBytes = 512 * 1024 * 1024;

export class EventStore {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #byTime: StatementSync;
  readonly #forward: StatementSync;
  readonly #backward: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS "logs.batches" (
        id INTEGER PRIMARY KEY AUTOINCREMENT, log_group TEXT NOT NULL, stream TEXT NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, ingested INTEGER NOT NULL, bytes INTEGER NOT NULL, events TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS "logs.batches.time" ON "logs.batches" (log_group, first);
      CREATE INDEX IF NOT EXISTS "logs.batches.stream" ON "logs.batches" (log_group, stream, id);
    `);
    this.#insert = db.prepare(
      `INSERT INTO "logs.batches" (log_group, stream, first, last, ingested, bytes, events) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    const columns = "id, stream, first, last, ingested, events";
    this.#byTime = db.prepare(
      `SELECT ${columns} FROM "logs.batches" WHERE log_group = ? AND first < ? AND last >= ? ORDER BY first, id`,
    );
    const ofStream = `SELECT ${columns} FROM "logs.batches" WHERE log_group = ? AND stream = ? AND`;
    this.#forward = db.prepare(`${ofStream} id >= ? AND first < ? AND last >= ? ORDER BY id`);
    this.#backward = db.prepare(`${ofStream} id <= ? AND first < ? AND last >= ? ORDER BY id DESC`);
  }

  /** @param events oldest first. @returns their size as AWS counts it. */
  append(group: string, stream: string, events: LogEvent[], now: number): number {
    // Two flat lists are quicker to write and to read than objects.
    const text = JSON.stringify([events.map(({ timestamp }) => timestamp), events.map(({ message }) => message)]);
    const first = (events[0] as LogEvent).timestamp;
    const last = (events.at(-1) as LogEvent).timestamp;
    this.#insert.run(group, stream, first, last, now, text.length, text);
    return text.length;
  }

  /** Events of a stream in the order they came, beginning after (`batch`, `index`). */
  *forward(
    group: string,
    stream: string,
    batch: number,
    index: number,
    { from, to }: TimeRange,
  ): Generator<StoredEvent> {
    for (const row of this.#forward.iterate(group, stream, batch, to, from)) {
      for (const event of opened(row as unknown as Row)) {
        if (event.batch === batch && event.index <= index) continue;
        if (event.timestamp >= from && event.timestamp < to) yield event;
      }
    }
  }

  /** The same backwards, beginning before (`batch`, `index`). */
  *backward(
    group: string,
    stream: string,
    batch: number,
    index: number,
    { from, to }: TimeRange,
  ): Generator<StoredEvent> {
    for (const row of this.#backward.iterate(group, stream, batch, to, from)) {
      for (const event of opened(row as unknown as Row).reverse()) {
        if (event.batch === batch && event.index >= index) continue;
        if (event.timestamp >= from && event.timestamp < to) yield event;
      }
    }
  }

  /**
   * Events of a group by time, across its streams, `limit` at most.
   * @param after the last event of the previous page, if any.
   */
  search(
    group: string,
    { from, to }: TimeRange,
    limit: number,
    wanted: (event: StoredEvent) => boolean,
    streams: (stream: string) => boolean,
    after?: Pick<StoredEvent, "timestamp" | "batch" | "index">,
  ): StoredEvent[] {
    const found: StoredEvent[] = [];
    let horizon = Number.NEGATIVE_INFINITY;
    for (const one of this.#byTime.iterate(group, to, Math.max(from, after?.timestamp ?? from))) {
      const row = one as unknown as Row;
      // Rows come by their first event: once enough are older than that, none that follows can come before them.
      if (found.length >= limit && row.first > horizon) break;
      if (!streams(row.stream)) continue;
      for (const event of opened(row)) {
        if (event.timestamp < from || event.timestamp >= to) continue;
        if (after && byTime(event, after) <= 0) continue;
        if (!wanted(event)) continue;
        found.push(event);
        if (event.timestamp > horizon) horizon = event.timestamp;
      }
    }
    return found.sort(byTime).slice(0, limit);
  }

  /** All events of a group in a range, batch by batch as they came. Others may write between two of them. */
  *batches(group: string, { from, to }: TimeRange): Generator<StoredEvent[]> {
    const next = this.#db.prepare(
      `SELECT id, stream, first, last, ingested, events FROM "logs.batches" NOT INDEXED
       WHERE id > ? AND log_group = ? AND first < ? AND last >= ? ORDER BY id LIMIT 1`,
    );
    for (let id = 0; ; ) {
      const row = next.get(id, group, to, from) as unknown as Row | undefined;
      if (!row) return;
      yield opened(row).filter(({ timestamp }) => timestamp >= from && timestamp < to);
      id = row.id;
    }
  }

  deleteGroup(group: string): void {
    this.#db.prepare(`DELETE FROM "logs.batches" WHERE log_group = ?`).run(group);
  }

  deleteStream(group: string, stream: string): void {
    this.#db.prepare(`DELETE FROM "logs.batches" WHERE log_group = ? AND stream = ?`).run(group, stream);
  }

  /** Removes what is older than `before`. */
  expire(group: string, before: number): void {
    this.#db.prepare(`DELETE FROM "logs.batches" WHERE log_group = ? AND last < ?`).run(group, before);
  }

  /** Keeps the total size within bounds. */
  bound(limit = maxBytes): void {
    const total = this.#db.prepare(`SELECT COALESCE(SUM(bytes), 0) AS bytes FROM "logs.batches"`).get() as {
      bytes: number;
    };
    let excess = total.bytes - limit;
    if (excess <= 0) return;
    let upTo = 0;
    for (const row of this.#db.prepare(`SELECT id, bytes FROM "logs.batches" ORDER BY id`).iterate()) {
      if (excess <= 0) break;
      excess -= row.bytes as number;
      upTo = row.id as number;
    }
    this.#db.prepare(`DELETE FROM "logs.batches" WHERE id <= ?`).run(upTo);
  }
}

type Place = Pick<StoredEvent, "timestamp" | "batch" | "index">;
const byTime = (a: Place, b: Place) => a.timestamp - b.timestamp || a.batch - b.batch || a.index - b.index;

function opened({ id, stream, ingested, events }: Row): StoredEvent[] {
  const [timestamps, messages] = JSON.parse(events) as [number[], string[]];
  return timestamps.map((timestamp, index) => ({
    timestamp,
    message: messages[index] as string,
    stream,
    batch: id,
    index,
    ingestionTime: ingested,
  }));
}
