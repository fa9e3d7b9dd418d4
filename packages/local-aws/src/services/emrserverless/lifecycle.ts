import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Cloud } from "../../service.ts";
import { after, type LongTimer } from "../../timers.ts";
import { type Application, type ApplicationState, isOver } from "./model.ts";
import type { Records } from "./records.ts";

/** How long transitional states last, in which AWS prepares something that is ready here at once. */
const passingMs = 50;

/** The life cycle of applications: each is started by its first run, and stopped after it has been idle long enough. */
export class Lifecycle {
  readonly #records: Records;
  readonly #folder: string;
  readonly #clock: number;
  readonly #passing = new Map<string, LongTimer>();
  readonly #idle = new Map<string, LongTimer>();
  /** Called when an application runs: runs wait for it. */
  onStarted: (id: string) => void = () => {};

  /** @param clock how much faster than AWS's its clock runs. */
  constructor(cloud: Cloud, records: Records, clock: number) {
    this.#records = records;
    this.#clock = clock;
    this.#folder = join(cloud.directory, "emr-serverless");
  }

  /** Resumes after a shutdown. */
  resume(): void {
    for (const { id, state } of this.#records.applications.values()) {
      if (state === "CREATING") this.created(id);
      else if (state === "STARTING") this.#pass(id, "STARTED");
      else if (state === "STARTED") this.idle(id);
      else if (state === "STOPPING") this.#pass(id, "STOPPED");
    }
  }

  created(id: string): void {
    this.#pass(id, "CREATED");
  }

  /** Does nothing if it is started or starting. */
  start(id: string): void {
    const { state } = this.#records.application(id);
    if (state === "STARTED" || state === "STARTING") return;
    this.#enter(id, "STARTING");
    this.#pass(id, "STARTED");
  }

  stop(id: string, details?: string): void {
    this.busy(id);
    this.#enter(id, "STOPPING", details);
    this.#pass(id, "STOPPED");
  }

  /** It is not idle: it has a run. */
  busy(id: string): void {
    this.#idle.get(id)?.cancel();
    this.#idle.delete(id);
  }

  /** It is idle from now on, unless something runs. */
  idle(id: string): void {
    this.busy(id);
    const application = this.#records.applications.get(id);
    const { enabled = true, idleTimeoutMinutes = 15 } = application?.input.autoStopConfiguration ?? {};
    if (application?.state !== "STARTED" || !enabled) return;
    if (this.#records.runsOf(id).some(({ state }) => !isOver(state))) return;
    this.#idle.set(
      id,
      after((idleTimeoutMinutes * 60_000) / this.#clock, () => {
        if (this.#records.applications.get(id)?.state === "STARTED") this.stop(id, "AUTO_STOPPING");
      }),
    );
  }

  terminate(application: Application): void {
    this.busy(application.id);
    this.#passing.get(application.id)?.cancel();
    this.#records.terminate(application);
    void rm(join(this.#folder, application.id), { recursive: true, force: true }).catch(console.error);
  }

  close(): void {
    for (const timers of [this.#passing, this.#idle]) for (const timer of timers.values()) timer.cancel();
  }

  #pass(id: string, state: ApplicationState): void {
    this.#passing.get(id)?.cancel();
    this.#passing.set(
      id,
      after(passingMs, () => {
        this.#passing.delete(id);
        this.#enter(id, state);
        if (state !== "STARTED") return;
        this.idle(id);
        this.onStarted(id);
      }),
    );
  }

  #enter(id: string, state: ApplicationState, stateDetails = ""): void {
    const application = this.#records.applications.get(id);
    if (application) this.#records.putApplication({ ...application, state, stateDetails });
  }
}
