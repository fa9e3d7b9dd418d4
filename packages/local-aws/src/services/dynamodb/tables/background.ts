/** What goes on behind the requests: filling new indexes, clearing up after tables, forgetting old records. */
import { debuglog } from "node:util";
import { Slices } from "../slices.ts";
import type { Database } from "../storage/database.ts";
import { walk } from "../storage/walk.ts";
import type { Streams } from "../streams/streams.ts";
import type { Catalog } from "./catalog.ts";
import type { TableDefinition } from "./definition.ts";
import type { Table } from "./table.ts";

const debug = debuglog("dynamodb");
/** Rows at a time: each may be as long as an item is. */
const step = 20;

interface Parts {
  db: Database;
  streams: Streams;
  tables: Catalog;
}

export class Background {
  readonly #engine: Parts;
  readonly #trimming: NodeJS.Timeout;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(engine: Parts) {
    this.#engine = engine;
    this.#trimming = setInterval(() => this.#queue(() => this.#trim()), 60_000).unref();
  }

  /** Goes on with what a process that ended left half done. */
  resume(): void {
    for (const table of this.#engine.tables.all()) this.fill(table);
    this.clear();
  }

  /** Enters a table's items into its new indexes. */
  fill(table: Table): void {
    for (const { definition } of table.indexes) {
      if (!definition.filling) continue;
      this.go(this.#filling(table, definition.id));
    }
  }

  /** Repeats a step as long as it says that there is more. The first of it is done at once: when it is little, all of it. */
  go(next: () => boolean): void {
    const slices = new Slices();
    let more = next();
    while (more && !slices.isLong) more = next();
    if (more) this.#queue(() => this.#sliced(next));
  }

  /** Removes the rows of tables and indexes that are no more. */
  clear(): void {
    this.#queue(() => this.#clear());
  }

  /** Returns when it is at rest; what is left is resumed by the next one. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#trimming);
    await this.#work;
  }

  #queue(work: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#stopped) return;
      await work().catch((error) => debug("background: %s", (error as Error).message));
    });
  }

  async #sliced(next: () => boolean): Promise<void> {
    const slices = new Slices();
    while (!this.#stopped && next()) {
      await this.#engine.db.checkpoints.pause;
      if (slices.isLong) await slices.rest();
    }
  }

  /** @returns enters some more items, and says whether there are others. */
  #filling(table: Table, id: number): () => boolean {
    const { db, tables } = this.#engine;
    const wanted = () => table.indexes.find(({ definition }) => definition.id === id);
    return walk(db, table.rows, {
      goesOn: () => wanted()?.definition.filling === true && tables.find(table.name) === table,
      take: ({ key, row }) => {
        const index = wanted();
        const entry = index?.entry(row.item, key);
        if (index && entry) index.rows.insert(entry, row.id, index.size(row));
      },
      done: () => tables.save(table, filled(table.definition, id)),
    });
  }

  async #clear(): Promise<void> {
    const { db, tables } = this.#engine;
    for (const name of tables.leftovers()) {
      const column = name.startsWith("items") ? "id" : "key";
      const some = db.prepare(`DELETE FROM ${name} WHERE ${column} IN (SELECT ${column} FROM ${name} LIMIT ${step})`);
      await this.#sliced(() => some.run().changes > 0);
      if (this.#stopped) return;
      db.transaction(() => {
        db.exec(`DROP TABLE ${name}`);
        db.prepare("DELETE FROM counts WHERE id = ?").run(Number(name.split("_")[1]));
      });
    }
  }

  async #trim(): Promise<void> {
    const { db, streams } = this.#engine;
    await this.#sliced(() => streams.trim());
    db.prepare("DELETE FROM tokens WHERE at < ?").run(Date.now() - 10 * 60_000);
  }
}

/** The definition, once that index is filled. */
function filled(definition: TableDefinition, id: number): TableDefinition {
  const done = <T extends { id: number; filling?: boolean }>(index: T): T => {
    if (index.id !== id) return index;
    const { filling: _, ...rest } = index;
    return rest as T;
  };
  const { ttl } = definition;
  return {
    ...definition,
    global: definition.global.map(done),
    ...(ttl && { ttl: { ...ttl, index: done(ttl.index) } }),
  };
}
