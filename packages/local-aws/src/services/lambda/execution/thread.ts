/** An environment of Node.js: a worker thread, from the outside. */
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
import { Environment, type EnvironmentSettings } from "./environment.ts";

export interface ThreadSettings extends EnvironmentSettings {
  /** The bundled `runtime/main.ts`. */
  code: string;
  start: EnvironmentStart;
  variables: Record<string, string>;
}

/** Memory that Node.js itself uses on AWS: added to what is measured for a thread. */
const baseMb = 40;
const pollMs = 50;

export class ThreadEnvironment extends Environment {
  readonly #worker: Worker;

  constructor(settings: ThreadSettings) {
    super(settings, { baseMb, pollMs });
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
    this.#worker.on("exit", (code) => this.exited(code === 0 ? undefined : `exit status ${code}`));
  }

  protected override send(message: InvocationMessage): void {
    this.#worker.postMessage(message);
  }

  protected override kill(): void {
    // Native code that never returns outlives this; it is not waited for.
    void this.#worker.terminate();
  }

  /** V8's own limit excludes buffers: memory outside its heap is counted here. */
  protected override async memory(): Promise<number> {
    const statistics = await this.#worker.getHeapStatistics();
    return statistics.used_heap_size + statistics.external_memory;
  }

  #hear(message: EnvironmentMessage): void {
    switch (message[0]) {
      case log:
        this.log(message[1], message[2]);
        return;
      case ready:
        this.ready();
        return;
      case result:
        this.finish({ kind: "result", json: message[1] });
        return;
      case failure:
        this.finish({
          kind: "error",
          json: message[1],
          errorType: message[2],
          cause: message[3] ? "crash" : "handler",
        });
        if (message[3]) this.end();
        return;
      case badPayload:
        this.finish({ kind: "badPayload", message: message[1] });
    }
  }

  #broke(error: NodeJS.ErrnoException): void {
    if (error.code === "ERR_WORKER_OUT_OF_MEMORY") this.outOfMemory();
    else this.exited(error.message);
  }
}
