/**
 * Copies of a platform's whole state (resources, tables, objects, queues, executions, logs), by name, in a folder beside the
 * state folder: `.local.saved/NAME` for `.local`.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure } from "./failure.ts";
import { startCommand } from "./platforms.ts";

export interface SavedState {
  name: string;
  saved: Date;
  bytes: number;
}

/** What is no state: the lock, how the last run ended, installed programs, what databases keep beside themselves. */
const notState = /^(lock\.sqlite.*|last-exit\.json|fatal-error\.json|tools)$/;
const beside = /-(wal|shm|journal)$/;

const folderOf = (state: string): string => `${state.replace(/\/+$/, "")}.saved`;

function placeOf(state: string, name: string): string {
  if (!/^[\w-]{1,64}$/.test(name))
    throw new Failure(`The name is "${name}"; allowed are up to 64 letters, digits, - and _`);
  return join(folderOf(state), name);
}

/** Oldest first. */
export function savedStates(state: string): SavedState[] {
  const folder = folderOf(state);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .map((name) => ({ name, saved: statSync(join(folder, name)).mtime, bytes: bytesIn(join(folder, name)) }))
    .sort((one, other) => one.saved.getTime() - other.saved.getTime());
}

/**
 * Keeps the state as it is now, also while its platform runs: each database is copied as of one moment.
 * @throws {Failure} when there is no state, or one of that name is kept already.
 */
export function saveState(state: string, name: string, { replace = false } = {}): void {
  const place = placeOf(state, name);
  if (!existsSync(join(state, "endpoint.json")))
    throw new Failure(`There is no state in ${state}. Start it: ${startCommand(state)}`);
  if (existsSync(place) && !replace) throw new Failure(`There is a state "${name}" already. Replace it: --replace`);
  const draft = join(folderOf(state), `.${name}-${process.pid}`);
  mkdirSync(folderOf(state), { recursive: true, mode: 0o700 });
  copyTree(state, draft, (leaf) => !notState.test(leaf));
  rmSync(place, { recursive: true, force: true });
  renameSync(draft, place);
}

/**
 * Puts a kept state in the place of the present one, which is gone.
 * @throws {Failure} when there is none of that name, or the platform runs.
 */
export function loadState(state: string, name: string): void {
  const place = placeOf(state, name);
  if (!existsSync(place)) {
    const names = savedStates(state).map((one) => one.name);
    throw new Failure(
      `There is no state "${name}" of ${state}. ${names.length > 0 ? `There are: ${names.join(", ")}` : "Keep one: dsp state save NAME"}`,
    );
  }
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const unlock = lock(state);
  if (!unlock)
    throw new Failure(
      `The platform runs on ${state}. End it (Ctrl-C), load, and start it again: ${startCommand(state)}`,
    );
  try {
    for (const leaf of readdirSync(state)) if (!notState.test(leaf)) rmSync(join(state, leaf), { recursive: true });
    copyTree(place, state, () => true);
  } finally {
    unlock();
  }
}

/** @throws {Failure} when there is none of that name. */
export function forgetState(state: string, name: string): void {
  const place = placeOf(state, name);
  if (!existsSync(place)) throw new Failure(`There is no state "${name}"`);
  rmSync(place, { recursive: true });
}

/** As the platform itself holds its folder. @returns undefined while it does. */
function lock(state: string): (() => void) | undefined {
  const database = new DatabaseSync(join(state, "lock.sqlite"));
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return () => database.close();
  } catch {
    database.close();
    return undefined;
  }
}

function copyTree(from: string, to: string, wanted: (leaf: string) => boolean): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!wanted(entry.name) || beside.test(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target, () => true);
    else if (entry.isFile()) copyFile(source, target);
  }
}

/** A file that is gone when its turn comes was deleted meanwhile, as it might have been a moment before. */
function copyFile(source: string, target: string): void {
  try {
    if (isDatabase(source)) copyDatabase(source, target);
    else copyFileSync(source, target, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function isDatabase(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(16);
    return readSync(file, head) === 16 && head.toString("latin1") === "SQLite format 3\0";
  } finally {
    closeSync(file);
  }
}

function copyDatabase(source: string, target: string): void {
  const database = new DatabaseSync(source, { readOnly: true });
  try {
    database.exec("PRAGMA busy_timeout = 5000");
    database.prepare("VACUUM INTO ?").run(target);
  } finally {
    database.close();
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
