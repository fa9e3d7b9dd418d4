import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startInBackground } from "../lib/background.ts";
import { Failure } from "../lib/failure.ts";
import type { Session } from "./session.ts";

/** What an `npm start` of the same copy of the program has left. */
export interface LocalRun {
  seconds: number;
  stateDirectory: string;
  outputs: Record<string, unknown>;
}

const options = ["--api-port", "0", "--aws-port", "0", "--watch", "off"];

/**
 * Brings the program up by the local engine, on a cloud of its own, and ends it.
 * @param leaf of the state folder, within the workspace.
 */
export async function startLocally({ workspace, environment }: Session, leaf: string): Promise<LocalRun> {
  const stateDirectory = join(workspace.folder, leaf);
  const running = await startInBackground(
    workspace.program,
    "packages/pulumi-local/src/main.ts",
    [...options, "--state-dir", stateDirectory],
    environment,
  );
  await running.stop();
  const outputs = JSON.parse(readFileSync(join(stateDirectory, "outputs.json"), "utf8"));
  return { seconds: running.secondsToReady, stateDirectory, outputs };
}

/** `npm run preview:local` of the same. @returns seconds. */
export async function previewLocally({ workspace, environment }: Session): Promise<number> {
  const began = performance.now();
  const args = [
    "scripts/run.sh",
    "packages/pulumi-local/src/main.ts",
    "preview",
    ...options,
    "--state-dir",
    join(workspace.folder, "none"),
  ];
  const child = spawn("sh", args, { cwd: workspace.program, env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let printed = "";
  child.stderr.on("data", (chunk) => (printed += chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Failure(`npm run preview:local ended with ${code}:\n${printed}`);
  return (performance.now() - began) / 1000;
}
