import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Files by their path in a package, in the order of their names. */
export type Files = Map<string, Uint8Array>;

/** What compilers, editors and package managers leave beside sources. */
const left = /^(\..*|__pycache__|node_modules|.*\.py[co]|.*\.egg-info)$/;

/** The files of a folder and its subfolders, but for hidden ones, compiled ones and virtual environments. */
export function filesIn(folder: string): Files {
  const paths: string[] = [];
  const visit = (directory: string) => {
    const entries = readdirSync(directory).filter((name) => !left.test(name));
    if (directory !== folder && entries.includes("pyvenv.cfg")) return;
    for (const name of entries) {
      const path = join(directory, name);
      if (statSync(path).isDirectory()) visit(path);
      else paths.push(path);
    }
  };
  visit(folder);
  const named = paths.map((path) => [relative(folder, path).split(sep).join("/"), path] as const);
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(named.map(([name, path]) => [name, readFileSync(path)]));
}

/** A hash of texts and files. */
export function hashOf(...parts: (string | Files)[]): string {
  const hash = createHash("sha256");
  const add = (text: string | Uint8Array) => hash.update(`${text.length}:`).update(text);
  for (const part of parts) {
    if (typeof part === "string") add(part);
    else for (const [name, content] of part) add(name).update("\0") && add(content);
  }
  return hash.digest("hex").slice(0, 32);
}
