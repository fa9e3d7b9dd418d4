/** Deployment packages as zip files: the same content gives the same bytes. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { type Archive, type Asset, isArchive } from "../engine/provider.ts";

/** Nothing of when or by whom a file was written: the time is the least that zip files know. */
const attributes = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true, compressionLevel: 1 };

/** Rejects when a path of it is not there. */
export async function archiveZip(archive: Archive): Promise<Uint8Array> {
  if (archive.path !== undefined && !existsSync(archive.path)) throw new Error(`there is no ${archive.path}`);
  // A zip file is taken as it is.
  if (archive.path !== undefined && statSync(archive.path).isFile()) return readFileSync(archive.path);
  const files = new Map<string, Buffer>();
  collect(archive, "", files);
  const zip = new ZipFile();
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    zip.addBuffer(content, name, attributes);
  }
  zip.end();
  return buffer(zip.outputStream);
}

function collect(value: Archive | Asset, name: string, files: Map<string, Buffer>): void {
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
