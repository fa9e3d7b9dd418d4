/** `npm run diagram`: draws the architecture from the program itself, into docs/architecture.svg and docs/architecture.mmd. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { drawn, mapOf } from "local-console/diagram";
import { Platform } from "pulumi-local";
import { readLocalConfig } from "pulumi-local/config";
import { explain } from "../scripts/lib/failure.ts";

const program = resolve(import.meta.dirname, "..");
const documents = { "docs/architecture.svg": "svg", "docs/architecture.mmd": "mermaid" } as const;

async function draw(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "diagram-"));
  const platform = await Platform.open({
    programDirectory: program,
    stack: "local",
    stateDirectory: folder,
    awsPort: 0,
    apiPort: 0,
    local: await readLocalConfig(program),
    onEvent: () => {},
  });
  try {
    await platform.up();
    const pictures = drawn(mapOf(platform.engine.snapshot()));
    for (const [file, kind] of Object.entries(documents)) writeFileSync(join(program, file), pictures[kind]);
  } finally {
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await draw();
  console.log(Object.keys(documents).join("\n"));
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
