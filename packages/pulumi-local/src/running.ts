/**
 * Which platforms run on this machine, for whoever looks for one: a JSON file each in
 * `$XDG_STATE_HOME/pulumi-local/running` (`~/.local/state/…` without the variable), named by its process, there while it runs.
 */
import { mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { sync as writeFileAtomic } from "write-file-atomic";

export interface RunningPlatform {
  /** `--name`, else the stack's. */
  name: string;
  pid: number;
  /** ISO 8601. */
  started: string;
  programDirectory: string;
  stateDirectory: string;
  stack: string;
  region: string;
  /** `http://127.0.0.1:4566` */
  aws: string;
  /** `http://localhost:3000` */
  api: string;
}

const folder = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local/state"), "pulumi-local/running");

/**
 * Says that this process runs a platform. Where nothing can be written, nobody is told: that ends nothing.
 * @returns what takes it back.
 */
export function announceRunning(platform: Omit<RunningPlatform, "pid" | "started">): () => void {
  const file = join(folder(), `${process.pid}.json`);
  const record: RunningPlatform = { ...platform, pid: process.pid, started: new Date().toISOString() };
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    writeFileAtomic(file, `${JSON.stringify(record, null, 2)}\n`);
  } catch {
    return () => {};
  }
  return () => rmSync(file, { force: true });
}
