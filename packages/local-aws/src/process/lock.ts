import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * State holds keys, tokens and mails: no other user of the machine may read its folder. An existing shared folder that
 * was used for something else is left as it is.
 */
function makePrivate(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const isShared = (statSync(directory).mode & 0o1000) !== 0;
  const isOurs = existsSync(join(directory, "lock.sqlite")) || readdirSync(directory).length === 0;
  if (isOurs && !isShared) chmodSync(directory, 0o700);
}

/**
 * Holds a state folder for this process alone. The lock is the operating system's, by way of SQLite: it is released with
 * the process however that ends, so there is never a stale one to remove.
 *
 * @returns a function that releases it, or `undefined` when another process holds it.
 */
export function lockFolder(directory: string): (() => void) | undefined {
  makePrivate(directory);
  const database = new DatabaseSync(join(directory, "lock.sqlite"));
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return () => database.close();
  } catch {
    database.close();
    return undefined;
  }
}
