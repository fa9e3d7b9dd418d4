import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Engine } from "../../local/engine/index.ts";
import type { ResourceProvider } from "../../local/engine/provider.ts";
import { removeFolder, root, temporaryFolder } from "./platform.ts";

/** Makes anything at once: what is measured is the program and the engine, not AWS. */
const anything: ResourceProvider = {
  check: (inputs) => ({ inputs, failures: [] }),
  diff: () => ({ changes: [], replaces: [], deleteBeforeReplace: false }),
  create: async (inputs, { name }) => ({
    id: name,
    outputs: {
      name,
      arn: `arn:aws:x:::${name}`,
      invokeArn: name,
      executionArn: name,
      invokeUrl: name,
      version: "1",
      ...inputs,
    },
  }),
  update: async (id, _before, after) => ({ id, outputs: after }),
  delete: async () => {},
};

export interface Evaluation {
  seconds: number;
  /** Peak resident memory of the language host. */
  megabytes: number;
  resources: number;
}

/** Runs one of `bench/programs` with config `count`, from nothing. */
export async function evaluate(program: string, count: number): Promise<Evaluation> {
  const programDirectory = join(root, "bench/programs", program);
  const stateDirectory = await temporaryFolder();
  const stack = `bench${count}`;
  const config = join(programDirectory, `Pulumi.${stack}.yaml`);
  await writeFile(config, `config:\n  ${program}:count: ${count}\n`);
  let megabytes = 0;
  const engine = await Engine.open({
    programDirectory,
    stack,
    stateDirectory,
    registry: { resources: { get: () => anything } as never, invokes: new Map() },
    onEvent: (event) => {
      if (event.kind === "message") megabytes = Number(/peak (\d+)/.exec(event.text)?.[1] ?? megabytes * 1024) / 1024;
    },
  });
  try {
    const began = performance.now();
    const { counts } = await engine.up();
    return { seconds: (performance.now() - began) / 1000, megabytes, resources: counts.create };
  } finally {
    await engine.close();
    await removeFolder(stateDirectory);
    await removeFolder(config);
  }
}
