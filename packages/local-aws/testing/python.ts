import { homedir } from "node:os";
import { join } from "node:path";
import { PythonRuntimes } from "../src/services/lambda/python/runtime.ts";

/** Where tests keep Python's runtime: it is installed once for all of them. */
export const pythonTools = join(import.meta.dirname, "../../../node_modules/.cache/lambda");

/** @returns why Python functions cannot be tested here; `undefined` where they can. */
export async function withoutPython(version = "3.11"): Promise<string | undefined> {
  try {
    await new PythonRuntimes(pythonTools).get(version);
    return undefined;
  } catch (error) {
    return `    ${(error as Error).message.replaceAll(homedir(), "~")}`;
  }
}
