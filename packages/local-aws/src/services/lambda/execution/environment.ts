/**
 * One execution environment of a function version, from the outside. It serves one request at a time and is discarded as
 * soon as anything is wrong with it. Subclasses run it in a thread or a process.
 */
import { performance } from "node:perf_hooks";
import type { InvocationMessage } from "../runtime/protocol.ts";

/** How a request, or the initialisation, ended. */
export type Outcome =
  | { kind: "result"; json: string }
  | { kind: "error"; json: string; errorType: string; cause: "handler" | "timeout" | "crash" }
  | { kind: "badPayload"; message: string };

export interface EnvironmentSettings {
  /** `MemorySize` of the function, in MiB. */
  memoryMb: number;
  /** Milliseconds that loading the handler may take. */
  initTimeout: number;
  onLog(timestamp: number, message: string): void;
  /** It has ended permanently, whatever the reason. */
  onEnd(): void;
}

/** How the memory of an environment is measured. */
interface Gauge {
  /** MiB that an environment on AWS uses before any of the function is loaded, where that is not measured. */
  baseMb: number;
  /** Milliseconds between measurements while it is busy. */
  pollMs: number;
}

const mebibyte = 1024 * 1024;
const killed = "Runtime exited with error: signal: killed";

export abstract class Environment {
  /** Milliseconds from its start until its handler was loaded. */
  initDuration = 0;
  /** Peak of measured memory, in MiB. */
  maxMemoryMb: number;
  /** When it became idle, by `performance.now()`. */
  idleSince = 0;
  readonly startedAt = performance.now();
  readonly #settings: EnvironmentSettings;
  readonly #gauge: Gauge;
  #settle: ((outcome: Outcome) => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #measuredAt = 0;
  #requestId = "";
  #doom: NodeJS.Timeout | undefined;
  #ended = false;
  #initialised: (() => void) | undefined;

  constructor(settings: EnvironmentSettings, gauge: Gauge) {
    this.#settings = settings;
    this.#gauge = gauge;
    this.maxMemoryMb = gauge.baseMb;
  }

  /** Passes a request on; the answer arrives through {@link finish}. */
  protected abstract send(message: InvocationMessage): void;
  /** Ends what it runs in, without waiting for it. */
  protected abstract kill(): void;
  /** Bytes in use now. It may reject once the environment has ended. */
  protected abstract memory(): Promise<number>;

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves to nothing when the handler is loaded, or to the error after the environment has ended. */
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

  /**
   * Never rejects. After a timeout or a crash the environment has ended.
   * @param killAfter milliseconds after which it is killed, or with its answer if that is earlier. Default: it is not.
   */
  invoke(message: InvocationMessage, timeoutMs: number, killAfter?: number): Promise<Outcome> {
    return new Promise((done) => {
      this.#requestId = message[0];
      this.#settle = done;
      this.#watch(timeoutMs);
      if (killAfter !== undefined) this.#doom = setTimeout(() => this.#killed(), killAfter);
      this.send(message);
    });
  }

  /** Discards it. A request in progress fails. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const [errorType, errorMessage] = ["Runtime.ExitError", "Runtime exited without providing a reason"];
    this.finish({ kind: "error", json: this.#json(errorType, errorMessage), errorType, cause: "crash" });
    this.kill();
    this.#settings.onEnd();
  }

  /** Its handler is loaded. */
  protected ready(): void {
    this.#initialised?.();
  }

  protected log(timestamp: number, message: string): void {
    this.#settings.onLog(timestamp, message);
  }

  /** How the request, or the initialisation, has ended. */
  protected finish(outcome: Outcome): void {
    const answered = outcome.kind === "result" || (outcome.kind === "error" && outcome.cause === "handler");
    if (this.#doom && answered) {
      this.#killed();
      return;
    }
    const settle = this.#settle;
    this.#rest();
    // Memory is also measured occasionally after requests too short for polling, for the report.
    if (!this.#ended && performance.now() - this.#measuredAt > 1000) void this.#measure();
    settle?.(outcome);
  }

  /** The environment cannot be used any longer. */
  protected fail(errorType: string, errorMessage: string, cause: "timeout" | "crash" = "crash"): void {
    if (this.#ended) return;
    this.finish({ kind: "error", json: this.#json(errorType, errorMessage), errorType, cause });
    this.end();
  }

  protected outOfMemory(): void {
    this.maxMemoryMb = this.#settings.memoryMb;
    this.fail("Runtime.OutOfMemory", killed);
  }

  #killed(): void {
    clearTimeout(this.#doom);
    this.#doom = undefined;
    this.fail("Runtime.ExitError", killed);
  }

  /** @param how `exit status 1`; absent for an exit without an error. */
  protected exited(how: string | undefined): void {
    const reason =
      how === undefined ? "Runtime exited without providing a reason" : `Runtime exited with error: ${how}`;
    this.fail("Runtime.ExitError", reason);
  }

  #watch(timeoutMs: number): void {
    this.#deadline = setTimeout(() => this.#timedOut(timeoutMs), timeoutMs);
    this.#poll = setTimeout(() => this.#measure(), this.#gauge.pollMs);
  }

  #rest(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#poll);
    clearTimeout(this.#doom);
    this.#doom = undefined;
    this.#settle = undefined;
    this.#initialised = undefined;
  }

  #timedOut(timeoutMs: number): void {
    const message = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
    this.fail("Sandbox.Timedout", message, "timeout");
  }

  async #measure(): Promise<void> {
    this.#measuredAt = performance.now();
    try {
      this.#use(await this.memory());
    } catch {
      return; // It has ended in the meantime.
    }
    if (this.#settle && !this.#ended) this.#poll = setTimeout(() => this.#measure(), this.#gauge.pollMs);
  }

  #use(bytes: number): void {
    const { baseMb } = this.#gauge;
    const usedMb = baseMb + Math.ceil(bytes / mebibyte);
    this.maxMemoryMb = Math.min(this.#settings.memoryMb, Math.max(this.maxMemoryMb, usedMb));
    if (usedMb > this.#settings.memoryMb + baseMb) this.outOfMemory();
  }

  #json(errorType: string, errorMessage: string): string {
    return JSON.stringify({ errorType, errorMessage: `RequestId: ${this.#requestId} Error: ${errorMessage}` });
  }
}
