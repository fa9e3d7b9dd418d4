/**
 * The engine's SQLite file, opened beside the engine for what it leaves undone: indexes without which writing to a
 * stream slows down as its records pile up, the end of records after a day, and the mark that an expired item's record
 * carries.
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Hours that AWS keeps the records of a stream. */
const retentionHours = 24;

const schema = `
CREATE INDEX IF NOT EXISTS _local_records_table ON _stream_records (table_name, CAST(sequence_number AS INTEGER));
CREATE INDEX IF NOT EXISTS _local_records_shard ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER));
CREATE INDEX IF NOT EXISTS _local_records_age ON _stream_records (created_at);
CREATE TABLE IF NOT EXISTS _local_expired (table_name TEXT NOT NULL, keys_json TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS _local_expiry AFTER INSERT ON _stream_records
WHEN NEW.event_name = 'REMOVE' AND EXISTS (
  SELECT 1 FROM _local_expired AS expired WHERE expired.table_name = NEW.table_name AND NOT EXISTS (
    SELECT 1 FROM json_each(expired.keys_json) AS part
    WHERE json_extract(NEW.keys_json, '$."' || part.key || '"') IS NOT part.value))
BEGIN
  UPDATE _stream_records SET user_identity = '{"type":"Service","principalId":"dynamodb.amazonaws.com"}' WHERE id = NEW.id;
END`;

export class EngineFile {
  readonly #db: DatabaseSync;
  readonly #trim: StatementSync;
  readonly #mark: StatementSync;
  readonly #unmark: StatementSync;

  /** @param path of a database that the engine has opened once: its tables are there. */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec("PRAGMA busy_timeout = 5000; PRAGMA synchronous = NORMAL");
    this.#db.exec(schema);
    // Never the last one of a table: the engine counts on from it.
    this.#trim = this.#db.prepare(
      `DELETE FROM _stream_records WHERE id IN (
         SELECT id FROM _stream_records AS old WHERE created_at < ? AND EXISTS (
           SELECT 1 FROM _stream_records AS newer WHERE newer.table_name = old.table_name
             AND CAST(newer.sequence_number AS INTEGER) > CAST(old.sequence_number AS INTEGER))
         LIMIT 1000)`,
    );
    this.#mark = this.#db.prepare("INSERT INTO _local_expired VALUES (?, ?)");
    this.#unmark = this.#db.prepare("DELETE FROM _local_expired WHERE table_name = ? AND keys_json = ?");
    this.#db.exec("DELETE FROM _local_expired");
  }

  /** Drops stream records of more than a day, some at a time. @returns whether there may be more. */
  trim(now = Date.now()): boolean {
    return Number(this.#trim.run(Math.floor(now / 1000) - retentionHours * 3600).changes) === 1000;
  }

  /** While `work` runs, the removal of that item is DynamoDB's own: `userIdentity` in its stream record. */
  async expiring(table: string, keys: object, work: () => Promise<unknown>): Promise<void> {
    const text = JSON.stringify(keys);
    this.#mark.run(table, text);
    try {
      await work();
    } finally {
      this.#unmark.run(table, text);
    }
  }

  close(): void {
    this.#db.close();
  }
}
