/** Opens a state folder, converting once what an earlier version left in it. */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Store } from "../../../store.ts";
import { Engine, type Surroundings } from "../engine.ts";
import { convert } from "./convert.ts";

/** Files of the engine, and that of earlier versions. */
const own = "tables.sqlite";
const former = "dynamodb.sqlite";

/** Whether there is anything to open. */
export const hasState = (directory: string): boolean => [own, former].some((name) => existsSync(join(directory, name)));

/**
 * @param directory that has the file, or is to have it
 * @param store where earlier versions kept what their engine could not
 * @throws StateError when the file of an earlier version cannot be read.
 */
export function openEngine(directory: string, store: Store, around: Surroundings): Engine {
  const path = join(directory, own);
  const old = join(directory, former);
  if (!existsSync(path) && existsSync(old)) {
    const partial = `${path}.partial`;
    remove(partial);
    convert(old, partial, store);
    renameSync(partial, path);
    remove(old);
    for (const name of ["tables", "ttl", "views"]) store.collection(`dynamodb.${name}`).clear();
  }
  return new Engine(path, around);
}

/** With what SQLite has beside it. */
function remove(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}
