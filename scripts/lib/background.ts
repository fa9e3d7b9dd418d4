import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Failure } from "./failure.ts";

/** A long-running command of the project that has said it is ready. */
export interface Background {
  process: ChildProcess;
  /** What it had printed when it was ready, without colours. */
  printed: string;
  /** Seconds from its start to the word `ready`, the shell included. */
  secondsToReady: number;
  /** Ends it as Ctrl-C would, and waits until it has ended. */
  stop(): Promise<void>;
}

/**
 * Runs a script as npm would (npm's own start does not count) until it prints `ready`.
 * @param folder the project's, or that of a copy.
 * @param script for instance `packages/pulumi-local/src/main.ts`.
 * @param ready what it says then.
 * @throws {Failure} with the last of what it printed, when it ends before.
 */
export async function startInBackground(
  folder: string,
  script: string,
  args: string[] = [],
  environment: NodeJS.ProcessEnv = {},
  ready = /^ready\b/m,
): Promise<Background> {
  const began = performance.now();
  const child = spawn("sh", ["scripts/run.sh", script, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  await new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      printed += chunk;
      if (!ready.test(printed)) return;
      // From now on it may speak for days: who wants to hear it listens himself.
      for (const stream of [child.stdout, child.stderr]) stream.off("data", take).resume();
      resolve();
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("close", (code, signal) => {
      const last = printed.trimEnd().split("\n").slice(-20).join("\n");
      reject(new Failure(`${script} ended by ${signal ?? `code ${code}`} before it was ready:\n${last}`));
    });
  });
  return {
    process: child,
    printed,
    secondsToReady: (performance.now() - began) / 1000,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "close");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
