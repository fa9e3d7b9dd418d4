/** Executes runs, one attempt after the other, within the capacity of their application. */
import { tellExit } from "../../activity.ts";
import type { Tools } from "../../containers/tools.ts";
import type { Cloud } from "../../service.ts";
import { after, type LongTimer } from "../../timers.ts";
import { free, type Need, needOf } from "./capacity.ts";
import { Driver, type Outcome } from "./driver.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { type Application, isOver, type JobRun } from "./model.ts";
import { type Records, runKey } from "./records.ts";
import { sparkSettings } from "./sparkSettings.ts";

interface Active {
  driver?: Driver;
  /** Why it is stopped early. */
  cancelled?: string;
  done: Promise<void>;
}

export interface RunnerOptions {
  tools: Tools;
  /** How much faster than AWS's the clock of queues, timeouts and retries runs. */
  clock: number;
}

export class Runner {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #lifecycle: Lifecycle;
  readonly #options: RunnerOptions;
  readonly #active = new Map<string, Active>();
  #closing = false;

  constructor(cloud: Cloud, records: Records, lifecycle: Lifecycle, options: RunnerOptions) {
    this.#cloud = cloud;
    this.#records = records;
    this.#lifecycle = lifecycle;
    this.#options = options;
    lifecycle.onStarted = (id) => this.#begin(id);
  }

  /** Runs that had not begun before a shutdown begin; those that had fail, and are retried where allowed. */
  resume(): void {
    for (const run of this.#records.runs.values()) {
      if (isOver(run.state)) continue;
      if (run.state === "CANCELLING") this.#end(run, "CANCELLED", run.details);
      else if (run.state === "RUNNING") this.#failed(run, "The machine was stopped while the job ran");
      else this.submit(run);
    }
  }

  /** Starts its application if necessary; the run begins with it. */
  submit(run: JobRun): void {
    const { state } = this.#records.application(run.application);
    // Asynchronously: the caller gets its answer first.
    if (state === "STARTED") setImmediate(() => this.#begin(run.application));
    else if (state !== "STARTING") this.#lifecycle.start(run.application);
  }

  cancel(run: JobRun, graceMs: number, details = ""): void {
    const active = this.#active.get(run.id);
    this.#records.changeRun(run.application, run.id, { state: "CANCELLING", details });
    if (!active) {
      setImmediate(() => this.#end(run, "CANCELLED", details));
      return;
    }
    active.cancelled = details;
    void active.driver?.stop(graceMs);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const all = [...this.#active.values()];
    await Promise.all(all.map(({ driver }) => driver?.stop(2_000)));
    await Promise.all(all.map(({ done }) => done));
  }

  /** All waiting runs of that application, in order. */
  #begin(id: string): void {
    const application = this.#records.applications.get(id);
    if (this.#closing || application?.state !== "STARTED") return;
    const waiting = this.#records.runsOf(id).filter((run) => /^(SUBMITTED|QUEUED|PENDING|SCHEDULED)$/.test(run.state));
    for (const run of waiting) if (!this.#active.has(run.id)) this.#allocate(application, run);
  }

  #allocate(application: Application, run: JobRun): void {
    const { input, id } = application;
    let need: Need;
    try {
      need = needOf(this.#settings(application, run));
    } catch (error) {
      this.#end(run, "FAILED", (error as Error).message);
      return;
    }
    const running = this.#records.runsOf(id).filter((one) => this.#active.has(one.id));
    const room = free(input.maximumCapacity, running);
    const queue = input.schedulerConfiguration;
    const isFull = queue && running.length >= (queue.maxConcurrentRuns ?? 15);
    const fits = need.driver.cpu <= room.cpu && need.driver.memory <= room.memory;
    if (!isFull && fits) {
      this.#start(run, need.within(room));
      return;
    }
    if (queue && (isFull || running.length > 0)) {
      const { queueTimeoutMinutes = 360 } = queue;
      if (run.state === "QUEUED") return;
      this.#records.changeRun(id, run.id, { state: "QUEUED" });
      after((queueTimeoutMinutes * 60_000) / this.#options.clock, () => this.#queuedTooLong(run));
      return;
    }
    const { cpu, memory } = input.maximumCapacity!;
    this.#end(
      run,
      "FAILED",
      `ApplicationMaxCapacityExceededException: Worker could not be allocated as the application has exceeded maximumCapacity settings: [cpu: ${cpu}, memory: ${memory}]`,
    );
  }

  #queuedTooLong({ application, id }: JobRun): void {
    const run = this.#closing ? undefined : this.#records.runs.get(runKey(application, id));
    if (run?.state === "QUEUED")
      this.#end(run, "FAILED", "The job run was queued for longer than the application's queueTimeoutMinutes");
  }

  #start(run: JobRun, resources: NonNullable<JobRun["resources"]>): void {
    const active: Active = { done: Promise.resolve() };
    this.#active.set(run.id, active);
    active.done = this.#run(run, resources, active)
      .catch((error: Error) => {
        if (!this.#closing) this.#finish(run, active, { failure: error.message });
      })
      .finally(() => {
        this.#active.delete(run.id);
        this.#begin(run.application);
        if (!this.#closing) this.#lifecycle.idle(run.application);
      });
  }

  async #run(given: JobRun, resources: NonNullable<JobRun["resources"]>, active: Active): Promise<void> {
    const { application, id } = given;
    const enter = (state: "PENDING" | "SCHEDULED") => this.#records.changeRun(application, id, { state, resources });
    if (given.state !== "PENDING") enter("PENDING");
    const run = enter("SCHEDULED")!;
    const on = this.#records.application(application);
    const settings = this.#settings(on, run);
    let limit: LongTimer | undefined;
    active.driver = new Driver({
      cloud: this.#cloud,
      names: this.#records.names,
      run,
      settings,
      monitoring: on.input.monitoringConfiguration,
      tools: this.#options.tools,
      onRunning: () => {
        if (active.cancelled !== undefined) return;
        const running = this.#records.changeRun(application, id, {
          state: "RUNNING",
          started: run.started ?? Date.now(),
        });
        limit = running && this.#limit(running);
      },
    });
    const outcome = await active.driver.run().finally(() => limit?.cancel());
    if (!this.#closing) this.#finish(run, active, outcome);
  }

  /** A run that takes too long is cancelled, as on AWS. */
  #limit(run: JobRun): LongTimer | undefined {
    const { executionTimeoutMinutes: minutes = run.input.mode === "STREAMING" ? 0 : 720 } = run.input;
    if (minutes === 0) return undefined;
    const left = run.started! + (minutes * 60_000) / this.#options.clock - Date.now();
    const details = `The job run exceeded its execution timeout of ${minutes} minutes`;
    return after(left, () => this.cancel(run, 15_000, details));
  }

  #finish({ application, id }: JobRun, { cancelled }: Active, { failure, exit }: Outcome): void {
    const run = this.#records.runs.get(runKey(application, id));
    if (!run) return;
    if (cancelled !== undefined) this.#end(run, "CANCELLED", cancelled);
    else if (failure !== undefined) this.#failed(run, failure, exit);
    else this.#end(run, "SUCCESS", "");
  }

