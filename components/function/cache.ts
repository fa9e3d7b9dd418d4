import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";

/**
 * Folder of the program: entry points are relative to it. Pulumi's language host loads this as CommonJS; `npm start`, which
 * packs handlers again by themselves, as an ES module, in that folder.
 */
export const root = typeof __dirname === "undefined" ? process.cwd() : resolve(__dirname, "../..");
/** What is made of the sources, relative to the program. */
export const cache = cacheOf(root, process.env.XDG_CACHE_HOME || join(homedir(), ".cache"));

/**
 * In the program's folder; where this user may not write there, as in another user's clone, among what the user has cached; and
 * else in a folder that serves this process alone.
 * @returns the folder, relative to the program.
 */
export function cacheOf(program: string, own: string): string {
  const found = [join(program, "node_modules/.cache/dsp"), join(own, "dsp")].find(isOurs);
  return relative(program, found ?? mkdtempSync(join(tmpdir(), "dsp-")));
}

function isOurs(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

interface CachedFile {
  name: string;
  contents: Uint8Array;
}

/**
 * Writes files into the cache, whole or not at all; what is there under that name already is the same. What has not been
 * used for a month goes.
 * @param make makes them, where they are not there.
 * @returns their folder, relative to the program.
 */
export function keep(kind: string, name: string, make: () => CachedFile[]): string {
  const folder = join(root, cache, kind, name);
  if (!existsSync(folder)) {
    const files = make();
    mkdirSync(dirname(folder), { recursive: true });
    const draft = mkdtempSync(`${folder}-`);
    for (const file of files) writeFileSync(join(draft, file.name), file.contents);
    try {
      renameSync(draft, folder);
      prune(dirname(folder));
    } catch (error) {
      rmSync(draft, { recursive: true });
      // Another process was first.
      if (!existsSync(folder)) throw error;
    }
  }
  touch(folder);
  return relative(root, folder);
}

/** Marks a folder as used; one of another user's, which may not be marked, is used all the same. */
export function touch(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch (error) {
    if (!/^(EPERM|EACCES|EROFS)$/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function prune(folder: string): void {
  const oldest = Date.now() - 30 * 24 * 3600 * 1000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (used !== undefined && used < oldest) rmSync(path, { recursive: true, force: true });
  }
}
