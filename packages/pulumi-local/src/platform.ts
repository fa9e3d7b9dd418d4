import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCloud, isRegion, type LocalCloud, StateError } from "local-aws";
import { folderTrouble, lockFolder } from "local-aws/process";
import { createConsole } from "local-console";
import { sync as writeFileAtomic } from "write-file-atomic";
import { readStackConfig } from "./engine/config.ts";
import { Engine, EngineError, type EngineEvent, type RunResult, type UpOptions } from "./engine/index.ts";
import { readProject } from "./engine/project.ts";
import { endpointFile, outputsFile } from "./files.ts";
import { LastRun } from "./lastRun.ts";
import type { LocalConfig } from "./localConfig.ts";
import { noProxy } from "./noProxy.ts";
import { createRegistry } from "./resources/index.ts";

export interface PlatformOptions {
  programDirectory: string;
  stack: string;
  stateDirectory: string;
  awsPort: number;
  apiPort: number;
  /** The program's own configuration by key: wins over the stack's file. Default: none. */
  config?: Record<string, string>;
  /** What the program logs for debugging is told, too. Default: false. */
  verbose?: boolean;
  /** What only the program knows about its local run. Default: nothing. */
  local?: Pick<LocalConfig, "clock" | "console" | "images" | "jupyter" | "notebookReport" | "prepare" | "watch">;
  onEvent(event: EngineEvent): void;
  /** Called when this process has the state folder, before anything of it is opened. */
  onLocked?(stateDirectory: string): void;
}

type Repack = NonNullable<NonNullable<LocalConfig["watch"]>["repack"]>;

/** In the state folder: what is known of the program's resources. */
const stateFolder = "state";

/** In the state folder: what `npm run notebooks:install` has installed, which is no state and outlives a reset. */
const toolsFolder = "tools";

/** Engine and cloud together: the program, brought up on one machine. */
export class Platform {
  readonly engine: Engine;
  readonly local: LocalCloud;
  readonly #options: PlatformOptions;
  readonly #unlock: () => void;
  readonly #console: ReturnType<typeof createConsole>;
  readonly #lastRun: LastRun;
  #noted: Promise<void> = Promise.resolve();

