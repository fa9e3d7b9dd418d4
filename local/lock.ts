import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Holds a state folder for this process alone. The lock is the operating system's, by way of SQLite: it goes with the
 * process however it ends, so there is never a stale one to remove.
 *
 * @returns a function that lets it go, or `undefined` when another process holds it.
 */
export function lockFolder(directory: string): (() => void) | undefined {
  mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(join(directory, "lock.sqlite"));
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return () => database.close();
  } catch {
    database.close();
    return undefined;
  }
}
