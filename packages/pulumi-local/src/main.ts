/** `npm start`: brings the program up on this machine, says what it did and what to try, and keeps watching. */
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { Exits, UsageError } from "local-aws/process";
import pc from "picocolors";
import { display } from "./engine/display.ts";
import { EngineError, type EngineEvent } from "./engine/index.ts";
import { watch } from "./engine/watch.ts";
import { Platform } from "./platform.ts";
import { readSettings, type Settings, usage } from "./settings.ts";
import { greeting, printMails, readyLine } from "./welcome.ts";

const programDirectory = process.cwd();
/** What the program runs. A mistake in it may come to light when half of a change is made: it is rehearsed first. */
const programPaths = ["index.ts", "config.ts", "nodeVersion.ts", "components", "Pulumi.yaml", "Pulumi.local.yaml"];
/** What it only packs. */
const packedPaths = ["handlers", "containers", "models"];
const isProgram = (file: string): boolean => programPaths.some((path) => file === path || file.startsWith(`${path}/`));
/** Errors of resources that were shown as they happened. */
const displayed = new Set<string>();
// What it writes is its user's alone.
process.umask(0o077);
/** Of a run; what only looks ends with its command. */
let exits: Exits | undefined;

try {
  process.exitCode = await main(readSettings(process.argv.slice(2), process.env));
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  const said = explain(error as Error);
  console.error(said);
  exits?.because(stripVTControlCharacters(said));
}

async function main(settings: Settings): Promise<number> {
  if (settings.mode === "help") return print(usage);
  if (settings.mode === "reset") {
    const dropped = Platform.reset(settings.stateDirectory);
    return print(dropped ? `${settings.stateDirectory} dropped.` : `There is nothing in ${settings.stateDirectory}.`);
  }
  const stateDirectory = resolve(settings.stateDirectory);
  const show = display({ verbose: settings.verbose });
  const onEvent = (event: EngineEvent): void => {
    if (event.kind === "step" && event.status === "failed" && event.error) displayed.add(event.error);
    show(event);
  };
  if (settings.mode === "preview") return preview(settings, stateDirectory, onEvent);
  const { awsPort, apiPort, config } = settings;
  const running = new Exits();
  exits = running;
  const onLocked = (folder: string) => running.keepIn(folder);
  const platform = await Platform.open({
    programDirectory,
    stateDirectory,
    awsPort,
    apiPort,
    config,
    onEvent,
    onLocked,
  });
  try {
    return await serve(platform, settings, running.ending);
  } finally {
    await platform.close();
  }
}

/** Says what a start would do. Where there is no state yet, it leaves none. */
async function preview(settings: Settings, given: string, onEvent: (event: EngineEvent) => void): Promise<number> {
  const { config } = settings;
  const isNew = !existsSync(given);
  const stateDirectory = isNew ? mkdtempSync(join(tmpdir(), "preview-")) : given;
  // On the ports of a start: URLs hold them, and would differ on others.
  const [awsPort, apiPort] = isNew ? [0, 0] : [settings.awsPort, settings.apiPort];
  try {
    const platform = await Platform.open({ programDirectory, stateDirectory, awsPort, apiPort, config, onEvent });
    await platform.engine.preview().finally(() => platform.close());
    return 0;
  } finally {
    if (isNew) rmSync(stateDirectory, { recursive: true, force: true });
  }
}

/** Runs until a signal. A first run that fails ends the process; a later one leaves what runs as it is. */
async function serve(platform: Platform, settings: Settings, ending: AbortSignal): Promise<number> {
  const ended = ending.aborted ? Promise.resolve() : once(ending, "abort");
  // A signal ends the first run too, however long it would take.
  const showMails = printMails();
  const up = platform.up();
  up.catch(() => {});
  const begun = Promise.race([up.then(() => true), ended.then(() => false)]);
  const stopWatching = settings.watch ? await watchProgram(platform, begun, ending) : undefined;
  try {
    if (!(await begun)) return 0;
    console.log(greeting(platform));
    console.log(readyLine(performance.now() / 1000, settings.watch));
    showMails();
    if (settings.watch) platform.engine.prepare();
    await ended;
    return 0;
  } finally {
    // A change that is being applied is interrupted: it may have minutes to go.
    await Promise.all([stopWatching?.(), platform.engine.close()]);
  }
}

/**
 * Applies what is saved from now on; a change during the first run, after that.
 * @param begun whether the first run has ended well.
 * @returns a function that ends it, and waits for a change that is being applied.
 */
function watchProgram(platform: Platform, begun: Promise<boolean>, ending: AbortSignal): Promise<() => Promise<void>> {
  return watch({
    directory: programDirectory,
    paths: [...programPaths, ...packedPaths],
    async apply(changed) {
      if (!(await begun.catch(() => false))) return;
      const started = performance.now();
      console.log(pc.dim(`\nchanged: ${changed.join(", ")}`));
      try {
        await platform.up({ rehearsed: changed.some(isProgram) });
        console.log(`live after ${((performance.now() - started) / 1000).toFixed(2)} s`);
      } catch (error) {
        if (ending.aborted) return;
        console.error(explain(error as Error));
        console.error(pc.yellow("The last good version keeps running."));
      }
      platform.engine.prepare();
    },
  });
}

function print(text: string): number {
  console.log(text);
  return 0;
}

/** A user's mistake in one line, with where it is; a defect of ours with its stack. */
function explain(error: Error): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof EngineError)) return pc.red(error.stack ?? String(error));
  const where = [error.urn, error.position && `at ${error.position}`].filter(Boolean).join(" ");
  const message = displayed.has(error.message) ? error.message.split("\n")[0] : error.message;
  return `${pc.red("error:")} ${where ? `${where}: ` : ""}${message}`;
}
