/** The commands that end by themselves. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { EngineError, type EngineEvent } from "../engine/index.ts";
import { endpointFile, outputsFile } from "../files.ts";
import type { LocalConfig } from "../localConfig.ts";
import { Platform } from "../platform.ts";
import { askForPreview } from "../previews.ts";
import type { Settings } from "../settings.ts";

type Command = (settings: Settings, local: LocalConfig, onEvent: (event: EngineEvent) => void) => Promise<number>;

/** Says what `up` would do: of a platform that runs, by that. Where there is no state yet, it leaves none. */
export const preview: Command = async (settings, local, onEvent) => {
  if (await askForPreview({ ...settings, onEvent })) return 0;
  const isNew = !existsSync(settings.stateDirectory);
  const stateDirectory = isNew ? mkdtempSync(join(tmpdir(), "preview-")) : settings.stateDirectory;
  // On the ports of an `up`: URLs hold them, and would differ on others.
  const ports = isNew ? { awsPort: 0, apiPort: 0 } : {};
  try {
    const platform = await Platform.open({ ...settings, ...ports, local, stateDirectory, onEvent });
    await platform.engine.preview().finally(() => platform.close());
    return 0;
  } finally {
    if (isNew) rmSync(stateDirectory, { recursive: true, force: true });
  }
};

/** Deletes every resource of the stack; the account and its state folder stay. */
export const destroy: Command = async (settings, local, onEvent) => {
  if (!existsSync(settings.stateDirectory)) return print(nothingIn(settings));
  const platform = await Platform.open({ ...settings, local, onEvent });
  await platform.destroy().finally(() => platform.close());
  return 0;
};

/** Prints what the stack exports, while it runs or after. */
export const outputs: Command = async ({ stateDirectory, stack }) => {
  const file = (leaf: string) => join(stateDirectory, leaf);
  if (!existsSync(file(outputsFile)) || !existsSync(file(endpointFile))) {
    throw new EngineError(`stack ${stack} has no outputs in ${stateDirectory}; bring it up: pulumi-local up`);
  }
  const { stack: last } = JSON.parse(readFileSync(file(endpointFile), "utf8")) as { stack: string };
  if (last !== stack) throw new EngineError(`what ran last in ${stateDirectory} is stack ${last}, not ${stack}`);
  return print(readFileSync(file(outputsFile), "utf8").trimEnd());
};

/** Drops all state. Who sits at a terminal is asked. */
export const reset: Command = async (settings) => {
  const { stateDirectory, yes } = settings;
  if (!existsSync(stateDirectory)) return print(nothingIn(settings));
  if (!yes && !(await confirmed(`Drop all that is in ${stateDirectory}?`))) return print("Nothing was dropped.");
  return print(Platform.reset(stateDirectory) ? `${stateDirectory} dropped.` : nothingIn(settings));
};

/** Whether the user says yes; where there is no terminal, nobody is asked. */
async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return true;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

const nothingIn = ({ stateDirectory }: Settings): string => `There is nothing in ${stateDirectory}.`;

function print(text: string): number {
  console.log(text);
  return 0;
}
