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

type PythonArgs = Pick<FunctionArgs, "entry" | "handler" | "requirements">;
type Made = { folder: string } | { problem: Rule };

/** Packages of this run of the program: rules and resources ask for the same. */
const made = new Map<string, Made>();

/** What can be wrong with code in Python: all that its package is made of is looked at, and installed, here. */
export function pythonRules(args: PythonArgs, at = ""): Rule[] {
  const found = packed(args);
  if ("folder" in found) return [];
  return [{ ...found.problem, field: `${at}${found.problem.field}` }];
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
  const key = JSON.stringify([args.entry, handlerOf(args), args.requirements]);
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
  const source = join(root, dirname(entry));
  const sources = filesIn(source);
  const required = requirementsOf(args);
  const packages = required
    ? install({ path: join(root, required), shown: required, version, cache: join(root, cache, "python/packages") })
    : undefined;
  const name = hashOf("1", runtime, handlerOf(args), basename(entry), packages?.id ?? "", sources);
  return keep("python/zips", name, () => {
    check(entry, handlerOf(args), [...sources.keys()]);
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
  const beside = ["requirements.txt", "pyproject.toml"].map((name) => join(dirname(entry as string), name));
  return beside.find((path) => existsSync(join(root, path)));
}

const checker = join(__dirname, "check.py");

function check(entry: string, handler: string, names: string[]): void {
  const python = findPython(version);
  if (!python)
    throw new Problem("entry", entry, `a file that a Python of this machine can read: install python${version}`);
  const folder = dirname(entry);
  const others = names.filter((name) => name.endsWith(".py")).map((name) => join(folder, name));
  const files = [entry, handler, ...others.filter((path) => path !== join(folder, basename(entry)))];
  const { stdout, stderr, status } = spawnSync(python.program, ["-I", checker, ...files], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Problem("entry", `${entry}: ${stderr.trim().split("\n").at(-1)}`, "a file in Python");
  if (!stdout) return;
  const { at, problem, names: defined } = JSON.parse(stdout) as { at?: string; problem?: string; names?: string[] };
  if (at) throw new Problem("entry", `${at}: ${problem}`, `code that Python ${python.version} reads`);
  throw new Problem(
    "handler",
    handler,
    `a function that ${entry} defines: ${defined?.join(", ") || "it defines none"}`,
  );
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
