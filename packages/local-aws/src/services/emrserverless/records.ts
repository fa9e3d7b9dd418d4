import type { JobRunState } from "@aws-sdk/client-emr-serverless";
import type { Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import type { Application, Attempt, JobRun, Token } from "./model.ts";
import { Names } from "./names.ts";
import { Notices } from "./notices.ts";

/** All that EMR Serverless stores. State changes are sent to EventBridge. */
export class Records {
  readonly names: Names;
  readonly applications: Collection<Application>;
  /** By application and id. */
  readonly runs: Collection<JobRun>;
  readonly tokens: Collection<Token>;
  /** By ARN. */
  readonly tags: Collection<Record<string, string>>;
  readonly #notices: Notices;
  /** Shown for as long as this process lives: clients that deleted them poll for that state. */
  readonly #terminated = new Map<string, Application>();

  constructor(cloud: Cloud) {
    this.names = new Names(cloud);
    this.#notices = new Notices(cloud, this.names);
    this.applications = cloud.store.collection("emrserverless.applications");
    this.runs = cloud.store.collection("emrserverless.runs");
    this.tokens = cloud.store.collection("emrserverless.tokens");
    this.tags = cloud.store.collection("emrserverless.tags");
  }

  /** @throws AwsError `ResourceNotFoundException` */
  application(id: string): Application {
    const found = this.applications.get(id) ?? this.#terminated.get(id);
    if (!found) throw this.names.missing("Application", id);
    return found;
  }

  /** @throws AwsError `ResourceNotFoundException` */
  run(application: string, id: string): JobRun {
    this.application(application);
    const found = this.runs.get(runKey(application, id));
    if (!found) throw this.names.missing("Job run", id);
    return found;
  }

  runsOf(application: string): JobRun[] {
    return this.runs.values(`${application}/`);
  }

  putApplication(application: Application): void {
    const before = this.applications.get(application.id)?.state;
    this.applications.put(application.id, { ...application, updated: Date.now() });
    if (before !== application.state) this.#notices.application(application);
  }

  /** With everything that belongs to it. */
  terminate(application: Application): void {
    const { id } = application;
    const made = new Set([id, ...this.runsOf(id).map((run) => run.id)]);
    const terminated: Application = { ...application, state: "TERMINATED", updated: Date.now() };
    for (const run of this.runsOf(id)) {
      this.runs.delete(runKey(id, run.id));
      this.tags.delete(this.names.run(id, run.id));
    }
    for (const [key, token] of this.tokens.entries()) if (made.has(token.id)) this.tokens.delete(key);
    this.tags.delete(this.names.application(id));
    this.applications.delete(id);
    this.#terminated.set(id, terminated);
    this.#notices.application(terminated);
  }

  /** @returns it as it is now; undefined when it is gone. */
  changeRun(application: string, id: string, change: Partial<JobRun>): JobRun | undefined {
    const before = this.runs.get(runKey(application, id));
    if (!before) return undefined;
    const run = { ...before, ...change, updated: Date.now() };
    const last = run.attempts.at(-1)!;
    run.attempts = [
      ...run.attempts.slice(0, -1),
      { ...last, state: run.state, details: run.details, updated: run.updated },
    ];
    this.runs.put(runKey(application, id), run);
    this.#tell(run, before.state);
    return run;
  }

  addRun(run: JobRun): void {
    this.runs.put(runKey(run.application, run.id), run);
    this.#tell(run, undefined);
  }

  /** A new attempt of a run whose last one failed; the run itself has not. @returns it as it is now. */
  retry(run: JobRun, details: string): JobRun {
    const now = Date.now();
    const failed: Attempt = { ...run.attempts.at(-1)!, state: "FAILED", details, updated: now };
    const attempt: Attempt = { number: failed.number + 1, state: "PENDING", details: "", created: now, updated: now };
    const attempts = [...run.attempts.slice(0, -1), failed, attempt];
    const again: JobRun = { ...run, state: "PENDING", details: "", updated: now, attempts };
    this.runs.put(runKey(run.application, run.id), again);
    this.#notices.retry(again, this.applications.get(run.application));
    this.#tell(again, run.state);
    return again;
  }

  #tell(run: JobRun, before: JobRunState | undefined): void {
    if (before !== run.state) this.#notices.run(run, before, this.applications.get(run.application));
  }
}

export const runKey = (application: string, id: string): string => `${application}/${id}`;