  private constructor(
    options: PlatformOptions,
    console: ReturnType<typeof createConsole>,
    engine: Engine,
    local: LocalCloud,
    unlock: () => void,
  ) {
    this.#options = options;
    this.#console = console;
    this.engine = engine;
    this.local = local;
    this.#unlock = unlock;
    const { programDirectory: directory, stateDirectory, local: { watch } = {} } = options;
    this.#lastRun = new LastRun({
      file: join(stateDirectory, stateFolder, "lastRun.json"),
      directory,
      ...(watch && { paths: [...watch.program, ...(watch.packed ?? [])] }),
      own: [import.meta.dirname, dirname(fileURLToPath(import.meta.resolve("local-aws")))],
    });
  }

  /**
   * Opens the state folder and starts the cloud; the program does not run yet.
   * @throws {EngineError} when another process has the folder, a port is taken, or the stack's configuration is wrong.
   */
  static async open(options: PlatformOptions): Promise<Platform> {
    const { programDirectory, stack, stateDirectory, awsPort, apiPort, verbose = false, onEvent } = options;
    const {
      clock = 1,
      console: { pages = [] } = {},
      images = {},
      jupyter = [],
      notebookReport,
      prepare,
    } = options.local ?? {};
    const region = regionOf(readStackConfig(readProject(programDirectory), stack, options.config).config);
    const unlock = lockOf(stateDirectory);
    if (!unlock) {
      throw new EngineError(
        `the platform already runs on ${stateDirectory}; end it, or run another one beside it: --name NAME (or LOCAL_STATE_DIR)`,
      );
    }
    options.onLocked?.(stateDirectory);
    let local: LocalCloud | undefined;
    let engine: Engine | undefined;
    try {
      const console = createConsole({
        pages,
        programDirectory,
        cache: join(programDirectory, "node_modules/.cache/dsp"),
        stack: () => engine?.snapshot() ?? { project: "", stack, resources: [] },
      });
      local = createCloud({
        directory: join(stateDirectory, "cloud"),
        region,
        awsPort,
        apiPort,
        deploymentClock: clock,
        images,
        jupyter,
        ...(notebookReport && { sagemaker: { notebookReport } }),
        tools: join(stateDirectory, toolsFolder),
        workingDirectory: programDirectory,
        console,
      });
      await local.listen();
      await prepare?.(local.cloud);
      const registry = createRegistry(local.cloud);
      const state = join(stateDirectory, stateFolder);
      engine = await Engine.open({
        programDirectory,
        stack,
        stateDirectory: state,
        registry,
        environment: localAws(local.cloud.origin, region),
        verbose,
        ...(options.config && { config: options.config }),
        onEvent,
      });
      const platform = new Platform(options, console, engine, local, unlock);
      return platform;
    } catch (error) {
      await local?.close();
      unlock();
      throw ofState(error) ?? ofFolder(error, stateDirectory) ?? portTaken(error as NodeJS.ErrnoException) ?? error;
    }
  }

  /** Where it answers, and what it runs. */
  get place(): { aws: string; api: string; region: string; stack: string } {
    const { cloud, apiOrigin } = this.local;
    return { aws: cloud.origin, api: apiOrigin, region: cloud.region, stack: this.#options.stack };
  }

  /** What leads SDKs and the AWS CLI to it. */
  get environment(): Record<string, string> {
    return localAws(this.local.cloud.origin, this.local.cloud.region);
  }

  /**
   * Runs the program ({@link Engine.up}). `endpoint.json` in the state folder says where the platform is, `outputs.json`
   * what the program exports.
   * @param options.resumes it does not run where nothing that it is made of has changed since its last run. Default: false.
   */
  async up({ resumes = false, ...options }: UpOptions & { resumes?: boolean } = {}): Promise<RunResult> {
    this.#write(endpointFile, this.place);
    const result =
      resumes && this.#lastRun.holds(this.#told())
        ? this.engine.resume()
        : await this.#run(() => this.engine.up(options));
    this.#write(outputsFile, this.engine.outputs());
    return result as RunResult;
  }

  /**
   * Applies changed files that the program only packs ({@link Engine.repack}).
   * @param changed relative to the program's folder.
   * @returns whether that was possible; {@link up} does it otherwise.
   */
  async repack(changed: string[], repack: Repack): Promise<boolean> {
    const paths = changed.map((file) => join(this.#options.programDirectory, file));
    const result = await this.#run(() => this.engine.repack(paths, (packages) => repack(changed, packages)));
    if (result) this.#write(outputsFile, this.engine.outputs());
    return result !== undefined;
  }

  /** Notes what a run that goes well was of. */
  async #run(run: () => Promise<RunResult | undefined>): Promise<RunResult | undefined> {
    await this.#noted;
    const [begun, told] = [this.#lastRun.begin(), this.#told()];
    const result = await run();
    if (result) this.#noted = this.engine.modules().then((modules) => this.#lastRun.end(begun, told, modules));
    return result;
  }

  /** What the program is told of this machine. */
  #told(): unknown {
    const { programDirectory, stack, config } = this.#options;
    try {
      return [this.place, this.environment, readStackConfig(readProject(programDirectory), stack, config)];
    } catch {
      return undefined; // The run says what is wrong with its configuration.
    }
  }

  /** Makes the pages of the console before somebody asks for them. What keeps them from it is said to who does. */
  prepareConsole(): void {
    this.#console.prepare().catch(() => {});
  }

  /** Deletes every resource of the stack ({@link Engine.destroy}), and with them its outputs. */
  async destroy(): Promise<void> {
    this.#lastRun.begin();
    await this.engine.destroy();
    rmSync(join(this.#options.stateDirectory, outputsFile), { force: true });
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.local.close();
    this.#unlock();
  }

  /** Drops all state. @throws {EngineError} while a process has it open. */
  static reset(stateDirectory: string): boolean {
    if (!existsSync(stateDirectory)) return false;
    const unlock = lockOf(stateDirectory);
    if (!unlock) throw new EngineError(`the platform runs on ${stateDirectory}; end it first`);
    unlock();
    for (const leaf of readdirSync(stateDirectory)) {
      if (leaf !== toolsFolder) rmSync(join(stateDirectory, leaf), { recursive: true, force: true });
    }
    if (readdirSync(stateDirectory).length === 0) rmSync(stateDirectory, { recursive: true });
    return true;
  }

  /** A reader sees the old file or the new one, never half of it. */
  #write(leaf: string, value: unknown): void {
    writeFileAtomic(join(this.#options.stateDirectory, leaf), `${JSON.stringify(value, null, 2)}\n`);
  }
}

/** What the program's dynamic resources find AWS by: the local one, whatever account the user's own settings name. */
const localAws = (origin: string, region: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: origin,
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_SESSION_TOKEN: "",
  AWS_PROFILE: "",
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  ...noProxy(process.env),
});

/** `aws:region`, of the resources that name no other. */
function regionOf(config: Record<string, string>): string {
  const region = config["aws:region"] ?? "us-east-1";
  if (isRegion(region)) return region;
  throw new EngineError(`config "aws:region" is "${region}"; allowed is a region of AWS, such as eu-west-1`);
}

const ofState = (error: unknown): EngineError | undefined =>
  error instanceof StateError ? new EngineError(error.message) : undefined;

/** @throws {EngineError} where the folder cannot be used. */
function lockOf(directory: string): (() => void) | undefined {
  try {
    return lockFolder(directory);
  } catch (error) {
    throw ofFolder(error, directory) ?? error;
  }
}

function ofFolder(error: unknown, directory: string): EngineError | undefined {
  const trouble = folderTrouble(error, directory);
  return trouble === undefined ? undefined : new EngineError(trouble);
}

function portTaken({ code, port }: NodeJS.ErrnoException & { port?: number }): EngineError | undefined {
  if (code !== "EADDRINUSE") return undefined;
  return new EngineError(
    `port ${port} is taken; choose others: LOCAL_API_PORT and LOCAL_AWS_PORT (0 takes a free one), or --name NAME`,
  );
}
