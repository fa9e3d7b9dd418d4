/** `npm run diagram`: draws the architecture from the program itself, into docs/architecture.svg and docs/architecture.mmd. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { drawn, mapOf } from "local-console/diagram";
import { readLocalConfig } from "pulumi-local/config";
import { explain } from "../scripts/lib/failure.ts";
import { bringUp } from "./bringUp.ts";

const program = resolve(import.meta.dirname, "..");
const documents = { "docs/architecture.svg": "svg", "docs/architecture.mmd": "mermaid" } as const;

async function draw(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), "diagram-"));
  try {
    const { snapshot } = await bringUp({ program, local: await readLocalConfig(program), stack: "local", state });
    const pictures = drawn(mapOf(snapshot));
    for (const [file, kind] of Object.entries(documents)) writeFileSync(join(program, file), pictures[kind]);
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

try {
  await draw();
  console.log(Object.keys(documents).join("\n"));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
