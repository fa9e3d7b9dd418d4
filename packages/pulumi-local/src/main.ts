#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --disable-warning=MODULE_TYPELESS_PACKAGE_JSON
/** `pulumi-local`: a Pulumi program on this machine, as `pulumi` would run it on AWS. */
import { stripVTControlCharacters } from "node:util";
import { Exits, UsageError } from "local-aws/process";
import { destroy, outputs, preview, reset } from "./commands/once.ts";
import { up } from "./commands/up.ts";
import type { EngineEvent } from "./engine/index.ts";
import { explain, noteShown } from "./explain.ts";
import { readLocalConfig } from "./localConfig.ts";
import { programFolderOf, readSettings, usageOf } from "./settings.ts";
import { createOutput } from "./terminal/output.ts";

// What it writes is its user's alone.
process.umask(0o077);
/** Of an `up`; what only looks ends with its command. */
let exits: Exits | undefined;
/** Writes what was said before an error is. */
let flush = (): void => {};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  flush();
  const said = explain(error as Error);
  console.error(said);
  exits?.because(stripVTControlCharacters(said));
}

async function main(args: string[]): Promise<number> {
  const local = await readLocalConfig(programFolderOf(args));
  const settings = readSettings(args, process.env, local);
  const output = createOutput(settings);
  flush = () => output.flush();
  const onEvent = (event: EngineEvent): void => {
    noteShown(event);
    output.onEvent(event);
  };
  switch (settings.command) {
    case "help":
      console.log(usageOf(local));
      return 0;
    case "up": {
      const running = new Exits();
      exits = running;
      const onLocked = (folder: string) => running.keepIn(folder);
      return up(settings, local, { onEvent, onLocked, output, ending: running.ending });
    }
    default:
      return { preview, destroy, outputs, reset }[settings.command](settings, local, onEvent);
  }
}
