import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findInterpreter } from "../src/services/lambda/python/interpreters.ts";
import { PythonRuntimes } from "../src/services/lambda/python/runtime.ts";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "../../../node_modules/.cache");

/** Where tests keep Python's runtime: it is installed once for all of them. */
export const pythonTools = join(cache, "lambda");

/** @returns why Python functions cannot be tested here; `undefined` where they can. */
export async function withoutPython(version = "3.11"): Promise<string | undefined> {
  try {
    await new PythonRuntimes(pythonTools).get(version);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * An interpreter that has some packages, which are installed once for all tests.
 * @param requirements path of pip's file.
 * @returns its path, or why there is none on this machine.
 */
export async function pythonWith(requirements: string): Promise<{ python: string } | { reason: string }> {
  const found = await findInterpreter("3.11");
  if (!found) return { reason: "    there is no Python on this machine" };
  const text = await readFile(requirements);
  const hash = createHash("sha256").update(text).update(found.path).digest("hex").slice(0, 16);
  const folder = join(cache, `python-${hash}`);
  const python = join(folder, "bin/python");
  const done = join(folder, "installed");
  if (existsSync(done)) return { python };
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(cache, { recursive: true });
    await run(found.path, ["-m", "venv", folder]);
    const options = ["--quiet", "--no-input", "--disable-pip-version-check", "--only-binary", ":all:"];
    await run(python, ["-m", "pip", "install", ...options, "--requirement", requirements]);
    await writeFile(done, "");
    return { python };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

const reasonOf = (error: unknown) => `    ${(error as Error).message.replaceAll(homedir(), "~")}`;
