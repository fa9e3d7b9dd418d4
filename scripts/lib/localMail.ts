import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure } from "./failure.ts";
import { localStack, stateDirectory } from "./stack.ts";

/** A mail that the one-machine AWS kept instead of sending it. */
export interface LocalMail {
  id: string;
  /** ISO 8601, UTC. */
  at: string;
  from: string;
  to: string;
  subject: string;
  /** Plain text. */
  body: string;
  links: string[];
}

/**
 * The mails of the local state, oldest first; also while the platform does not run.
 * @param after key of the last one that was seen: only later ones.
 * @throws {Failure} for another stack, whose mails are in their receivers' mailboxes, and before the first start.
 */
export function readMail(stack: string, after = ""): { key: string; mail: LocalMail }[] {
  if (stack !== localStack) throw new Failure(`Mails of stack "${stack}" are sent; only the local stack keeps them.`);
  const file = join(stateDirectory(), "cloud", "cloud.sqlite");
  if (!existsSync(file)) throw new Failure(`There is no local stack in ${stateDirectory()} yet. Start it: npm start`);
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const tables = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'mail'").all();
    if (tables.length === 0) return [];
    const rows = database.prepare("SELECT key, value FROM mail WHERE key > ? ORDER BY key").all(after);
    return rows.map(({ key, value }) => ({ key: String(key), mail: JSON.parse(String(value)) }));
  } finally {
    database.close();
  }
}
