/** A command that is run while the platform runs, as tests are by CI. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { EngineError } from "../engine/index.ts";

export interface BesideOptions {
  /** The program, and its arguments. */
  command: string[];
  /** Folder that it is run in. */
  directory: string;
  /** Set on top of this process's own. */
  environment: Record<string, string>;
  /** Ends it. */
  signal: AbortSignal;
}

/**
 * Runs it on this process's standard streams.
 * @returns its exit code; 128 and the signal's number where one has ended it, as shells say it.
 * @throws {EngineError} when it cannot be started.
 */
export async function runBeside({ command, directory, environment, signal }: BesideOptions): Promise<number> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  try {
    const [code, ended] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (ended === null ? 0 : constants.signals[ended]);
  } catch (error) {
    throw new EngineError(`--wait: "${program}" cannot be run: ${(error as Error).message}`);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
