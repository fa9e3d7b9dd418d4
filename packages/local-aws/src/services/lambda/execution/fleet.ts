/** All execution environments of the account: created, found, limited in number and ended. */
import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { isDebugged } from "../../../kit/debugged.ts";
import { AwsError, type Cloud } from "../../../service.ts";
import type { VersionRecord } from "../records.ts";
import { LogStreamWriter } from "./invocationLog.ts";
import { type Execution, type Hosted, type InvocationRequest, Pool, shutDown } from "./pool.ts";
import type { EnvironmentStarter } from "./starter.ts";
import { type InitializationType, initializationTypes } from "./variables.ts";

export interface FleetOptions {
  /** Milliseconds after which an idle environment is ended. */
  idleMs: number;
  /** Environments beyond this number are ended as soon as they are idle. */
  maxEnvironments: number;
}

const sweepMs = 10_000;

export class Fleet {
  readonly #cloud: Cloud;
  readonly #starter: EnvironmentStarter;
  readonly #options: FleetOptions;
  /** By `name:version` and initialization type. */
  readonly #pools = new Map<string, Pool>();
  readonly #live = new Set<Hosted>();
  readonly #logs = new Set<Promise<void>>();
  #sweeper: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(cloud: Cloud, starter: EnvironmentStarter, options: FleetOptions) {
    this.#cloud = cloud;
    this.#starter = starter;
    this.#options = options;
  }

  /** Runs one request in an environment of that version. @param type the kind of environment. */
  run(version: VersionRecord, request: InvocationRequest, type: InitializationType = "on-demand"): Promise<Execution> {
    const key = `${version.configuration.FunctionName}:${version.configuration.Version}:${type}`;
    let pool = this.#pools.get(key);
    if (pool?.version.generation !== version.generation) {
      pool?.retire();
      pool = new Pool(
        version,
        (ended) => this.#create(version, type, ended),
        () => this.#bound(),
        () => this.#doom(version),
      );
      this.#pools.set(key, pool);
    }
    return pool.run(request);
  }

  /** Code or configuration of `name:version` changed, or it is gone. */
  retire(key: string): void {
    for (const type of initializationTypes) {
      this.#pools.get(`${key}:${type}`)?.retire();
      this.#pools.delete(`${key}:${type}`);
    }
  }

  /** Existing environments, busy or idle. */
  get size(): number {
    return this.#live.size;
  }

  start(): void {
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(sweepMs, this.#options.idleMs)).unref();
  }

  /** Ends every environment, and writes the rest of their logs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#sweeper);
    for (const pool of this.#pools.values()) pool.close();
    for (const { environment } of [...this.#live]) environment.end();
    await Promise.all(this.#logs);
  }

  async #create(version: VersionRecord, type: InitializationType, ended: () => void): Promise<Hosted> {
    const { configuration } = version;
    const { FunctionName: name, Version: number, LoggingConfig: logging } = configuration;
    if (isDebugged()) this.#endIdleOf(name, number);
    const session = await this.#assumeRole(version);
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    const logGroup = logging?.LogGroup ?? `/aws/lambda/${name}`;
    // In a shared group, the stream's name identifies the function.
    const shared = logGroup === `/aws/lambda/${name}` ? "" : `${name}`;
    const logStream = `${day}/${shared}[${number}]${randomBytes(16).toString("hex")}`;
    const log = new LogStreamWriter(this.#cloud, session.principal, configuration.FunctionArn, logGroup, logStream);
    const hosted: Hosted = { log, tail: [], used: false } as unknown as Hosted;
    const start = await this.#starter.prepare(version, session, { logGroup, logStream, type });
    if (this.#stopped) throw shutDown();
    hosted.environment = start({
      onLog: (timestamp, message) => {
        log.write(timestamp, message);
        hosted.tail?.push(message);
      },
      onEnd: () => {
        ended();
        this.#ended(hosted);
      },
    });
    this.#live.add(hosted);
    return hosted;
  }

  /** A debugger that stays on a function finds the version that is asked for: those before it would keep its place. */
  #endIdleOf(name: string, except: string): void {
    for (const [key, { idle }] of this.#pools)
      if (key.startsWith(`${name}:`) && !key.startsWith(`${name}:${except}:`))
        for (const { environment } of idle.splice(0)) environment.end();
  }

  async #assumeRole({ configuration: { Role, FunctionName, FunctionArn } }: VersionRecord) {
    try {
      return await this.#cloud.assumeRole(Role, "lambda.amazonaws.com", FunctionName, FunctionArn);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new AwsError(
        "AccessDeniedException",
        "The role defined for the function cannot be assumed by Lambda.",
        403,
        {
          Type: "User",
        },
      );
    }
  }

  #ended(hosted: Hosted): void {
    this.#live.delete(hosted);
    // Its last output arrives with the end of its thread.
    const flushing = new Promise((done) => setTimeout(done, 20)).then(() => hosted.log.flush());
    const settled = flushing.finally(() => this.#logs.delete(settled));
    this.#logs.add(settled);
  }

  #doom({ configuration: { Role: roleArn } }: VersionRecord): number | undefined {
    const { faults, region } = this.#cloud;
    return faults.kills({ service: "lambda", operation: "Invoke", region, principal: { roleArn } });
  }

  #bound(): void {
    if (this.#live.size > this.#options.maxEnvironments)
      this.#endIdlest(this.#live.size - this.#options.maxEnvironments);
  }

  #sweep(): void {
    const now = performance.now();
    for (const pool of this.#pools.values()) {
      while (pool.idle[0] && now - pool.idle[0].environment.idleSince > this.#options.idleMs) {
        pool.idle.shift()?.environment.end();
      }
    }
  }

  #endIdlest(count: number): void {
    const idle = [...this.#pools.values()].flatMap((pool) => pool.idle.map((hosted) => ({ pool, hosted })));
    idle.sort((a, b) => a.hosted.environment.idleSince - b.hosted.environment.idleSince);
    for (const { pool, hosted } of idle.slice(0, count)) {
      pool.idle.splice(pool.idle.indexOf(hosted), 1);
      hosted.environment.end();
    }
  }
}
