import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Cloud } from "../service.ts";
import { containerBase } from "./environment.ts";

export interface ContainerArgs {
  /** What the image is on this machine, with its arguments. */
  command: string[];
  /** Folder in which the command is run: the program's. */
  workingDirectory: string;
  /** Environment of the container, including its credentials or the URL to fetch them from. */
  environment: Record<string, string>;
  onLine(line: string): void;
}

/** A container's process; it ends with its cloud. */
export interface Container {
  /** Exit code; a signal's is 128 and more. */
  ended: Promise<number>;
  /** SIGTERM, and after `graceMs` (default 10,000) SIGKILL. */
  stop(graceMs?: number): Promise<void>;
}

/** Ends a process whose cloud was killed. */
const lifeline = join(import.meta.dirname, "../process/lifeline.cjs");

/** Runs an image's entry point as a local process. It sees only the local AWS, and nothing of the user's. */
export function runContainer(cloud: Cloud, args: ContainerArgs): Container {
  const [program = "", ...given] = args.command;
  const isNode = program === "node";
  const child = spawn(isNode ? process.execPath : program, isNode ? ["--require", lifeline, ...given] : given, {
    cwd: args.workingDirectory,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...containerBase(cloud),
      NODE_OPTIONS: "--disable-warning=ExperimentalWarning",
      ...args.environment,
    },
  });
  // A program that has ended does not read.
  child.stdin.on("error", () => {});
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", args.onLine);
  const ended = new Promise<number>((end) => {
    child.once("error", (error) => {
      args.onLine(error.message);
      end(127);
    });
    child.once("close", (code, signal) => end(code ?? (signal === "SIGKILL" ? 137 : 143)));
  });
  return { ended, stop: (graceMs = 10_000) => stop(child, ended, graceMs) };
}

async function stop(child: ChildProcess, ended: Promise<number>, graceMs: number): Promise<void> {
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await ended;
  clearTimeout(kill);
}
