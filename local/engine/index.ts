import { rmSync } from "node:fs";
import { join } from "node:path";
import { readProject, readStackConfig } from "./config.ts";
import { Deployment } from "./deployment.ts";
import { type Counts, EngineError, type EngineEvent } from "./events.ts";
import { LanguageHost } from "./languageHost.ts";
import type { Properties, Registry } from "./provider.ts";
import { EngineServer } from "./server.ts";
import { State } from "./state.ts";
import { containsSecret, toProvider } from "./values.ts";

export { EngineError, type EngineEvent } from "./events.ts";

export interface EngineOptions {
  /** Folder of the program: `Pulumi.yaml`, `Pulumi.<stack>.yaml`. */
  programDirectory: string;
  stack: string;
  /** Folder of the state; made when missing. */
  stateDirectory: string;
  /** Everything that can be made. */
  registry: Registry;
  /** Called with all that happens, as it happens. */
  onEvent(event: EngineEvent): void;
}

type Settings = ReturnType<typeof readProject> & ReturnType<typeof readStackConfig>;

export interface RunResult {
  outputs: Properties;
  counts: Counts;
}

/** Runs one program on one stack, as the Pulumi CLI would: plan, make, remember. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #server = new EngineServer();
  readonly #state: State;
  readonly #stop = new AbortController();
  #prepared: { key: string; host: LanguageHost } | undefined;
  #outputs: Properties = {};

  private constructor(options: EngineOptions) {
    this.#options = options;
    this.#state = new State(options.stateDirectory, options.stack);
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    await engine.#server.listen();
    return engine;
  }

  /**
   * Makes what the program asks for. When it fails, what was made stays recorded, and nothing has been deleted.
   * @throws {EngineError} with the program's or the resource's error.
   */
  up(): Promise<RunResult> {
    return this.#run(false);
  }

  /** Says what {@link up} would do, and does nothing. */
  preview(): Promise<RunResult> {
    return this.#run(true);
  }

  /** Deletes every resource of the stack, dependents first. */
  async destroy(): Promise<Counts> {
    const { counts, emit } = this.#counting();
    const deployment = this.#deployment(false, this.#settings().config, emit);
    await Promise.race([deployment.programEnded(), deployment.failure]);
    this.#outputs = {};
    return counts;
  }

  /** The stack's outputs of the last run, in the shape of `pulumi stack output --json`: a secret is `[secret]`. */
  outputs(): Properties {
    return Object.fromEntries(
      Object.entries(this.#outputs).map(([key, value]) => [
        key,
        containsSecret(value) ? "[secret]" : toProvider(value),
      ]),
    );
  }

  /** Loads Pulumi's SDK in a process that waits, so that the next {@link up} starts half a second sooner. */
  prepare(): void {
    const settings = this.#settings();
    this.#prepared ??= { key: JSON.stringify(settings), host: this.#startHost(false, settings) };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#prepared?.host.kill();
    this.#server.close();
    this.#state.close();
  }

  /** Forgets a stack's state: the next run makes everything anew. For a state folder that no engine has open. */
  static forget(stateDirectory: string, stack: string): void {
    for (const suffix of ["", "-wal", "-shm"])
      rmSync(join(stateDirectory, `${stack}.sqlite${suffix}`), { force: true });
  }

  async #run(preview: boolean): Promise<RunResult> {
    const began = performance.now();
    const settings = this.#settings();
    const { counts, emit } = this.#counting();
    const deployment = this.#deployment(preview, settings.config, emit);
    this.#server.serve(deployment);
    emit({ kind: "start", preview, stack: this.#options.stack });
    const end = (ok: boolean) =>
      emit({ kind: "end", preview, ok, counts, seconds: (performance.now() - began) / 1000 });

    const host = await this.#takeHost(preview, settings);
    try {
      host.begin();
      const code = await Promise.race([host.exit, deployment.failure]);
      if (code !== 0) throw new EngineError(programError(deployment.errors, host.output, code));
      // A program without an event loop of its own left ends without a word.
      await Promise.race([deployment.programEnded(), deployment.failure]);
      if (!preview) this.#outputs = deployment.outputs;
      end(true);
      return { outputs: deployment.outputs, counts };
    } catch (error) {
      end(false);
      throw error;
    } finally {
      await host.kill();
      await deployment.settle();
      this.#server.serve(undefined);
    }
  }

  #counting(): { counts: Counts; emit: (event: EngineEvent) => void } {
    const counts: Counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0, read: 0, discard: 0 };
    const emit = (event: EngineEvent): void => {
      if (event.kind === "step" && event.status === "done") counts[event.operation] += 1;
      this.#options.onEvent(event);
    };
    return { counts, emit };
  }

  #deployment(preview: boolean, config: Record<string, string>, emit = this.#options.onEvent): Deployment {
    const { programDirectory, stack, registry } = this.#options;
    const { project } = readProject(programDirectory);
    const common = { project, stack, directory: programDirectory, registry, state: this.#state, config };
    return new Deployment({ ...common, preview, signal: this.#stop.signal, emit });
  }

  #settings(): Settings {
    const { programDirectory, stack } = this.#options;
    return { ...readProject(programDirectory), ...readStackConfig(programDirectory, stack) };
  }

  async #takeHost(preview: boolean, settings: Settings): Promise<LanguageHost> {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    if (!preview && prepared?.key === JSON.stringify(settings)) return prepared.host;
    // The configuration has changed since it was started.
    await prepared?.host.kill();
    return this.#startHost(preview, settings);
  }

  #startHost(preview: boolean, settings: Settings): LanguageHost {
    const { programDirectory, stack } = this.#options;
    const host = { programDirectory, stack, preview, address: this.#server.address };
    return LanguageHost.prepare({ ...host, ...settings }, (text) =>
      this.#options.onEvent({ kind: "message", urn: undefined, severity: "info", text: text.trimEnd() }),
    );
  }
}

/** The program's own words, else what it printed, else its exit code. */
function programError(errors: readonly string[], output: string, code: number): string {
  if (errors.length > 0) return errors.join("\n");
  return output.trim() || `the program ended with exit code ${code} and said nothing`;
}
