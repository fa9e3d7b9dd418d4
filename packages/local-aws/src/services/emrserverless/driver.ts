/** One attempt of a run: its process, within its limits, and its output. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { MonitoringConfiguration } from "@aws-sdk/client-emr-serverless";
import { Artifacts } from "../../containers/artifacts.ts";
import { containerBase } from "../../containers/environment.ts";
import { type Group, runGroup } from "../../containers/group.ts";
import type { Tools } from "../../containers/tools.ts";
import type { Cloud, RoleSession } from "../../service.ts";
import { DriverLog } from "./driverLog.ts";
import type { JobRun } from "./model.ts";
import type { Names } from "./names.ts";
import { programOf } from "./program.ts";
import type { SparkSettings } from "./sparkSettings.ts";

/** How often the driver's memory is measured. */
const watchMs = 500;

export interface DriverArgs {
  cloud: Cloud;
  names: Names;
  run: JobRun;
  settings: SparkSettings;
  /** The application's; a run's own takes precedence. */
  monitoring: MonitoringConfiguration | undefined;
  tools: Tools;
  /** Called when its process runs. */
  onRunning(): void;
}

export interface Outcome {
  /** Why it failed; undefined where it did not. */
  failure?: string;
  /** How its process ended, where that is why. */
  exit?: { code: number; said: string | undefined };
}

export class Driver {
  readonly #args: DriverArgs;
  #group: Group | undefined;
  #graceMs: number | undefined;
  #overMemory: string | undefined;

  constructor(args: DriverArgs) {
    this.#args = args;
  }

  /** SIGTERM to all its processes, and SIGKILL after the grace period; one that has not started yet never will. */
  async stop(graceMs: number): Promise<void> {
    this.#graceMs ??= graceMs;
    await this.#group?.stop(graceMs);
  }

  /** Resolves when it is over, and its logs are stored. */
  async run(): Promise<Outcome> {
    const { cloud, run } = this.#args;
    const session = await this.#assume();
    const artifacts = new Artifacts(cloud, session);
    const { environment, remove } = cloud.shareCredentials(run.input.executionRoleArn!, () => this.#assume());
    try {
      return await this.#execute(session, artifacts, environment);
    } finally {
      remove();
      await artifacts.close();
    }
  }

  async #execute(session: RoleSession, artifacts: Artifacts, credentials: Record<string, string>): Promise<Outcome> {
    const { cloud, run, settings, tools, onRunning } = this.#args;
    const logs = join(cloud.directory, "emr-serverless", run.application, run.id, String(run.attempts.length));
    const folder = join(logs, "work");
    await rm(logs, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    try {
      const program = await programOf({ cloud, run, settings, tools, artifacts, folder });
      const monitoring = {
        ...this.#args.monitoring,
        ...run.input.configurationOverrides?.monitoringConfiguration,
      };
      const log = new DriverLog({ cloud, run, folder: logs, monitoring, principal: session.principal, artifacts });
      if (this.#graceMs !== undefined) return {};
      // It has its own home: without a profile, and without an empty file in its place, which AWS's SDK for Java warns about.
      const { AWS_CONFIG_FILE: _, AWS_SHARED_CREDENTIALS_FILE: __, ...base } = containerBase(cloud);
      const group = runGroup({
        command: program.command,
        workingDirectory: folder,
        environment: {
          ...base,
          HOME: folder,
          ...credentials,
          ...program.environment,
          AWS_EXECUTION_ENV: "AWS_EMR_Serverless",
        },
      });
      this.#group = group;
      await log.follow(group);
      onRunning();
      const watching = setInterval(() => void this.#watch(group, program.memoryLimit), watchMs);
      const code = await group.ended;
      clearInterval(watching);
      await log.close();
      if (code === 0) return {};
      const said = this.#overMemory ?? log.lastLines;
      return {
        failure: `Job failed, please check complete logs in configured logging destination. ExitCode: ${code}. Last few exceptions: ${said}`,
        exit: { code, said: this.#overMemory ?? log.lastWords },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #watch(group: Group, limit: number): Promise<void> {
    const used = await group.memory();
    if (used <= limit || this.#overMemory) return;
    const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
    this.#overMemory = `The driver used ${mb(used)} MB of memory, more than the ${mb(limit)} MB of its workers`;
    await group.stop(0);
  }

  async #assume(): Promise<RoleSession> {
    const { cloud, names, run } = this.#args;
    const role = run.input.executionRoleArn!;
    try {
      return await cloud.assumeRole(role, "emr-serverless.amazonaws.com", run.id, names.application(run.application));
    } catch {
      throw new Error(
        `Could not assume the execution role ${role}: it must exist, and its trust policy must let emr-serverless.amazonaws.com assume it`,
      );
    }
  }
}
