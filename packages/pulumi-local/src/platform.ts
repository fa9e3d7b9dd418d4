import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Images } from "local-aws";
import { createCloud, isRegion, type LocalCloud, StateError } from "local-aws";
import { lockFolder } from "local-aws/process";
import { sync as writeFileAtomic } from "write-file-atomic";
import { prepareAccount } from "./account.ts";
import { readStackConfig } from "./engine/config.ts";
import { Engine, EngineError, type EngineEvent, type RunResult } from "./engine/index.ts";
import { readProject } from "./engine/project.ts";
import { isObject } from "./engine/values.ts";
import { createRegistry } from "./resources/index.ts";

/** The stack that runs on one machine. */
export const stack = "local";

export interface PlatformOptions {
  programDirectory: string;
  stateDirectory: string;
  awsPort: number;
  apiPort: number;
  /** The program's own configuration by key: wins over the stack's file. Default: none. */
  config?: Record<string, string>;
  onEvent(event: EngineEvent): void;
  /** Called when this process has the state folder, before anything of it is opened. */
  onLocked?(stateDirectory: string): void;
}

/** Engine and cloud together: the program, brought up on one machine. */
export class Platform {
  readonly engine: Engine;
  readonly local: LocalCloud;
  readonly #options: PlatformOptions;
  readonly #unlock: () => void;

  private constructor(options: PlatformOptions, engine: Engine, local: LocalCloud, unlock: () => void) {
    this.#options = options;
    this.engine = engine;
    this.local = local;
    this.#unlock = unlock;
  }

  /**
   * Opens the state folder and starts the cloud; the program does not run yet.
   * @throws {EngineError} when another process has the folder, a port is taken, or the stack's configuration is wrong.
   */
  static async open(options: PlatformOptions): Promise<Platform> {
    const { programDirectory, stateDirectory, awsPort, apiPort, onEvent } = options;
    const { config } = readStackConfig(readProject(programDirectory), stack);
    const deploymentClock = clockOf(config);
    const images = imagesOf(config);
    const region = regionOf(config);
    const unlock = lockFolder(stateDirectory);
    if (!unlock) {
      throw new EngineError(
        `the platform already runs on ${stateDirectory}; end it, or choose another folder: LOCAL_STATE_DIR`,
      );
    }
    options.onLocked?.(stateDirectory);
    let local: LocalCloud | undefined;
    try {
      local = createCloud({
        directory: join(stateDirectory, "cloud"),
        region,
        awsPort,
        apiPort,
        deploymentClock,
        images,
        workingDirectory: programDirectory,
      });
      await local.listen();
      await prepareAccount(local.cloud);
      const registry = createRegistry(local.cloud);
      const state = join(stateDirectory, "state");
      const engine = await Engine.open({
        programDirectory,
        stack,
        stateDirectory: state,
        registry,
        environment: localAws(local.cloud.origin, region),
        ...(options.config && { config: options.config }),
        onEvent,
      });
      const platform = new Platform(options, engine, local, unlock);
      return platform;
    } catch (error) {
      await local?.close();
      unlock();
      throw ofState(error) ?? portTaken(error as NodeJS.ErrnoException) ?? error;
    }
  }

  /**
   * Runs the program ({@link Engine.up}). `endpoint.json` in the state folder says where the platform is, `outputs.json`
   * what the program exports.
   */
  async up(options: { rehearsed?: boolean } = {}): Promise<RunResult> {
    const { cloud, apiOrigin } = this.local;
    this.#write("endpoint.json", { aws: cloud.origin, api: apiOrigin, region: cloud.region });
    const result = await this.engine.up(options);
    this.#write("outputs.json", this.engine.outputs());
    return result;
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.local.close();
    this.#unlock();
  }

  /** Drops all state. @throws {EngineError} while a process has it open. */
  static reset(stateDirectory: string): boolean {
    if (!existsSync(stateDirectory)) return false;
    const unlock = lockFolder(stateDirectory);
    if (!unlock) throw new EngineError(`the platform runs on ${stateDirectory}; end it first`);
    unlock();
    rmSync(stateDirectory, { recursive: true, force: true });
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
});

/** `aws:region`, of the resources that name no other. */
function regionOf(config: Record<string, string>): string {
  const region = config["aws:region"] ?? "us-east-1";
  if (isRegion(region)) return region;
  throw new EngineError(`config "aws:region" is "${region}"; allowed is a region of AWS, as eu-west-1`);
}

/** `local:deploymentClock`: how much faster than AWS's the clock of gradual deployments and alarms runs. */
function clockOf(config: Record<string, string>): number {
  const text = config["local:deploymentClock"] ?? "1";
  const factor = Number(text);
  if (factor >= 1 && factor <= 10_000) return factor;
  throw new EngineError(`config "local:deploymentClock" is "${text}"; allowed is a number from 1 to 10000`);
}

/** `local:images`: commands that run container images' entry points here, by patterns of the images' URIs. */
function imagesOf(config: Record<string, string>): Images {
  const text = config["local:images"] ?? "{}";
  const images = parsed(text);
  const isCommand = (value: unknown) =>
    Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === "string");
  if (isObject(images) && Object.values(images).every(isCommand)) return images as Images;
  throw new EngineError(
    `config "local:images" is ${text}; allowed are commands by image, as {"*/recommender*": ["node", "containers/recommender/main.ts"]}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ofState = (error: unknown): EngineError | undefined =>
  error instanceof StateError ? new EngineError(error.message) : undefined;

function portTaken({ code, port }: NodeJS.ErrnoException & { port?: number }): EngineError | undefined {
  if (code !== "EADDRINUSE") return undefined;
  return new EngineError(
    `port ${port} is taken; choose others with LOCAL_API_PORT and LOCAL_AWS_PORT (0 takes a free one)`,
  );
}
