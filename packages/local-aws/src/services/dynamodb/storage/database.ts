/** The SQLite file behind DynamoDB. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Checkpoints } from "../../../kit/checkpoints.ts";

/**
 * `tables` holds each table's definition as JSON, `counts` what a table or index holds; the items themselves are in a table
 * of their own for each DynamoDB table, `items_ID`, and the entries of an index in `index_ID`.
 */
const schema = `
CREATE TABLE IF NOT EXISTS ids (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE IF NOT EXISTS tables (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS counts (id INTEGER PRIMARY KEY, items INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS streams (id INTEGER PRIMARY KEY, definition TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
  stream INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, keys TEXT NOT NULL,
  new TEXT, old TEXT, size INTEGER NOT NULL, service INTEGER NOT NULL, PRIMARY KEY (stream, seq));
CREATE TABLE IF NOT EXISTS backups (arn TEXT PRIMARY KEY, definition TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, request TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
`;

export class Database {
  /** It ends before the file is closed. */
  readonly checkpoints: Checkpoints;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  #inTransaction = false;

  /** @param path of the file; it is made when missing. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000");
    this.checkpoints = new Checkpoints(this.#db, path);
    this.#db.exec(schema);
    this.#begin = this.#db.prepare("BEGIN IMMEDIATE");
    this.#commit = this.#db.prepare("COMMIT");
  }

  /** A statement, prepared once. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Statements of a table that is no more are let go of. */
  exec(sql: string): void {
    this.#statements.clear();
    this.#db.exec(sql);
  }

  /** Runs `work` in one transaction, or in the one that is under way: all of its writes or, when it throws, none. */
  transaction<R>(work: () => R): R {
    if (this.#inTransaction) return work();
    this.#begin.run();
    this.#inTransaction = true;
    try {
      const result = work();
      this.#commit.run();
      this.checkpoints.committed();
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** A number that no table, index or stream has had. */
  nextId(): number {
    const { lastInsertRowid: id } = this.prepare("INSERT INTO ids DEFAULT VALUES").run();
    // SQLite remembers the last one by itself.
    this.prepare("DELETE FROM ids").run();
    return Number(id);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}