  #failed(run: JobRun, details: string, exit?: Outcome["exit"]): void {
    const { maxAttempts = run.input.mode === "STREAMING" ? Number.POSITIVE_INFINITY : 1 } = run.input.retryPolicy ?? {};
    const { maxFailedAttemptsPerHour = 5 } = run.input.retryPolicy ?? {};
    const recent = run.attempts.filter(({ created }) => created > Date.now() - 3_600_000 / this.#options.clock).length;
    const isSpent = run.attempts.length >= maxAttempts;
    const isTooOften = run.input.mode === "STREAMING" && recent >= maxFailedAttemptsPerHour;
    if (isSpent || isTooOften) {
      this.#end(run, "FAILED", details, exit);
      return;
    }
    this.#tell(run, details, exit);
    const again = this.#records.retry(run, details);
    // Its application may have been stopped by the shutdown; a previous attempt that is still ending is waited for.
    if (!this.#active.has(run.id)) this.submit(again);
  }

  #end(run: JobRun, state: "SUCCESS" | "FAILED" | "CANCELLED", details: string, exit?: Outcome["exit"]): void {
    this.#records.changeRun(run.application, run.id, { state, details, ended: Date.now() });
    if (state !== "CANCELLED") this.#tell(run, details, exit);
    if (!this.#active.has(run.id)) this.#lifecycle.idle(run.application);
  }

  /** @param details none of a success. */
  #tell(run: JobRun, details: string, exit: Outcome["exit"]): void {
    tellExit(() => ({
      region: this.#cloud.region,
      resource: this.#records.names.run(run.application, run.id),
      name: run.input.name,
      began: run.attempts.at(-1)!.created,
      code: exit?.code ?? (details === "" ? 0 : undefined),
      message: exit?.said ?? details,
    }));
  }

  #settings({ input }: Application, { input: { jobDriver, configurationOverrides } }: JobRun) {
    const parameters = jobDriver?.sparkSubmit?.sparkSubmitParameters;
    return sparkSettings(parameters, input.runtimeConfiguration, configurationOverrides?.applicationConfiguration);
  }
}
