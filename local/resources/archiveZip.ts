/** Deployment packages as zip files: the same content gives the same bytes. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { type Archive, type Asset, isArchive } from "../engine/provider.ts";

/** The least time that zip files know. */
const mtime = new Date(1980, 0, 1);

/** @throws Error when a path of it is not there. */
export function archiveZip(archive: Archive): Uint8Array {
  if (archive.path !== undefined && !existsSync(archive.path)) throw new Error(`there is no ${archive.path}`);
  // A zip file is taken as it is.
  if (archive.path !== undefined && statSync(archive.path).isFile()) return readFileSync(archive.path);
  const files = new Map<string, Uint8Array>();
  collect(archive, "", files);
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries: Zippable = Object.fromEntries(sorted.map(([name, content]) => [name, [content, { mtime, level: 1 }]]));
  return zipSync(entries);
}

function collect(value: Archive | Asset, name: string, files: Map<string, Uint8Array>): void {
  if (!isArchive(value)) {
    files.set(name, value.text === undefined ? readFileSync(value.path as string) : Buffer.from(value.text));
    return;
  }
  const prefix = name === "" ? "" : `${name}/`;
  for (const [key, asset] of Object.entries(value.assets ?? {})) collect(asset, prefix + key, files);
  if (value.path === undefined) return;
  for (const entry of readdirSync(value.path, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (statSync(path).isDirectory()) continue;
    files.set(prefix + relative(value.path, path).split(sep).join("/"), readFileSync(path));
  }
}
