/**
 * One execution environment of a function version: a worker thread, from without. It serves one request at a time and
 * is thrown away as soon as anything is wrong with it.
 */
import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";
import {
  badPayload,
  type EnvironmentMessage,
  type EnvironmentStart,
  failure,
  type InvocationMessage,
  log,
  ready,
  result,
} from "../runtime/protocol.ts";

/** How a request, or the initialisation, ended. */
export type Outcome =
  | { kind: "result"; json: string }
  | { kind: "error"; json: string; errorType: string; cause: "handler" | "timeout" | "crash" }
  | { kind: "badPayload"; message: string };

export interface EnvironmentSettings {
  /** The bundled `runtime/main.ts`. */
  code: string;
  start: EnvironmentStart;
  variables: Record<string, string>;
  /** `MemorySize` of the function, in MiB. */
  memoryMb: number;
  /** Milliseconds that loading the handler may take. */
  initTimeout: number;
  onLog(timestamp: number, message: string): void;
  /** It is gone for good, whatever the reason. */
  onEnd(): void;
}

/** What Node.js itself takes of a function's memory on AWS: added to what is measured of a thread, for the report. */
const baseMb = 40;
const mebibyte = 1024 * 1024;
/** How often the memory of a busy environment is measured. */
const pollMs = 50;

export class Environment {
  /** Milliseconds from the thread's start until its handler was loaded. */
  initDuration = 0;
  /** Most memory that was seen in use, in MiB. */
  maxMemoryMb = baseMb;
  /** When it became idle, by `performance.now()`. */
  idleSince = 0;
  readonly startedAt = performance.now();
  readonly #worker: Worker;
  readonly #settings: EnvironmentSettings;
  #settle: ((outcome: Outcome) => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #measuredAt = 0;
  #requestId = "";
  #ended = false;
  #initialised: (() => void) | undefined;

  constructor(settings: EnvironmentSettings) {
    this.#settings = settings;
    this.#worker = new Worker(settings.code, {
      env: settings.variables,
      workerData: settings.start,
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: Math.ceil(settings.memoryMb * 0.9),
        maxYoungGenerationSizeMb: Math.max(4, Math.min(48, Math.ceil(settings.memoryMb * 0.1))),
      },
    });
    this.#worker.on("message", (message: EnvironmentMessage) => this.#hear(message));
    this.#worker.on("error", (error: NodeJS.ErrnoException) => this.#broke(error));
    this.#worker.on("exit", (code) => this.#exited(code));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the handler is loaded; otherwise to the error, and the environment has ended. */
  initialise(): Promise<Extract<Outcome, { kind: "error" }> | undefined> {
    return new Promise((done) => {
      this.#initialised = () => {
        this.#rest();
        this.initDuration = performance.now() - this.startedAt;
        void this.#measure().then(() => done(undefined));
      };
      this.#settle = (outcome) => done(outcome.kind === "error" ? outcome : undefined);
      this.#watch(this.#settings.initTimeout);
    });
  }

  /** Never rejects. After a timeout or a crash the environment has ended. */
  invoke(message: InvocationMessage, timeoutMs: number): Promise<Outcome> {
    return new Promise((done) => {
      this.#requestId = message[0];
      this.#settle = done;
      this.#watch(timeoutMs);
      this.#worker.postMessage(message);
    });
  }

  /** Discards it. A request under way fails. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const [errorType, errorMessage] = ["Runtime.ExitError", "Runtime exited without providing a reason"];
    this.#finish({ kind: "error", json: this.#json(errorType, errorMessage), errorType, cause: "crash" });
    // Native code that never returns outlives this; nobody waits for it.
    void this.#worker.terminate();
    this.#settings.onEnd();
  }

  #hear(message: EnvironmentMessage): void {
    switch (message[0]) {
      case log:
        this.#settings.onLog(message[1], message[2]);
        return;
      case ready:
        this.#initialised?.();
        return;
      case result:
        this.#finish({ kind: "result", json: message[1] });
        return;
      case failure:
        this.#finish({
          kind: "error",
          json: message[1],
          errorType: message[2],
          cause: message[3] ? "crash" : "handler",
        });
        if (message[3]) this.end();
        return;
      case badPayload:
        this.#finish({ kind: "badPayload", message: message[1] });
    }
  }

  #watch(timeoutMs: number): void {
    this.#deadline = setTimeout(() => this.#timedOut(timeoutMs), timeoutMs);
    this.#poll = setTimeout(() => this.#measure(), pollMs);
  }

  #rest(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#poll);
    this.#settle = undefined;
    this.#initialised = undefined;
  }

  #finish(outcome: Outcome): void {
    const settle = this.#settle;
    this.#rest();
    // Requests too short to be polled are looked at now and then, for the report.
    if (!this.#ended && performance.now() - this.#measuredAt > 1000) void this.#measure();
    settle?.(outcome);
  }

  #timedOut(timeoutMs: number): void {
    const message = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
    this.#fail("Sandbox.Timedout", message, "timeout");
  }

  /** V8's own limit knows nothing of buffers: what is outside of its heap is measured here. */
  async #measure(): Promise<void> {
    this.#measuredAt = performance.now();
    try {
      const statistics = await this.#worker.getHeapStatistics();
      this.#use(statistics.used_heap_size + statistics.external_memory);
    } catch {
      return; // It has ended meanwhile.
    }
    if (this.#settle && !this.#ended) this.#poll = setTimeout(() => this.#measure(), pollMs);
  }

  #use(bytes: number): void {
    const usedMb = baseMb + Math.ceil(bytes / mebibyte);
    this.maxMemoryMb = Math.min(this.#settings.memoryMb, Math.max(this.maxMemoryMb, usedMb));
    if (usedMb > this.#settings.memoryMb + baseMb) this.#outOfMemory();
  }

  #outOfMemory(): void {
    this.maxMemoryMb = this.#settings.memoryMb;
    this.#fail("Runtime.OutOfMemory", "Runtime exited with error: signal: killed", "crash");
  }

  #broke(error: NodeJS.ErrnoException): void {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY") this.#outOfMemory();
    else this.#fail("Runtime.ExitError", `Runtime exited with error: ${error.message}`, "crash");
  }

  #exited(code: number): void {
    const how =
      code === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: exit status ${code}`;
    this.#fail("Runtime.ExitError", how, "crash");
  }

  #fail(errorType: string, errorMessage: string, cause: "timeout" | "crash"): void {
    if (this.#ended) return;
    this.#finish({ kind: "error", json: this.#json(errorType, errorMessage), errorType, cause });
    this.end();
  }

  #json(errorType: string, errorMessage: string): string {
    return JSON.stringify({ errorType, errorMessage: `RequestId: ${this.#requestId} Error: ${errorMessage}` });
  }
}
