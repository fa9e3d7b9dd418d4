#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
/** `npm run cloud`: AWS on this machine without a program, for Terraform, Pulumi's own CLI, SDKs, the AWS CLI. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createCloud, type LocalCloud } from "./index.ts";
import { invitation } from "./invitation.ts";
import { Exits } from "./process/exits.ts";
import { folderTrouble } from "./process/folderTrouble.ts";
import { lockFolder } from "./process/lock.ts";
import { UsageError } from "./process/usage.ts";
import { type CloudSettings, readCloudSettings, usage } from "./settings.ts";
import { StateError } from "./state.ts";

/** Errors that a user can fix. */
class CannotStart extends Error {}

// The files it writes are readable by its user alone.
process.umask(0o077);
let exits: Exits | undefined;

try {
  const settings = readCloudSettings(process.argv.slice(2), process.env);
  if (settings.help) console.log(usage);
  else await run(settings);
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  const said = explain(error as Error);
  console.error(said);
  exits?.because(said);
}

/** Runs until a signal. */
async function run(settings: CloudSettings): Promise<void> {
  exits = new Exits();
  const kept = settings.stateDirectory !== undefined;
  const directory = resolve(settings.stateDirectory ?? mkdtempSync(join(tmpdir(), "cloud-")));
  const unlock = usable(() => lockFolder(directory), directory);
  if (!unlock)
    throw new CannotStart(`the local cloud already runs on ${directory}; stop it, or choose another folder: --state`);
  const { region, accountId, port: awsPort, apiPort, xrayPort, clock: deploymentClock } = settings;
  if (kept) exits.keepIn(directory);
  else process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  let local: LocalCloud | undefined;
  try {
    // The same place as with `npm start`.
    // Programs for notebooks and jobs are kept even when the state is discarded.
    const tools = resolve(settings.stateDirectory ?? ".local", "tools");
    const ports = { awsPort, apiPort, ...(xrayPort !== undefined && { xrayPort }) };
    const given = { directory: join(directory, "cloud"), region, accountId, ...ports, deploymentClock, tools };
    local = usable(() => createCloud(given), directory);
    await local.listen();
    console.log(invitation(local, kept ? directory : undefined));
    if (!exits.ending.aborted) await once(exits.ending, "abort");
  } finally {
    await local?.close();
    unlock();
  }
}

/** @throws CannotStart where the folder is the reason. */
function usable<Result>(open: () => Result, directory: string): Result {
  try {
    return open();
  } catch (error) {
    const trouble = folderTrouble(error, directory);
    throw trouble === undefined ? error : new CannotStart(trouble);
  }
}

/** A user's mistake in one line; a bug of ours with its stack. */
function explain(error: NodeJS.ErrnoException & { port?: number }): string {
  if (error instanceof UsageError || error instanceof CannotStart || error instanceof StateError) return error.message;
  if (error.code === "EADDRINUSE")
    return `port ${error.port} is taken; choose others with --port, --api-port and --xray-port`;
  return error.stack ?? String(error);
}
