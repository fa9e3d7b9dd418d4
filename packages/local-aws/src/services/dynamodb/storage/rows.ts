/** The items of a table, and the entries of an index, as rows. */
import type { StatementSync } from "node:sqlite";
import { lastKey } from "../items/keys.ts";
import type { Item } from "../items/types.ts";
import { Counts } from "./counts.ts";
import type { Database } from "./database.ts";

/** An item as it is kept. */
export class Row {
  readonly id: number;
  /** Its JSON. */
  readonly text: string;
  /** Bytes, as DynamoDB counts them. */
  readonly size: number;
  #item: Item | undefined;

  constructor(id: number, text: string, size: number) {
    this.id = id;
    this.text = text;
    this.size = size;
  }

  get item(): Item {
    this.#item ??= JSON.parse(this.text) as Item;
    return this.#item;
  }
}

/** A row, with the key at which it is found. */
export interface Found {
  key: Buffer;
  row: Row;
}

const rowOf = ([id, text, size]: unknown[]) => new Row(id as number, text as string, size as number);
const foundOf = (values: unknown[]): Found => ({ key: values[3] as Buffer, row: rowOf(values) });

export class ItemRows {
  readonly counts: Counts;
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #up: StatementSync;
  readonly #down: StatementSync;

  /** @param create whether its table is new. */
  constructor(db: Database, id: number, create = false) {
    const name = `items_${id}`;
    if (create) {
      db.exec(
        `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, item TEXT NOT NULL, size INTEGER NOT NULL)`,
      );
    }
    this.counts = new Counts(db, id);
    this.#get = arrays(db.prepare(`SELECT id, item, size FROM ${name} WHERE key = ?`));
    this.#insert = db.prepare(`INSERT INTO ${name} (key, item, size) VALUES (?, ?, ?)`);
    this.#update = db.prepare(`UPDATE ${name} SET item = ?, size = ? WHERE id = ?`);
    this.#delete = db.prepare(`DELETE FROM ${name} WHERE id = ?`);
    const range = `SELECT id, item, size, key FROM ${name} WHERE key >= ? AND key < ? ORDER BY key`;
    this.#up = arrays(db.prepare(`${range} LIMIT ?`));
    this.#down = arrays(db.prepare(`${range} DESC LIMIT ?`));
  }

  get(key: Buffer): Row | undefined {
    const found = this.#get.get(key) as unknown[] | undefined;
    return found && rowOf(found);
  }

  /** Rows from `low` to before `high`, from the low end or (`up` false) the high one. */
  range(low: Buffer, high: Buffer, up: boolean, limit: number): Found[] {
    const found = (up ? this.#up : this.#down).all(low, high, limit) as unknown as unknown[][];
    return found.map(foundOf);
  }

  /** Rows from `low` on, each read when it is asked for. */
  *from(low: Buffer): Iterable<Found> {
    for (const values of this.#up.iterate(low, lastKey, -1) as Iterable<unknown>) yield foundOf(values as unknown[]);
  }

  insert(key: Buffer, text: string, size: number): number {
    this.counts.add(1, size);
    return Number(this.#insert.run(key, text, size).lastInsertRowid);
  }

  update(old: Row, text: string, size: number): void {
    this.counts.add(0, size - old.size);
    this.#update.run(text, size, old.id);
  }

  delete(old: Row): void {
    this.counts.add(-1, -old.size);
    this.#delete.run(old.id);
  }
}

/** Entries lead from an index's key to the row of an item; the item itself is read from its table. */
export class IndexRows {
  readonly counts: Counts;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #up: StatementSync;
  readonly #down: StatementSync;

  /** @param create whether the index is new. */
  constructor(db: Database, tableId: number, id: number, create = false) {
    const name = `index_${id}`;
    if (create) {
      db.exec(`CREATE TABLE ${name} (key BLOB PRIMARY KEY, item INTEGER NOT NULL) WITHOUT ROWID`);
    }
    this.counts = new Counts(db, id);
    this.#insert = db.prepare(`INSERT OR IGNORE INTO ${name} VALUES (?, ?)`);
    this.#delete = db.prepare(`DELETE FROM ${name} WHERE key = ?`);
    const range = `SELECT items.id, items.item, items.size, entry.key FROM ${name} AS entry
      CROSS JOIN items_${tableId} AS items ON items.id = entry.item WHERE entry.key >= ? AND entry.key < ? ORDER BY entry.key`;
    this.#up = arrays(db.prepare(`${range} LIMIT ?`));
    this.#down = arrays(db.prepare(`${range} DESC LIMIT ?`));
  }

  /** As {@link ItemRows.range}. */
  range(low: Buffer, high: Buffer, up: boolean, limit: number): Found[] {
    const found = (up ? this.#up : this.#down).all(low, high, limit) as unknown as unknown[][];
    return found.map(foundOf);
  }

  /** An entry that is there already stays. @param size bytes of the item as the index has it. */
  insert(key: Buffer, rowId: number, size: number): void {
    if (this.#insert.run(key, rowId).changes === 1) this.counts.add(1, size);
  }

  delete(key: Buffer, size: number): void {
    if (this.#delete.run(key).changes === 1) this.counts.add(-1, -size);
  }
}

function arrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}
