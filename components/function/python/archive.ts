/** What packages and layers are made of: files of the program, over the packages that they require. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../../validation.ts";
import { cache, keep, root } from "../cache.ts";
import { version } from "./interpreter.ts";
import { Problem } from "./problem.ts";
import { type Installed, install } from "./requirements.ts";
import { type Files, filesIn, hashOf } from "./sources.ts";
import { type Entry, entriesOf, merge, zip } from "./zip.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mebibyte = 1024 * 1024;
const largest = 250;

/** What was made, the folder of its archive, or why nothing was. */
export type Made = { folder: string } | { problem: Rule };

/** What this run of the program has made: rules and resources ask for the same. */
const made = new Map<string, Made>();

/** @param make answers the folder of what it makes. */
export function remembered(key: string, make: () => string): Made {
  let found = made.get(key);
  if (!found) {
    found = attempt(make);
    made.set(key, found);
  }
  return found;
}

function attempt(make: () => string): Made {
  try {
    return { folder: make() };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.rule };
    throw error;
  }
}

/** The name of an archive in its folder. */
export const zipName = "package.zip";

/** Path of an archive that its rules allow. */
export function zipOf(found: Made): string {
  if ("problem" in found) throw new Error(`${found.problem.field}: ${found.problem.allowed}`);
  return join(root, found.folder, zipName);
}

/** Bytes of an archive's files when they are unpacked. */
export const sizeOf = (path: string): number => entriesOf(readFileSync(path)).reduce((sum, { size }) => sum + size, 0);

/** Files of the program. */
interface Sources {
  /** By their path in the package. */
  files: Files;
  /** Paths of those in Python, relative to the program. */
  modules: string[];
}

/** The files of folders of the program, one over the other. */
export function sourcesOf(folders: string[]): Sources {
  const missing = folders.find((folder) => !existsSync(join(root, folder)));
  if (missing) throw new Problem("include", missing, "a folder of the program");
  const found = folders.flatMap((folder) =>
    [...filesIn(join(root, folder))].map(([name, content]) => ({ name, content, path: join(folder, name) })),
  );
  return {
    files: new Map(found.map(({ name, content }) => [name, content])),
    modules: found.map(({ path }) => path).filter((path) => path.endsWith(".py")),
  };
}

/** What a file of the program requires, installed for Lambda. */
export const installed = (required: string | undefined): Installed | undefined =>
  required === undefined
    ? undefined
    : install({ path: join(root, required), shown: required, version, cache: join(root, cache, "python/packages") });

/** Sources over the packages that they require, which are compressed once. @param folder that the packages are in. */
export function archive(sources: Files, packages: Installed | undefined, folder = ""): Uint8Array {
  const own = new Map(sources);
  // What is required is said once, with exact versions.
  if (packages) own.delete(`${folder}requirements.txt`);
  const { contents, entries } = merge([zip(own), ...(packages ? [compressed(packages, folder)] : [])]);
  checkSize(entries, folder, packages ? "requirements" : folder ? "include" : "entry");
  return contents;
}

function compressed(packages: Installed, folder: string): Uint8Array {
  const kept = keep("python/archives", hashOf(packages.id, folder), () => {
    const found = [...packages.read()].map(
      ([path, content]) => [folder + nameOf(path, content, folder), content] as const,
    );
    const files = new Map(found);
    checkSize(
      [...files].map(([name, { length: size }]) => ({ name, size })),
      folder,
    );
    return [{ name: zipName, contents: zip(files) }];
  });
  return readFileSync(join(root, kept, zipName));
}

/** Layers are unpacked one over the other: each keeps its list of packages under a name of its own. */
const nameOf = (path: string, content: Uint8Array, folder: string): string =>
  folder && path === "requirements.txt" ? `requirements-${hashOf(new Map([[path, content]])).slice(0, 8)}.txt` : path;

/** @throws {Problem} for a file that is not there. */
export function existing(requirements: string): string {
  if (existsSync(join(root, requirements))) return requirements;
  throw new Problem("requirements", requirements, "a file of the program");
}

/** @param folder that all of it is in. @param field what is said to be wrong: without packages, the files of the program. */
function checkSize(entries: Entry[], folder: string, field = "requirements"): void {
  const sizes = new Map<string, number>();
  let total = 0;
  for (const { name, size } of entries) {
    const top = name.slice(folder.length).split("/", 1)[0] as string;
    sizes.set(top, (sizes.get(top) ?? 0) + size);
    total += size;
  }
  if (total <= largest * mebibyte) return;
  const most = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 3);
  const shown = most.map(([name, bytes]) => `${name} ${megabytes(bytes)}`).join(", ");
  throw new Problem(field, `${megabytes(total)} unzipped (${shown})`, `at most ${largest} MB (Lambda's quota)`);
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / mebibyte)} MB`;
