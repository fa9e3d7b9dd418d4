/**
 * The container's entry point: `train` runs a training job, `serve` an endpoint, as SageMaker calls them.
 * Environment: `SM_ROOT` (default `/opt/ml`), `SAGEMAKER_BIND_TO_PORT` (default 8080), `RUN_AS` (see `privileges.ts`).
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { reasonOf, UserError } from "./failure.ts";
import { type Folders, sageMakerFolders } from "./folders.ts";
import { dropPrivileges } from "./privileges.ts";
import { serve } from "./serve.ts";
import { train } from "./train.ts";

/** SageMaker kills an endpoint's container 30 s after SIGTERM. */
const LONGEST_SHUTDOWN_MS = 25_000;

/** Training: exit code 0, or 1 with the reason in `output/failure`. */
async function runTraining(folders: Folders): Promise<void> {
  process.once("SIGTERM", () => {
    fail(folders, new UserError("Training was stopped"));
    process.exit(1);
  });
  rmSync(folders.failure, { force: true });
  try {
    await train(folders);
  } catch (error) {
    fail(folders, error);
    process.exitCode = 1;
  }
}

function fail(folders: Folders, error: unknown): void {
  const reason = reasonOf(error);
  console.error(error instanceof UserError ? reason : error);
  mkdirSync(dirname(folders.failure), { recursive: true });
  writeFileSync(folders.failure, reason);
}

/** Serving: until SIGTERM, after which requests in work are still answered. */
async function runEndpoint(folders: Folders): Promise<void> {
  const port = Number(process.env.SAGEMAKER_BIND_TO_PORT || 8080);
  const endpoint = await serve({
    model: folders.model,
    port,
    ...(process.env.BIND_HOST && { host: process.env.BIND_HOST }),
  });
  process.once("SIGTERM", async () => {
    setTimeout(() => process.exit(1), LONGEST_SHUTDOWN_MS).unref();
    await endpoint.close();
    process.exit(0);
  });
  console.log(`listening on port ${endpoint.port}`);
  const { manifest } = await endpoint.loaded;
  console.log(`model ${manifest.version}: ${manifest.counts.users} users, ${manifest.counts.items} items`);
}

const commands: Record<string, (folders: Folders) => Promise<void>> = { train: runTraining, serve: runEndpoint };
const command = commands[process.argv[2] ?? ""];
if (command) {
  try {
    const folders = sageMakerFolders();
    dropPrivileges(folders);
    await command(folders);
  } catch (error) {
    console.error(reasonOf(error));
    process.exit(1);
  }
} else {
  console.error(`The command is ${process.argv[2] ?? "missing"}, expected train or serve`);
  process.exitCode = 2;
}
