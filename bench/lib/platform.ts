import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(import.meta.dirname, "../..");

/** A platform that `npm start` brought up in a folder of its own. */
export interface Platform {
  process: ChildProcess;
  stateDirectory: string;
  outputs: Record<string, unknown>;
  /** Seconds from the command to `ready`, the shell included. */
  secondsToReady: number;
  /** Ends it; the state stays, for a second start. */
  stop(): Promise<void>;
}

/** Runs `npm start` (its script, so that npm's own start does not count) on free ports until it says `ready`. */
export async function startPlatform(
  options: { stateDirectory?: string; environment?: NodeJS.ProcessEnv; arguments?: string[] } = {},
): Promise<Platform> {
  const stateDirectory = options.stateDirectory ?? (await temporaryFolder());
  const began = performance.now();
  const child = spawn("sh", ["scripts/run.sh", "local/main.ts", ...(options.arguments ?? [])], {
    cwd: root,
    env: {
      ...process.env,
      LOCAL_STATE_DIR: stateDirectory,
      LOCAL_API_PORT: "0",
      LOCAL_AWS_PORT: "0",
      ...options.environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      if (/ready in/.test(printed)) resolve();
    });
    child.once("exit", () => reject(new Error(`npm start did not come up:\n${printed}`)));
  });
  await ready;
  const secondsToReady = (performance.now() - began) / 1000;
  return {
    process: child,
    stateDirectory,
    secondsToReady,
    outputs: JSON.parse(readFileSync(join(stateDirectory, "outputs.json"), "utf8")),
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "bench-"));
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Every process below `pid`, itself included. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      // The second field may hold spaces; the parent is the second one after its closing parenthesis.
      const parent = Number(readFileSync(`/proc/${entry}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // It ended meanwhile.
    }
  }
  const below = (id: number): number[] => [id, ...(children.get(id) ?? []).flatMap(below)];
  return below(pid);
}

/** Proportional set size in MB: shared pages count once over all processes. */
export function pssMegabytes(pids: number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      return sum + Number(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").match(/^Pss:\s+(\d+)/m)?.[1] ?? 0) / 1024;
    } catch {
      return sum;
    }
  }, 0);
}

export const commandLine = (pid: number): string => readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
