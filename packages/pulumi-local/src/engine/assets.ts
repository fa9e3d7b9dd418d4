import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Archive, Asset } from "./provider.ts";

/** What the program says of an asset or archive: a text, a path, or an archive's entries, hashed already. */
interface Given {
  kind?: Asset["kind"] | Archive["kind"];
  text?: unknown;
  path?: unknown;
  assets?: Record<string, Asset | Archive>;
}

/**
 * Completes an asset or archive by the hash of its content and its absolute path.
 * @param directory what relative paths are relative to.
 * @throws {Error} when the file is not there, or is a remote one (`uri`).
 */
export function withHash(given: Given, directory: string): Asset | Archive {
  const { kind = "asset", text, path, assets } = given;
  if (typeof text === "string") return { kind: "asset", text, hash: hash(text) };
  if (assets) {
    const listing = Object.entries(assets).sort(([a], [b]) => (a < b ? -1 : 1));
    return { kind: "archive", assets, hash: hash(JSON.stringify(listing.map(([name, asset]) => [name, asset.hash]))) };
  }
  if (typeof path !== "string" || path === "") throw new Error(`a remote ${kind} (uri) is not fetched locally`);
  const found = resolve(directory, path);
  if (!existsSync(found)) throw new Error(`the ${kind} ${path} does not exist`);
  const folder = statSync(found).isDirectory();
  if (folder && kind === "asset") throw new Error(`the asset ${path} is a folder; a folder is an archive`);
  return { kind, path: found, hash: folder ? hashFolder(found) : hashFile(found) };
}

function hashFolder(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return hash(JSON.stringify(paths.map((path) => [path.slice(folder.length), hashFile(path)])));
}

/** Hashes of files as they were, by path; a run looks at the same ones as the run before. */
const hashes = new Map<string, { as: string; hash: string }>();
/** As long after a change a file's times may stay as they are when it changes again, in milliseconds; file systems have their grain. */
const grainMs = 1000;

function hashFile(path: string): string {
  const { mtimeMs, ctimeMs, ...stat } = statSync(path);
  const as = [stat.dev, stat.ino, stat.size, mtimeMs, ctimeMs].join(" ");
  const known = hashes.get(path);
  if (known?.as === as) return known.hash;
  const made = hash(readFileSync(path));
  if (Date.now() - Math.max(mtimeMs, ctimeMs) > grainMs) hashes.set(path, { as, hash: made });
  else hashes.delete(path);
  return made;
}

const hash = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");
