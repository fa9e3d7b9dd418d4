import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Registry } from "../../../src/engine/provider.ts";

/** Things that outlive the process: each is a file, under a name that is made up when it is first planned. */
export function durableThings(directory: string): Registry {
  const provider: Registry["resources"] extends ReadonlyMap<string, infer Provider> ? Provider : never = {
    check: (inputs, { name, previous }) => ({
      inputs: { file: previous?.inputs.file ?? `${name}-${Math.random().toString(36).slice(2)}`, ...inputs },
      failures: [],
    }),
    diff: () => ({ changes: [], replaces: [], deleteBeforeReplace: false }),
    async create(inputs, { previous }) {
      const file = String(inputs.file);
      const path = join(directory, file);
      // What an interrupted run has made is taken over.
      if (existsSync(path) && previous?.id !== "") throw new Error(`${file} exists`);
      await wait(3);
      writeFileSync(path, "");
      await wait(3);
      return { id: file, outputs: inputs };
    },
    update: async (id, _before, inputs) => ({ id, outputs: inputs }),
    async delete(id) {
      await wait(3);
      rmSync(join(directory, id), { force: true });
    },
  };
  return { resources: new Map([["test:index:Thing", provider]]), invokes: new Map() };
}

export const filesIn = (directory: string): string[] => readdirSync(directory).sort();
