import { spawn } from "node:child_process";
import { once } from "node:events";
import { Failure } from "../lib/failure.ts";
import type { Session } from "./session.ts";

/**
 * Runs a script of the copy of the program, as npm would.
 * @param name what it is called in an error.
 * @returns what it has printed. @throws {Failure} with that, when it fails.
 */
export async function runScript({ workspace, environment }: Session, name: string, ...args: string[]): Promise<string> {
  const child = spawn("sh", ["scripts/run.sh", ...args], {
    cwd: workspace.program,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Failure(`${name} ended with ${code}:\n${printed}`);
  return printed;
}
