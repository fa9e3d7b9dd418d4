import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileArchive } from "@pulumi/pulumi/asset";
import { zipSync } from "fflate";
import type { Rule } from "../../validation.ts";
import type { FunctionArgs } from "../args.ts";
import { cache, keep, root } from "../cache.ts";
import { findPython } from "./interpreter.ts";
import { Problem } from "./problem.ts";
import { install } from "./requirements.ts";
import { type Files, filesIn, hashOf } from "./sources.ts";

/** Of every function of Python. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export const runtime = "python3.13";
const version = runtime.slice("python".length);

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mebibyte = 1024 * 1024;
const largest = 250;
const largestZip = 50;

type PythonArgs = Pick<FunctionArgs, "entry" | "handler" | "requirements" | "include">;
type Made = { folder: string } | { problem: Rule };

/** Packages of this run of the program: rules and resources ask for the same. */
const made = new Map<string, Made>();

/** What can be wrong with code in Python: all that its package is made of is looked at, and installed, here. */
export function pythonRules(args: PythonArgs, at = ""): Rule[] {
  const found = packed(args);
  if ("folder" in found) return [];
  return [{ ...found.problem, field: `${at}${found.problem.field}` }];
}

/** What can be wrong with a module that others import, and that is to define these names. */
export function moduleRules(entry: string, names: string[], at = ""): Rule[] {
  try {
    requireNames(entry, names, [], "entry");
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [{ ...error.rule, field: `${at}${error.rule.field}` }];
  }
}

/** The package of code that its rules allow, and the handler in it. */
export function pythonPackage(args: PythonArgs): { code: FileArchive; handler: string } {
  const found = packed(args);
  if ("problem" in found) throw new Error(`${found.problem.field}: ${found.problem.allowed}`);
  const module = basename(args.entry as string, ".py");
  return { code: new FileArchive(join(root, found.folder, zipName)), handler: `${module}.${handlerOf(args)}` };
}

const zipName = "package.zip";
const handlerOf = ({ handler = "lambda_handler" }: PythonArgs): string => handler;

function packed(args: PythonArgs): Made {
  const key = JSON.stringify([args.entry, handlerOf(args), args.requirements, args.include]);
  let found = made.get(key);
  if (!found) {
    found = attempt(args);
    made.set(key, found);
  }
  return found;
}

function attempt(args: PythonArgs): Made {
  try {
    return { folder: pack(args) };
  } catch (error) {
    if (error instanceof Problem) return { problem: error.rule };
    throw error;
  }
}

/** @returns the folder of the zip file, relative to the program: the same sources give the same bytes. */
function pack(args: PythonArgs): string {
  const entry = args.entry as string;
  const folders = [...(args.include ?? []), dirname(entry)];
  const missing = folders.find((folder) => !existsSync(join(root, folder)));
  if (missing) throw new Problem("include", missing, "a folder of the program");
  const found = folders.flatMap((folder) =>
    [...filesIn(join(root, folder))].map(([name, content]) => ({ name, content, path: join(folder, name) })),
  );
  const sources: Files = new Map(found.map(({ name, content }) => [name, content]));
  const required = requirementsOf(args);
  const packages = required
    ? install({ path: join(root, required), shown: required, version, cache: join(root, cache, "python/packages") })
    : undefined;
  const name = hashOf("1", runtime, handlerOf(args), basename(entry), packages?.id ?? "", sources);
  return keep("python/zips", name, () => {
    requireNames(
      entry,
      [handlerOf(args)],
      found.map(({ path }) => path).filter((path) => path.endsWith(".py")),
    );
    const installed: Files = packages?.read() ?? new Map();
    // What is required is said once, with exact versions.
    const versions = installed.get("requirements.txt");
    const files = new Map([...installed, ...sources, ...(versions ? [["requirements.txt", versions] as const] : [])]);
    checkSize(files);
    return [{ name: zipName, contents: zip(files) }];
  });
}

/** The file that says what the code requires. */
function requirementsOf({ entry, requirements }: PythonArgs): string | undefined {
  if (requirements !== undefined) {
    if (existsSync(join(root, requirements))) return requirements;
    throw new Problem("requirements", requirements, "a file of the program");
  }
  return requirementsBeside(entry as string);
}

/** The file beside an entry that says what it requires. */
export function requirementsBeside(entry: string): string | undefined {
  const files = ["requirements.txt", "pyproject.toml"].map((name) => join(dirname(entry), name));
  return files.find((path) => existsSync(join(root, path)));
}

const checker = join(__dirname, "check.py");

/**
 * Reads files as Python would.
 * @param field that is said to be wrong when a name is not there.
 * @throws {Problem} for a syntax error in any of them, with its file and line; for a name that the entry does not define.
 */
function requireNames(entry: string, names: string[], others: string[], field = "handler"): void {
  const python = findPython(version);
  if (!python)
    throw new Problem("entry", entry, `a file that a Python of this machine can read: install python${version}`);
  const files = [entry, names.join(), ...others.filter((path) => path !== entry)];
  const { stdout, stderr, status } = spawnSync(python.program, ["-I", checker, ...files], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Problem("entry", `${entry}: ${stderr.trim().split("\n").at(-1)}`, "a file in Python");
  if (!stdout) return;
  const said = JSON.parse(stdout) as { at?: string; problem?: string; missing?: string; names?: string[] };
  if (said.at) throw new Problem("entry", `${said.at}: ${said.problem}`, `code that Python ${python.version} reads`);
  const defined = said.names?.join(", ") || "it defines none";
  throw new Problem(field, said.missing, `a function that ${entry} defines: ${defined}`);
}

function checkSize(files: Files): void {
  const sizes = new Map<string, number>();
  let total = 0;
  for (const [name, { length }] of files) {
    const top = name.split("/", 1)[0] as string;
    sizes.set(top, (sizes.get(top) ?? 0) + length);
    total += length;
  }
  if (total <= largest * mebibyte) return;
  const most = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 3);
  const shown = most.map(([name, bytes]) => `${name} ${megabytes(bytes)}`).join(", ");
  throw new Problem(
    "requirements",
    `${megabytes(total)} unzipped (${shown})`,
    `at most ${largest} MB (Lambda's quota)`,
  );
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / mebibyte)} MB`;

function zip(files: Files): Uint8Array {
  const settings = { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16, level: 6 } as const;
  const names = [...files.keys()].sort();
  const bytes = zipSync(Object.fromEntries(names.map((name) => [name, [files.get(name)!, settings]])));
  if (bytes.length <= largestZip * mebibyte) return bytes;
  throw new Problem("requirements", `${megabytes(bytes.length)} zipped`, `at most ${largestZip} MB (Lambda's quota)`);
}
