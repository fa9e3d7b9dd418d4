import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/**
 * The state of the one-machine AWS: named collections of JSON documents in one SQLite file.
 *
 * Every write is on disk (WAL) before it returns, so a process that is killed at any moment loses nothing that it
 * acknowledged. Reads come from the file too: SQLite's page cache is the only cache, so there is none to invalidate.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #collections = new Map<string, Collection<unknown>>();
  readonly #statements = new Map<string, StatementSync>();
  /** What is to be committed at the end of this turn of the event loop. */
  #turn: Shared[] = [];

  /**
   * @param directory the state folder; created when missing. `":memory:"` keeps nothing on disk.
   * @param file name of the database within the folder. Default `cloud.sqlite`.
   */
  constructor(directory: string, file = "cloud.sqlite") {
    if (directory !== ":memory:") mkdirSync(directory, { recursive: true });
    this.#db = new DatabaseSync(directory === ":memory:" ? directory : join(directory, file));
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000");
    // The log is copied into the file at 32 MB: each copy waits for the disk.
    this.#db.exec("PRAGMA wal_autocheckpoint = 8000");
  }

  /** The collection of that name, made on first use. Names are `service.things`, as in `lambda.functions`. */
  collection<T>(name: string): Collection<T> {
    let found = this.#collections.get(name);
    if (!found) {
      found = new Collection<unknown>(this.#db, name);
      this.#collections.set(name, found);
    }
    return found as Collection<T>;
  }

  /** Whether there is a collection of that name, without making it. */
  hasCollection(name: string): boolean {
    return this.#db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;
  }

  /** The database itself, for a service whose records want a table of their own (log events, stream positions). */
  get database(): DatabaseSync {
    return this.#db;
  }

  /** A statement for such a table, compiled once. For texts that are written in the code: each is kept. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Runs `work` in one transaction: all of its writes or, when it throws, none. Not for asynchronous work. */
  transaction<R>(work: () => R): R {
    this.prepare("BEGIN IMMEDIATE").run();
    try {
      const result = work();
      this.prepare("COMMIT").run();
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  /**
   * Runs synchronous `work` in one transaction with all else that is asked for in this turn of the event loop: a commit costs more
   * than most of what it holds. Work that throws leaves nothing behind, and the others as they are.
   * @returns its result, when it is on disk.
   */
  together<R>(work: () => R): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#turn.push({ work, resolve: resolve as Shared["resolve"], reject });
    if (this.#turn.length === 1) setImmediate(() => this.#commit());
    return promise;
  }

  #commit(): void {
    const all = this.#turn;
    this.#turn = [];
    const done: (() => void)[] = [];
    try {
      this.transaction(() => {
        for (const { work, resolve, reject } of all) {
          try {
            const result = all.length === 1 ? work() : this.#apart(work);
            done.push(() => resolve(result));
          } catch (error) {
            if (all.length === 1) throw error;
            done.push(() => reject(error));
          }
        }
      });
    } catch (error) {
      for (const { reject } of all) reject(error);
      return;
    }
    for (const settle of done) settle();
  }

  /** Within a transaction: undoes what `work` has written when it throws. */
  #apart(work: () => unknown): unknown {
    this.prepare("SAVEPOINT work").run();
    try {
      return work();
    } catch (error) {
      this.prepare("ROLLBACK TO work").run();
      throw error;
    } finally {
      this.prepare("RELEASE work").run();
    }
  }

  close(): void {
    if (this.#turn.length > 0) this.#commit();
    this.#db.close();
  }
}

interface Shared {
  work: () => unknown;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Documents by key, listed in the order of their keys. */
export class Collection<T> {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #list: StatementSync;
  readonly #clear: StatementSync;

  constructor(db: DatabaseSync, name: string) {
    const table = `"${name.replaceAll('"', '""')}"`;
    db.exec(`CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`);
    this.#get = db.prepare(`SELECT value FROM ${table} WHERE key = ?`);
    this.#put = db.prepare(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`);
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
    this.#list = db.prepare(`SELECT key, value FROM ${table} WHERE key >= ? AND key < ? ORDER BY key`);
    this.#clear = db.prepare(`DELETE FROM ${table}`);
  }

  /** @param key a missing one matches no document. */
  get(key: string | undefined): T | undefined {
    if (typeof key !== "string") return undefined;
    const row = this.#get.get(key) as { value: string } | undefined;
    return row && (JSON.parse(row.value) as T);
  }

  has(key: string): boolean {
    return this.#get.get(key) !== undefined;
  }

  put(key: string, value: T): void {
    this.#put.run(key, JSON.stringify(value));
  }

  /** @returns whether there was such a document. */
  delete(key: string): boolean {
    return this.#delete.run(key).changes > 0;
  }

  /** The documents whose key starts with `prefix` (default: all), as `[key, value]`. */
  entries(prefix = ""): [string, T][] {
    const rows = this.#list.all(prefix, `${prefix}\u{10FFFF}`) as { key: string; value: string }[];
    return rows.map(({ key, value }) => [key, JSON.parse(value) as T]);
  }

  /** The documents whose key starts with `prefix` (default: all). */
  values(prefix = ""): T[] {
    return this.entries(prefix).map(([, value]) => value);
  }

  clear(): void {
    this.#clear.run();
  }
}
