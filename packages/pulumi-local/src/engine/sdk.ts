import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Path of a module of Pulumi's SDK as the program has it, as the CLI looks for it: its own version, with the TypeScript
 * that is beside it. A program that has none gets this project's.
 * @param module `cmd/run`, `cmd/dynamic-provider`.
 */
export function sdkModule(module: string, programDirectory: string): string {
  const name = `@pulumi/pulumi/${module}`;
  try {
    return createRequire(join(programDirectory, "index.js")).resolve(name);
  } catch {
    return createRequire(import.meta.url).resolve(name);
  }
}
