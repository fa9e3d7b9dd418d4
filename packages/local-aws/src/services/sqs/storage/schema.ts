/** The tables behind SQS, in the region's SQLite file. */
import type { Store } from "../../../store.ts";

/**
 * A pool holds a queue's messages; `gone` is one whose queue was deleted or purged, and whose messages still are to be.
 *
 * `leads` is 1 for a message that may be received once it is visible: each one of a standard queue, of a FIFO queue the first
 * of each group. So both have their next messages in one range of `sqs_messages_next`, in the order in which they became visible.
 * `grp` is a FIFO queue's message group.
 */
const schema = `
CREATE TABLE IF NOT EXISTS sqs_pools (
  id INTEGER PRIMARY KEY AUTOINCREMENT, gone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS sqs_messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT, pool INTEGER NOT NULL, leads INTEGER NOT NULL, visible INTEGER NOT NULL,
  receives INTEGER NOT NULL, grp TEXT, sent INTEGER NOT NULL, received INTEGER, message TEXT NOT NULL,
  details TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sqs_messages_next ON sqs_messages (pool, leads, visible, receives);
CREATE INDEX IF NOT EXISTS sqs_messages_groups ON sqs_messages (pool, grp, id) WHERE grp IS NOT NULL;
CREATE INDEX IF NOT EXISTS sqs_messages_ages ON sqs_messages (pool, sent);
CREATE TABLE IF NOT EXISTS sqs_duplicates (
  pool INTEGER NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, id INTEGER NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (pool, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sqs_duplicates_ages ON sqs_duplicates (at);
`;

export function createTables({ database }: Store): void {
  database.exec(schema);
}
