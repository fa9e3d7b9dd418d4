/** What `config.ts` and `environment.ts` say of a wrong value: they alone know what a key may be, so they are asked. */
import { createRequire } from "node:module";
import { RunError, runtime } from "@pulumi/pulumi";

const require = createRequire(import.meta.url);
const programs = ["../config.ts", "../environment.ts"].map((file) => require.resolve(file));

/**
 * @param project the project's name.
 * @param stack values by key, as text; lists are JSON.
 * @returns the first broken rule in the program's words: its key, and what is allowed. None where all is well.
 */
export function brokenRule(
  project: string,
  stack: Record<string, string>,
): { key: string; allowed: string } | undefined {
  // As Pulumi runs the program; what this process loads later is Node's own affair again.
  const compiler = require("ts-node").register();
  runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) }, project, "dev");
  runtime.setAllConfig(Object.fromEntries(Object.entries(stack).map(([key, value]) => [`${project}:${key}`, value])));
  for (const program of programs) delete require.cache[program];
  try {
    for (const program of programs) require(program);
    return undefined;
  } catch (error) {
    if (!RunError.isInstance(error)) throw error;
    const [, key, allowed] = /^Configuration: (a key|\w+) is .*; allowed is (.*)$/s.exec(error.message) ?? [];
    if (key === undefined || allowed === undefined) throw error;
    return { key, allowed };
  } finally {
    compiler.enabled(false);
    runtime.setAllConfig({});
  }
}
