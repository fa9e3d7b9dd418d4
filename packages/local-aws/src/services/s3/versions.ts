/** Versions of objects, in a table of their own: listings walk it in the order of keys (UTF-8), newest version first. */
import type { SQLInputValue } from "node:sqlite";
import type { Store } from "../../store.ts";
import type { Version } from "./records.ts";

/** Above every key that starts with what is before it. */
const last = "\u{10FFFF}";

export interface Page {
  prefix?: string;
  /** Only keys after this one. */
  after?: string;
  limit: number;
}

export class Versions {
  readonly #store: Store;
  #sequence = 0;

  constructor(store: Store) {
    this.#store = store;
    store.database.exec(`
      CREATE TABLE IF NOT EXISTS s3_versions (
        bucket TEXT, key TEXT, sequence INTEGER, id TEXT, latest INTEGER, marker INTEGER, record TEXT,
        PRIMARY KEY (bucket, key, sequence DESC)
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS s3_current ON s3_versions (bucket, key) WHERE latest = 1 AND marker = 0;
      CREATE UNIQUE INDEX IF NOT EXISTS s3_version_ids ON s3_versions (bucket, key, id)`);
    const row = store.prepare("SELECT max(sequence) AS last FROM s3_versions").get() as { last: number | null };
    this.#sequence = row.last ?? 0;
  }

  next(): number {
    this.#sequence = Math.max(this.#sequence + 1, Date.now() * 1000);
    return this.#sequence;
  }

  /** The newest version, which may be a delete marker. */
  latest(bucket: string, key: string): Version | undefined {
    return this.#one("bucket = ? AND key = ? ORDER BY sequence DESC LIMIT 1", bucket, key);
  }

  find(bucket: string, key: string, id: string): Version | undefined {
    return this.#one("bucket = ? AND key = ? AND id = ?", bucket, key, id);
  }

  /** Adds a version as the newest. An existing one with the same id (`null`) is replaced. @returns that one. */
  add(version: Version): Version | undefined {
    const { bucket, key, id, sequence, marker } = version;
    const before = this.latest(bucket, key);
    const replaced = id === "null" && before ? (before.id === id ? before : this.find(bucket, key, id)) : undefined;
    if (replaced) this.#delete(replaced);
    if (before && before !== replaced)
      this.#run("UPDATE s3_versions SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1", bucket, key);
    const values = [bucket, key, sequence, id, 1, Number(marker), JSON.stringify(version)];
    this.#run("INSERT INTO s3_versions VALUES (?, ?, ?, ?, ?, ?, ?)", ...values);
    return replaced;
  }

  /** Updates an existing version (its tags). */
  update(version: Version): void {
    const where = "bucket = ? AND key = ? AND sequence = ?";
    const { bucket, key, sequence } = version;
    this.#run(`UPDATE s3_versions SET record = ? WHERE ${where}`, JSON.stringify(version), bucket, key, sequence);
  }

  /** Removes a version; the one before it becomes the newest. */
  remove(version: Version): void {
    const { bucket, key } = version;
    this.#delete(version);
    const before = this.latest(bucket, key);
    if (!before) return;
    const where = "bucket = ? AND key = ? AND sequence = ?";
    this.#run(`UPDATE s3_versions SET latest = 1 WHERE ${where}`, bucket, key, before.sequence);
  }

  isEmpty(bucket: string): boolean {
    return this.#store.prepare("SELECT 1 FROM s3_versions WHERE bucket = ? LIMIT 1").get(bucket) === undefined;
  }

  /** Objects as they are now: newest versions that are not delete markers. */
  current(bucket: string, page: Page): Version[] {
    return this.#list("latest = 1 AND marker = 0", bucket, page, "key");
  }

  /** Versions of keys after `page.after`, newest first within a key. */
  all(bucket: string, page: Page): Version[] {
    return this.#list("TRUE", bucket, page, "key, sequence DESC");
  }

  /** Versions of one key older than `sequence`. */
  older(bucket: string, key: string, sequence: number, limit: number): Version[] {
    const sql =
      "SELECT record FROM s3_versions WHERE bucket = ? AND key = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?";
    return parse(this.#store.prepare(sql).all(bucket, key, sequence, limit));
  }

  #list(where: string, bucket: string, { prefix = "", after, limit }: Page, order: string): Version[] {
    const sql = `SELECT record FROM s3_versions
      WHERE ${where} AND bucket = ? AND key >= ? AND key < ? AND key > ? ORDER BY ${order} LIMIT ?`;
    return parse(this.#store.prepare(sql).all(bucket, prefix, prefix + last, after ?? "", limit));
  }

  #one(where: string, ...values: SQLInputValue[]): Version | undefined {
    const row = this.#store.prepare(`SELECT record FROM s3_versions WHERE ${where}`).get(...values);
    return row && (JSON.parse((row as { record: string }).record) as Version);
  }

  #delete({ bucket, key, sequence }: Version): void {
    this.#run("DELETE FROM s3_versions WHERE bucket = ? AND key = ? AND sequence = ?", bucket, key, sequence);
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#store.prepare(sql).run(...values);
  }
}

const parse = (rows: unknown[]): Version[] =>
  rows.map((row) => JSON.parse((row as { record: string }).record) as Version);

/** Where a listing continues after all keys that start with `prefix`. */
export const afterPrefix = (prefix: string): string => prefix + last;
