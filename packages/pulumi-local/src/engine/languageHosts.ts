import { setTimeout as wait } from "node:timers/promises";
import type { StackConfig } from "./config.ts";
import type { Deployment } from "./deployment.ts";
import { installedAt } from "./installed.ts";
import { type Ended, type HostOptions, LanguageHost, type Run } from "./languageHost.ts";
import type { Project } from "./project.ts";
import { runProgram } from "./runProgram.ts";
import type { EngineServer } from "./server.ts";

/** What Pulumi.yaml and the stack's file say. */
export type Settings = Project & StackConfig;

interface LanguageHostsOptions {
  /** Folder of `Pulumi.yaml`. */
  root: string;
  stack: string;
  environment: NodeJS.ProcessEnv;
  /** Whom programs speak to. */
  server: EngineServer;
  /** What the program and the SDK log for debugging is told, too. */
  verbose: boolean;
}

/** How long a program that has ended well may take to end its process or to be ready for another run, in milliseconds. */
const patienceMs = 1000;

/** How long a host waits for another run, in milliseconds, before its memory is of more use than its packages. */
const waits = { atFirst: 2000, whileEdited: 10 * 60_000 };

/** The language hosts of one engine: the one that waits for a run, and those that run the program or have not ended yet. */
export class LanguageHosts {
  readonly #options: LanguageHostsOptions;
  readonly #taken = new Set<LanguageHost>();
  #waiting: LanguageHost | undefined;
  /** Once it is known whether a host waits that has run the program. */
  #returned: Promise<void> = Promise.resolve();
  #lastEnd: Promise<Ended | undefined> = Promise.resolve(undefined);
  #closed = false;
  #edited = false;
  #letGo: NodeJS.Timeout | undefined;

  constructor(options: LanguageHostsOptions) {
    this.#options = options;
  }

  /** Somebody edits the program, and will do so again; whoever does not has no use for another process. */
  edited(): void {
    this.#edited = true;
  }

  /** Starts a host that waits, unless there is one or the program is not edited. */
  async prepare(settings: Settings): Promise<void> {
    await this.#returned;
    if (!this.#edited || this.#closed || this.#waiting || this.#taken.size > 0) return;
    this.#wait(new LanguageHost(this.#optionsOf(settings)));
  }

  /**
   * Runs the program to its end, and what it asks for.
   * @throws {EngineError} with the program's or the resource's error.
   */
  async run(deployment: Deployment, settings: Settings, how: Pick<Run, "preview" | "print">): Promise<void> {
    const host = await this.#take(settings);
    await runProgram(deployment, this.#options.server, host, this.#runOf(settings, how));
    this.#lastEnd = host.ended;
    this.#giveBack(host);
  }

  /** What is known of the last run that went well, or preview, once its process says it. */
  get lastEnd(): Promise<Ended | undefined> {
    return this.#lastEnd;
  }

  /** The host that waits, or a new one. */
  async #take(settings: Settings): Promise<LanguageHost> {
    await Promise.race([this.#returned, wait(patienceMs, undefined, { ref: false })]);
    const options = this.#optionsOf(settings);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    clearTimeout(this.#letGo);
    const fits = waiting?.fits(options);
    if (!fits) await waiting?.kill();
    const host = waiting && fits ? waiting : new LanguageHost(options);
    this.#taken.add(host);
    host.exit.then(() => this.#taken.delete(host));
    return host;
  }

  /** After a run: if it has ended well, the host waits for another one. */
  #giveBack(host: LanguageHost): void {
    this.#returned = host.ended.then(async (ended) => {
      if (!ended?.again || this.#closed) return;
      this.#taken.delete(host);
      await this.#waiting?.kill();
      this.#wait(host);
    });
  }

  #wait(host: LanguageHost): void {
    this.#waiting = host;
    clearTimeout(this.#letGo);
    this.#letGo = setTimeout(() => void host.kill(), this.#edited ? waits.whileEdited : waits.atFirst).unref();
    // It may die of what the program has left behind.
    host.exit.then(() => {
      if (this.#waiting === host) this.#waiting = undefined;
    });
  }

  /** What a host is told to begin with. */
  #runOf(settings: Settings, how: Pick<Run, "preview" | "print">): Run {
    const { project, programDirectory, main, typescript, tsconfig, config, secretKeys } = settings;
    const { root, stack, server } = this.#options;
    return {
      ...{ project, programDirectory, main, typescript, config, secretKeys, root, stack, ...how },
      ...(tsconfig !== undefined && { tsconfig }),
      address: server.address,
    };
  }

  /** Ends them all. */
  async kill(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#letGo);
    await Promise.all([...this.#taken, this.#waiting].map((host) => host?.kill()));
  }

  #optionsOf({ programDirectory, nodeArguments, typescript, tsconfig }: Settings): HostOptions {
    const { environment, server, verbose } = this.#options;
    return {
      ...{ programDirectory, nodeArguments, typescript, environment, verbose },
      ...(tsconfig !== undefined && { tsconfig }),
      sockets: server.sockets.path,
      packages: installedAt(programDirectory, tsconfig),
    };
  }
}
