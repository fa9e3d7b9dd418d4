import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

export interface RunningOptions {
  cwd?: string;
  /** Added to this process's environment. */
  environment?: NodeJS.ProcessEnv;
  /** Arguments for Node itself. */
  nodeOptions?: string[];
}

/** As `scripts/run.sh` and the bins start Node. */
const quiet = ["--disable-warning=ExperimentalWarning", "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"];

/** A program of the project in a process of its own, and what it prints. */
export class Running {
  readonly child: ChildProcess;
  printed = "";

  constructor(script: string, args: string[] = [], { cwd, environment, nodeOptions = [] }: RunningOptions = {}) {
    this.child = spawn(process.execPath, [...quiet, ...nodeOptions, script, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: "1", ...environment },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on("data", (chunk) => (this.printed += chunk));
  }

  /** @param from offset in the output at which the search begins. @throws Error when the process ends without having printed it. */
  async until(pattern: RegExp, from = 0): Promise<string> {
    for (let attempt = 0; attempt < 5_000; attempt++) {
      if (pattern.test(this.printed.slice(from))) return this.printed;
      if (this.child.exitCode !== null || this.child.signalCode !== null) break;
      await sleep(20);
    }
    throw new Error(`${pattern} was not printed:\n${this.printed}`);
  }

  /** @returns its exit code; `null` when a signal ended it. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, "close");
    if (signal) child.kill(signal);
    return (await ended)[0];
  }
}
