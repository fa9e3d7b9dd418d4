/**
 * Copies an SQLite file's log into the file, on a thread of its own: copying waits for the disk, and the main thread must not.
 * https://sqlite.org/wal.html#ckpt
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { debuglog } from "node:util";
import { Worker } from "node:worker_threads";

const debug = debuglog("checkpoints");

/** Commits between two looks at the log. */
const interval = 64;
/** At which SQLite copies it itself, should the thread have failed. */
const tooLong = 64_000;

export class Checkpoints {
  readonly #path: string;
  readonly #long: number;
  readonly #look: StatementSync;
  #worker: Worker | undefined;
  #commits = 0;
  #copying: Promise<void> | undefined;
  #pause: Promise<void> | undefined;
  #answered = () => {};

  /**
   * @param db the main thread's, in WAL mode; each commit is to be told by {@link committed}.
   * @param path of its file.
   * @param long pages of the log at which it is copied. Default 8,000 (32 MB).
   */
  constructor(db: DatabaseSync, path: string, long = 8_000) {
    this.#path = path;
    this.#long = long;
    db.exec(`PRAGMA wal_autocheckpoint = ${tooLong}`);
    this.#look = db.prepare("PRAGMA wal_checkpoint(NOOP)");
  }

  /** While this is there, who can wait with a write waits for it: only a log that is copied whole begins anew. */
  get pause(): Promise<void> | undefined {
    return this.#pause;
  }

  committed(): void {
    if (++this.#commits < interval) return;
    this.#commits = 0;
    if (this.#copying || this.#left() < this.#long) return;
    this.#copying = this.#copy().finally(() => {
      this.#copying = undefined;
    });
  }

  /** Ends the thread. */
  async stop(): Promise<void> {
    await this.#copying;
    await this.#worker?.terminate();
  }

  /** Pages that are only in the log. */
  #left(): number {
    const { log, checkpointed } = this.#look.get() as { log: number; checkpointed: number };
    return log - checkpointed;
  }

  /** Most of it while others write on, and the little that they wrote meanwhile while they wait. */
  async #copy(): Promise<void> {
    await this.#ask();
    if (this.#left() === 0) return;
    this.#pause = this.#ask().finally(() => {
      this.#pause = undefined;
    });
    await this.#pause;
  }

  /** Has the thread copy what there is. */
  #ask(): Promise<void> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    // The process stays as long as somebody waits for it, and no longer.
    worker.ref();
    worker.postMessage("copy");
    return new Promise<void>((resolve) => {
      this.#answered = resolve;
    }).finally(() => worker.unref());
  }

  #start(): Worker {
    const worker = new Worker(new URL("checkpointer.cjs", import.meta.url), { workerData: this.#path, execArgv: [] });
    worker.on("message", () => this.#answered());
    worker.on("error", (error) => debug("%s", (error as Error).message));
    worker.once("exit", () => {
      this.#worker = undefined;
      this.#answered();
    });
    return worker;
  }
}
