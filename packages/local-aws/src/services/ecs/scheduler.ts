import { randomUUID } from "node:crypto";
import type { Images } from "../../containers/images.ts";
import type { Cloud } from "../../service.ts";
import { type Records, type ServiceRecord, serviceKey } from "./records.ts";
import { Task, type TaskArgs } from "./task.ts";

/** Tasks that died are restarted, with growing pauses while they die early. */
const restartMs = [100, 500, 2_000, 10_000];
/** A task that ran for this long counts as started. */
const soundMs = 10_000;
/** Stopped tasks are described for an hour. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
const rememberedMs = 3_600_000;
const maxEvents = 100;
/** Seconds that containers have when the cloud itself ends. */
const closeMs = 5_000;

/** Tasks: those that services want, and those that `RunTask` starts. */
export class Scheduler {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #images: Images;
  readonly #workingDirectory: string;
  readonly #tasks = new Map<string, Task>();
  /** How many tasks of a service in a row ended soon after their start, and the timer that starts another. */
  readonly #failures = new Map<string, { count: number; timer: NodeJS.Timeout | undefined }>();
  #closing = false;

  constructor(cloud: Cloud, records: Records, images: Images, workingDirectory: string) {
    this.#cloud = cloud;
    this.#records = records;
    this.#images = images;
    this.#workingDirectory = workingDirectory;
  }

  /** Tasks of a cluster, including those recently stopped. */
  tasks(cluster: string, group?: string): Task[] {
    for (const [id, task] of this.#tasks) {
      if (task.stopped !== undefined && Date.now() - task.stopped > rememberedMs) this.#tasks.delete(id);
    }
    return [...this.#tasks.values()].filter(
      ({ args }) => args.cluster === cluster && (group === undefined || args.group === group),
    );
  }

  task(cluster: string, id: string): Task | undefined {
    return this.tasks(cluster).find((task) => task.id === id);
  }

  run(args: Pick<TaskArgs, "cluster" | "group" | "definition" | "startedBy" | "overrides">): Task {
    const task = new Task({
      ...args,
      cloud: this.#cloud,
      images: this.#images,
      workingDirectory: this.#workingDirectory,
    });
    this.#tasks.set(task.id, task);
    task.launched = task.start();
    return task;
  }

  /** Services that ran before a shutdown run again. */
  resume(): void {
    for (const service of this.#records.services.values()) this.reconcile(serviceKey(service));
  }

  /** Brings a service's tasks to their desired number and newest deployment; new ones start before old ones end. */
  reconcile(key: string): void {
    const service = this.#records.services.get(key);
    if (!service || this.#closing) return;
    const all = this.tasks(service.cluster, `service:${service.name}`);
    const wanted = service.status === "ACTIVE" ? service.desired : 0;
    const alive = all.filter(({ status }) => status === "PENDING" || status === "RUNNING");
    const current = alive.filter(({ args }) => args.startedBy === service.deployment.id);
    const old = alive.filter((task) => !current.includes(task));
    const waits = this.#failures.get(key)?.timer !== undefined;

    const missing = waits ? 0 : wanted - current.length;
    if (missing > 0) this.#start(service, key, missing);
    const surplus = current.slice(wanted);
    const replaced = current.filter(({ status }) => status === "RUNNING").length >= wanted ? old : [];
    this.#end(service, key, [...surplus, ...replaced]);
    if (service.status === "DRAINING" && all.every(({ status }) => status === "STOPPED")) {
      this.#records.services.put(key, { ...service, status: "INACTIVE", ended: Date.now() });
    }
  }

  #start(service: ServiceRecord, key: string, count: number): void {
    const definition = this.#records.taskDefinition(service.taskDefinition);
    const { cluster, name, deployment } = service;
    const tasks = Array.from({ length: count }, () =>
      this.run({ cluster, group: `service:${name}`, definition, startedBy: deployment.id }),
    );
    this.#tell(service, `has started ${count} tasks: ${tasks.map(({ id }) => `(task ${id})`).join(" ")}.`);
    for (const task of tasks) void task.ended.then(() => this.#ended(key, task));
    // Old ones end once these run.
    void Promise.all(tasks.map(({ launched }) => launched)).then(() => this.reconcile(key));
  }

  #end(service: ServiceRecord, key: string, tasks: Task[]): void {
    if (tasks.length === 0) return;
    this.#tell(
      service,
      `has stopped ${tasks.length} running tasks: ${tasks.map(({ id }) => `(task ${id})`).join(" ")}.`,
    );
    for (const task of tasks) {
      const reason = `Scaling activity initiated by (deployment ${service.deployment.id})`;
      void task.stop("ServiceSchedulerInitiated", reason).then(() => this.reconcile(key));
    }
  }

  /** A task ended: by the scheduler, by `StopTask`, or by itself. */
  #ended(key: string, task: Task): void {
    const service = this.#records.services.get(key);
    if (!service || this.#closing) return;
    const byItself = task.stopCode === "EssentialContainerExited" || task.stopCode === "TaskFailedToStart";
    const soon = Date.now() - (task.started ?? task.created) < soundMs;
    const before = this.#failures.get(key)?.count ?? 0;
    if (!byItself) {
      this.reconcile(key);
      return;
    }
    const count = soon ? before + 1 : 1;
    if (task.stopCode === "TaskFailedToStart") {
      this.#tell(service, `was unable to place a task. Reason: ${task.stoppedReason}.`);
    } else if (count > 2) this.#tell(service, "is unable to consistently start tasks successfully.");
    const timer = setTimeout(
      () => {
        this.#failures.set(key, { count, timer: undefined });
        this.reconcile(key);
      },
      restartMs[Math.min(count, restartMs.length) - 1],
    ).unref();
    clearTimeout(this.#failures.get(key)?.timer);
    this.#failures.set(key, { count, timer });
  }

  #tell(service: ServiceRecord, message: string): void {
    const { events, ...rest } = this.#records.services.get(serviceKey(service)) ?? service;
    const event = { id: randomUUID(), created: Date.now(), message: `(service ${service.name}) ${message}` };
    this.#records.services.put(serviceKey(service), { ...rest, events: [event, ...events].slice(0, maxEvents) });
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const { timer } of this.#failures.values()) clearTimeout(timer);
    await Promise.all(
      [...this.#tasks.values()].map((task) => task.stop("TerminationNotice", "The local cloud is stopping", closeMs)),
    );
  }
}
