/**
 * An environment whose runtime is a process: Python's by AWS's own client, or the `bootstrap` of a package. It fetches its
 * requests from the Runtime API. All that it starts belongs to one process group, and ends with it.
 */
import { setImmediate } from "node:timers/promises";
import { type Group, runGroup } from "../../../containers/group.ts";
import type { InvocationMessage } from "../runtime/protocol.ts";
import { Environment, type EnvironmentSettings, type Outcome } from "./environment.ts";
import { readFrames, readLines } from "./output.ts";
import type { RuntimeApi, RuntimeSession } from "./runtimeApi.ts";

export interface ProcessSettings extends EnvironmentSettings {
  command: string[];
  /** The unpacked package: the process starts there. */
  taskRoot: string;
  /** All of its environment except the address of the Runtime API. */
  variables: Record<string, string>;
  /** Host and port of the AWS endpoint: `127.0.0.1:4566`. */
  endpoint: string;
  runtimeApi: RuntimeApi;
  /** Whether to offer its client library a file descriptor for log frames. */
  frames: boolean;
  /** Local paths, and their replacements in logs and errors. */
  shownPaths: Record<string, string>;
}

const pollMs = 100;
/** Longest wait for the last output of a process that has ended: something else may hold its streams open. */
const lastWordsMs = 500;
/** A shell's exit status for a signal. */
const signals: Record<number, string> = { 134: "aborted", 137: "killed", 139: "segmentation fault", 143: "terminated" };

export class ProcessEnvironment extends Environment {
  readonly #group: Group;
  readonly #shownPaths: [string, string][];
  readonly #closeApi: () => void;
  readonly #flushes: (() => void)[];
  #request: InvocationMessage | undefined;
  /** Whether the runtime has that request. */
  #given = false;
  #waiting: ((request: InvocationMessage) => void) | undefined;
  #started = false;
  #failing = false;

  constructor(settings: ProcessSettings) {
    super(settings, { baseMb: 0, pollMs });
    this.#shownPaths = Object.entries(settings.shownPaths);
    const { path, close } = settings.runtimeApi.open(this.#session());
    this.#closeApi = close;
    this.#group = runGroup({
      command: settings.command,
      workingDirectory: settings.taskRoot,
      channel: settings.frames,
      environment: {
        ...settings.variables,
        AWS_LAMBDA_RUNTIME_API: `${settings.endpoint}${path}`,
        ...(settings.frames && { _LAMBDA_TELEMETRY_LOG_FD: "4" }),
      },
    });
    const { stdout, stderr, channel, ended } = this.#group;
    const say = (timestamp: number, message: string) => this.log(timestamp, this.#shown(message));
    this.#flushes = [stdout, stderr].map((stream) => readLines(stream, say));
    if (channel) readFrames(channel, say);
    void ended.then((code) => {
      const signal = signals[code];
      this.exited(code === 0 ? undefined : signal ? `signal: ${signal}` : `exit status ${code}`);
    });
  }

  /** Resolves when none of its processes is left. */
  get gone(): Promise<unknown> {
    return this.#group.ended;
  }

  protected override send(message: InvocationMessage): void {
    try {
      JSON.parse(message[1]);
    } catch (error) {
      this.finish({ kind: "badPayload", message: (error as Error).message });
      return;
    }
    this.#request = message;
    this.#given = false;
    this.#give();
  }

  protected override memory(): Promise<number> {
    return this.#group.memory();
  }

  protected override kill(): void {
    this.#closeApi();
    this.#group.kill();
  }

  /** Its last output is read before its end is reported. */
  protected override fail(errorType: string, errorMessage: string, cause?: "timeout" | "crash"): void {
    if (this.#failing) return;
    this.#failing = true;
    this.kill();
    const late = new Promise((end) => setTimeout(end, lastWordsMs).unref());
    void Promise.race([this.gone, late]).then(() => super.fail(errorType, errorMessage, cause));
  }

  #session(): RuntimeSession {
    const environment = this;
    return {
      get requestId() {
        return environment.#given ? environment.#request?.[0] : undefined;
      },
      get starting() {
        return !environment.#started;
      },
      next: (signal) => this.#next(signal),
      responded: (json) => this.#answered({ kind: "result", json }),
      failed: (json, type) => this.#answered({ kind: "error", cause: "handler", ...this.#error(json, type) }),
      failedForGood: (json, type) => {
        this.#failing = true;
        void this.#answered({ kind: "error", cause: "crash", ...this.#error(json, type) }).then(() => this.end());
      },
    };
  }

  #next(signal: AbortSignal): Promise<InvocationMessage> {
    this.#started = true;
    this.ready();
    return new Promise((given) => {
      this.#waiting = given;
      this.#give();
      // No one is waiting: the runtime has ended, or the cloud is stopping.
      signal.addEventListener("abort", () => this.#waiting === given && this.end(), { once: true });
    });
  }

  /** Matches a waiting runtime with a waiting request. */
  #give(): void {
    if (!this.#waiting || !this.#request || this.#given) return;
    this.#given = true;
    this.#waiting(this.#request);
    this.#waiting = undefined;
  }

  async #answered(outcome: Outcome): Promise<void> {
    this.#request = undefined;
    this.#given = false;
    // Output from before the answer has arrived: it is read in the same turn of the event loop, if it has not been already.
    await setImmediate();
    for (const flush of this.#flushes) flush();
    this.finish(outcome);
    // Who called hears of it first.
    await setImmediate();
  }

  #error(text: string, type: string | undefined): { json: string; errorType: string } {
    try {
      const { errorType = type } = JSON.parse(text) as { errorType?: string };
      return { json: this.#shown(text), errorType: errorType ?? unknown };
    } catch {
      const errorType = type ?? unknown;
      return { json: JSON.stringify({ errorType, errorMessage: text }), errorType };
    }
  }

  #shown(text: string): string {
    return this.#shownPaths.reduce((changed, [path, shown]) => changed.replaceAll(path, shown), text);
  }
}

/** For an error without a type. */
const unknown = "Runtime.Unknown";
