/**
 * Why a process ended: printed on its console, and kept in its state folder as `last-exit.json`. An end that a process
 * cannot report itself (SIGKILL, the kernel's OOM killer) is reported by the next start on that folder.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import pc from "picocolors";
import { sync as writeFileAtomic } from "write-file-atomic";

export interface LastExit {
  pid: number;
  /** ISO 8601, as `ended`. */
  started: string;
  ended?: string;
  /** `SIGTERM`, `an uncaught error: …`; without one the run is still going, or ended without a report. */
  reason?: string;
  /** Of an uncaught error. */
  stack?: string;
}

const recordName = "last-exit.json";
/** Written by Node when the process runs out of memory, or fails in native code: nothing else runs by then. */
const reportName = "fatal-error.json";

/** Makes this process report why it ends. One per process, created before anything can fail. */
export class Exits {
  readonly #ending = new AbortController();
  readonly #record: LastExit = { pid: process.pid, started: new Date().toISOString() };
  #directory: string | undefined;

  constructor() {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => this.#end(signal));
    // Nobody reads the output any longer (`npm start | head`): that ends it, too.
    process.stdout.once("error", () => this.#end("standard output was closed"));
    // Unawaited background work belongs to one execution or one delivery: all others go on.
    process.on("unhandledRejection", (error) => {
      console.error(pc.red("an unhandled rejection; everything else continues:"), error);
    });
    process.once("uncaughtException", (error) => {
      const stack = inspect(error);
      this.because(`an uncaught error: ${stack.split("\n", 1)[0]}`, { stack });
      console.error(`${pc.red("ending because of an uncaught error:")} ${stack}`);
      process.exit(1);
    });
    process.once("exit", (code) => this.because(`exit code ${code}`));
  }

  /** Aborted by the first signal; the second ends the process immediately. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Keeps the reason in that folder, which this process has locked, from now on, and prints how the last run there ended. */
  keepIn(directory: string): void {
    const before = lastEnd(directory);
    if (before) console.error(pc.yellow(before));
    this.#directory = directory;
    // The report must not contain environment variables, which include secrets: that takes `--report-exclude-env` in
    // scripts/run.sh, as it cannot be set here.
    Object.assign(process.report, { reportOnFatalError: true, excludeNetwork: true, directory, filename: reportName });
    this.#write();
  }

  /** The first reason wins. */
  because(reason: string, detail: Pick<LastExit, "stack"> = {}): void {
    if (this.#record.reason !== undefined) return;
    Object.assign(this.#record, { ended: new Date().toISOString(), reason, ...detail });
    this.#write();
  }

  #end(reason: string): void {
    this.because(reason);
    console.error(pc.dim(`ends: ${reason}`));
    this.#ending.abort();
  }

  #write(): void {
    if (!this.#directory) return;
    try {
      writeFileAtomic(join(this.#directory, recordName), `${JSON.stringify(this.#record, null, 2)}\n`);
    } catch (error) {
      // A folder that is gone, a full disk: the console still shows it.
      console.error(`${recordName} cannot be written: ${(error as Error).message}`);
    }
  }
}

/** @returns a sentence on the last run in that folder; `undefined` when it ended as requested, or there was none. */
function lastEnd(directory: string): string | undefined {
  const last = read<LastExit>(directory, recordName);
  if (!last) return undefined;
  const run = `The last run (process ${last.pid}, of ${last.started})`;
  if (last.stack) return `${run} ended by ${last.reason}; its stack is in ${join(directory, recordName)}`;
  if (last.reason) return undefined;
  const report = read<{ header: { processId: number; event: string } }>(directory, reportName);
  if (report?.header.processId === last.pid) {
    return `${run} ended by a fatal error: ${report.header.event}; Node's report is ${join(directory, reportName)}`;
  }
  return `${run} ended without saying why: by SIGKILL, or by the kernel when memory ran out`;
}

function read<T>(directory: string, leaf: string): T | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, leaf), "utf8")) as T;
  } catch {
    return undefined;
  }
}
