/** Messages as rows. Every method is one of a transaction that the caller has begun. */
import type { Store } from "../../../store.ts";
import { isFifo, type Queue } from "./queues.ts";

/** An attribute of a message as it is kept: bytes are base64. */
export interface KeptAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}

/** What of a message is only ever shown. */
export interface Details {
  /** MD5 of the body. */
  digest: string;
  sender: string;
  attributes?: Record<string, KeptAttribute>;
  /** AWSTraceHeader. */
  trace?: string;
  /** In a standard queue, groups have no order. */
  group?: string;
  deduplication?: string;
  /** ARN of the queue that it was moved here from as a dead letter. */
  source?: string;
  /** How often it was received before that. */
  carried?: number;
}

/** A message to be put into a queue. Times are milliseconds since the epoch. */
export interface NewMessage {
  /** Its id, which it keeps wherever it is moved. */
  message: string;
  body: string;
  sent: number;
  /** When it can be received. */
  visible: number;
  receives: number;
  /** When it was first received. */
  received: number | null;
  /** Its group in a FIFO queue. */
  grp: string | null;
  details: Details;
}

export interface Message extends Omit<NewMessage, "details"> {
  /** The place in which it was sent, among all messages. */
  id: number;
  pool: number;
  leads: number;
  /** {@link Details} as JSON. */
  details: string;
}

export interface Counts {
  visible: number;
  /** Received, and not visible yet. */
  taken: number;
  delayed: number;
}

type Row = Message | undefined;
const all = "SELECT * FROM sqs_messages WHERE";

export class Messages {
  readonly #store: Store;
  /** How many there are in a pool, once somebody has asked. */
  readonly #totals = new Map<number, number>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns its place. */
  add(queue: Queue, { grp, details, ...message }: NewMessage): number {
    const group = isFifo(queue) ? grp : null;
    const { pool } = queue;
    const leads = group === null || !this.#first(pool, group) ? 1 : 0;
    const { lastInsertRowid } = this.#sql(
      "INSERT INTO sqs_messages (pool, leads, visible, receives, grp, sent, received, message, details, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ).run(
      pool,
      leads,
      message.visible,
      message.receives,
      group,
      message.sent,
      message.received,
      message.message,
      JSON.stringify(details),
      message.body,
    );
    this.#count(pool, 1);
    return Number(lastInsertRowid);
  }

  get(pool: number, id: number): Row {
    return this.#sql(`${all} pool = ? AND id = ?`).get(pool, id) as Row;
  }

  /** Those to be received next: of a FIFO queue, the first of each group that can be. */
  next(pool: number, now: number, limit: number): Message[] {
    return this.#list(
      `${all} pool = ? AND leads = 1 AND visible <= ? ORDER BY visible, receives, id LIMIT ?`,
      pool,
      now,
      limit,
    );
  }

  /** A group's messages in their order. */
  group(pool: number, grp: string, limit: number): Message[] {
    return this.#list(`${all} pool = ? AND grp = ? ORDER BY id LIMIT ?`, pool, grp, limit);
  }

  /** When the next one becomes visible that is not yet. */
  soonest(pool: number, now: number): number | undefined {
    const found = this.#sql(
      "SELECT min(visible) AS at FROM sqs_messages WHERE pool = ? AND leads = 1 AND visible > ?",
    ).get(pool, now);
    return (found?.at as number | null) ?? undefined;
  }

  /** Received once more. */
  receive({ id }: Message, visible: number, now: number): void {
    this.#sql(
      "UPDATE sqs_messages SET visible = ?, receives = receives + 1, received = coalesce(received, ?) WHERE id = ?",
    ).run(visible, now, id);
  }

  show({ id }: Message, visible: number): void {
    this.#sql("UPDATE sqs_messages SET visible = ? WHERE id = ?").run(visible, id);
  }

  /** Its follower in its group, if it leads that now, can be received. */
  remove({ id, pool, grp }: Message): void {
    this.#sql("DELETE FROM sqs_messages WHERE id = ?").run(id);
    this.#count(pool, -1);
    const first = grp === null ? undefined : this.#first(pool, grp);
    if (first) this.#sql("UPDATE sqs_messages SET leads = 1 WHERE id = ? AND leads = 0").run(first.id);
  }

  /** Those sent before a time, the oldest first. */
  sentBefore(pool: number, time: number, limit: number): Message[] {
    return this.#list(`${all} pool = ? AND sent < ? ORDER BY sent LIMIT ?`, pool, time, limit);
  }

  /** When the oldest was sent. */
  oldest(pool: number): number | undefined {
    const found = this.#sql("SELECT min(sent) AS at FROM sqs_messages WHERE pool = ?").get(pool);
    return (found?.at as number | null) ?? undefined;
  }

  /** All of them are counted once; from then on it takes time by how many are in flight or delayed, however many are visible. */
  counts(pool: number, now: number): Counts {
    const total = this.#total(pool);
    const { hidden, taken } = this.#sql(
      "SELECT count(*) AS hidden, total(receives > 0) AS taken FROM sqs_messages WHERE pool = ? AND leads IN (0, 1) AND visible > ?",
    ).get(pool, now) as { hidden: number; taken: number };
    return { visible: total - hidden, taken, delayed: hidden - taken };
  }

  #first(pool: number, grp: string): { id: number } | undefined {
    return this.#sql("SELECT id FROM sqs_messages WHERE pool = ? AND grp = ? ORDER BY id LIMIT 1").get(pool, grp) as
      | { id: number }
      | undefined;
  }

  /** To be called when a transaction was taken back. */
  forget(): void {
    this.#totals.clear();
  }

  #total(pool: number): number {
    let total = this.#totals.get(pool);
    if (total === undefined) {
      total = this.#sql("SELECT count(*) AS total FROM sqs_messages WHERE pool = ?").get(pool)?.total as number;
      this.#totals.set(pool, total);
    }
    return total;
  }

  #count(pool: number, more: number): void {
    const total = this.#totals.get(pool);
    if (total !== undefined) this.#totals.set(pool, total + more);
  }

  #list(sql: string, ...given: (string | number)[]): Message[] {
    return this.#sql(sql).all(...given) as unknown as Message[];
  }

  #sql(text: string) {
    return this.#store.prepare(text);
  }
}
