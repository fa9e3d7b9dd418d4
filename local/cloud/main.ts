/** `npm run cloud`: AWS on this machine without a program, for Terraform, Pulumi's own CLI, SDKs, the AWS CLI. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pc from "picocolors";
import { lockFolder } from "../lock.ts";
import { UsageError } from "../settings.ts";
import { createCloud, type LocalCloud } from "./index.ts";
import { invitation } from "./invitation.ts";
import { type CloudSettings, readCloudSettings, usage } from "./settings.ts";

/** What a user can mend. */
class CannotStart extends Error {}

try {
  const settings = readCloudSettings(process.argv.slice(2), process.env);
  if (settings.help) console.log(usage);
  else await run(settings);
} catch (error) {
  process.exitCode = error instanceof UsageError ? 2 : 1;
  const { message, stack, code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (error instanceof UsageError || error instanceof CannotStart) console.error(message);
  else if (code === "EADDRINUSE") console.error(`port ${port} is taken; choose others with --port and --api-port`);
  else console.error(pc.red(stack ?? message));
}

/** Runs until a signal. */
async function run(settings: CloudSettings): Promise<void> {
  const kept = settings.stateDirectory !== undefined;
  const directory = resolve(settings.stateDirectory ?? mkdtempSync(join(tmpdir(), "cloud-")));
  const unlock = lockFolder(directory);
  if (!unlock)
    throw new CannotStart(`the local cloud already runs on ${directory}; end it, or choose another: --state`);
  const { region, accountId, port: awsPort, apiPort, clock: deploymentClock } = settings;
  let local: LocalCloud | undefined;
  try {
    // Where `npm start` has it, too.
    local = createCloud({ directory: join(directory, "cloud"), region, accountId, awsPort, apiPort, deploymentClock });
    const ending = new AbortController();
    const ended = once(ending.signal, "abort");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ending.abort());
    process.stdout.once("error", () => ending.abort());
    await local.listen();
    console.log(invitation(local, kept ? directory : undefined));
    await ended;
  } finally {
    await local?.close();
    unlock();
    if (!kept) rmSync(directory, { recursive: true, force: true });
  }
}
