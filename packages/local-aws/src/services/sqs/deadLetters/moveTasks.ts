/**
 * Moving dead letters back. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
import { randomUUID } from "node:crypto";
import type { ListMessageMoveTasksResultEntry } from "@aws-sdk/client-sqs";
import type { Collection } from "../../../store.ts";
import type { Engine } from "../engine.ts";
import { AwsError, checkRange, invalid } from "../errors.ts";
import { moveMessage } from "../messages/take.ts";
import type { Details, Message } from "../storage/messages.ts";
import type { Queue } from "../storage/queues.ts";
import { sourcesOf } from "./sources.ts";

export interface MoveTask {
  TaskHandle: string;
  Status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  SourceArn: string;
  DestinationArn?: string;
  MaxNumberOfMessagesPerSecond?: number;
  ApproximateNumberOfMessagesMoved: number;
  ApproximateNumberOfMessagesToMove: number;
  FailureReason?: string;
  /** Milliseconds since the epoch. */
  StartedTimestamp: number;
}

/** How many tasks of a queue are kept. */
const remembered = 10;
/** Messages moved before other work gets its turn. */
const portion = 50;
/** Turns a second, where a task is given a rate. */
const turns = 10;

/** Why a task ends before its last message. */
class Failure extends Error {}

export class MoveTasks {
  readonly #tasks: Collection<MoveTask>;
  readonly #engine: Engine;
  #stopped = false;

  constructor(tasks: Collection<MoveTask>, engine: Engine) {
    this.#tasks = tasks;
    this.#engine = engine;
    // Tasks that ran when the process ended did not finish.
    for (const [key, task] of tasks.entries()) if (task.Status === "RUNNING") this.#run(key, task);
  }

  start(SourceArn: string, DestinationArn: string | undefined, rate: number | undefined): { TaskHandle: string } {
    checkRange("MaxNumberOfMessagesPerSecond", rate, [1, 500], "Must be between 1 and 500, if provided.");
    const source = this.#existing("SourceArn", SourceArn);
    if (sourcesOf(this.#engine, SourceArn).length === 0) {
      throw invalid("Source queue must be configured as a Dead Letter Queue.");
    }
    if (DestinationArn) this.#existing("DestinationArn", DestinationArn);
    if (this.#of(SourceArn).some(([, { Status }]) => Status === "RUNNING")) {
      throw invalid(
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
      );
    }
    const task: MoveTask = {
      TaskHandle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: SourceArn })).toString("base64"),
      Status: "RUNNING",
      SourceArn,
      ...(DestinationArn && { DestinationArn }),
      ...(rate && { MaxNumberOfMessagesPerSecond: rate }),
      ApproximateNumberOfMessagesMoved: 0,
      ApproximateNumberOfMessagesToMove: this.#engine.messages.counts(source.pool, Date.now()).visible,
      StartedTimestamp: Date.now(),
    };
    const key = `${SourceArn} ${String(task.StartedTimestamp).padStart(15, "0")} ${task.TaskHandle}`;
    const old = this.#of(SourceArn);
    for (const [done] of old.slice(0, Math.max(0, old.length - remembered + 1))) this.#tasks.delete(done);
    this.#tasks.put(key, task);
    this.#run(key, task);
    return { TaskHandle: task.TaskHandle };
  }

  cancel(handle: string): { ApproximateNumberOfMessagesMoved: number } {
    const source = sourceOf(handle);
    if (!source) throw invalid("Value for parameter TaskHandle is invalid.");
    this.#existing("SourceArn", source);
    const [key, task] = this.#of(source).find(([, one]) => one.TaskHandle === handle) ?? [];
    if (!key || !task) throw new AwsError("ResourceNotFoundException", "Task does not exist.", 404);
    if (task.Status !== "RUNNING") throw invalid("Only active tasks can be cancelled.");
    this.#tasks.put(key, { ...task, Status: "CANCELLED" });
    return { ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved };
  }

  /** The newest first; only one that runs can be cancelled by its handle. */
  list(SourceArn: string, most = 1): ListMessageMoveTasksResultEntry[] {
    checkRange("MaxResults", most, [1, remembered], `Must be between 1 and ${remembered}, if provided.`);
    this.#existing("SourceArn", SourceArn);
    const newest = this.#of(SourceArn).reverse().slice(0, most);
    return newest.map(([, { TaskHandle, ...task }]) => (task.Status === "RUNNING" ? { TaskHandle, ...task } : task));
  }

  stop(): void {
    this.#stopped = true;
  }

  #of(SourceArn: string): [string, MoveTask][] {
    return this.#tasks.entries(`${SourceArn} `);
  }

  #existing(parameter: string, arn: string): Queue {
    const queue = this.#engine.queues.byArn(arn);
    if (queue) return queue;
    const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
    throw new AwsError("ResourceNotFoundException", message, 404);
  }

  #run(key: string, task: MoveTask): void {
    const rate = task.MaxNumberOfMessagesPerSecond;
    const step = () => {
      const current = this.#stopped ? undefined : this.#tasks.get(key);
      if (current?.Status !== "RUNNING") return;
      const next = this.#step(current, rate ? Math.ceil(rate / turns) : portion);
      this.#tasks.put(key, next);
      if (next.Status === "RUNNING") setTimeout(step, rate ? Math.max(1000 / turns, 1000 / rate) : 0).unref();
    };
    setImmediate(step);
  }

  /** Moves some. @returns the task as it is then. */
  #step(task: MoveTask, most: number): MoveTask {
    try {
      const moved = this.#move(task, most);
      const total = task.ApproximateNumberOfMessagesMoved + moved;
      const isDone = moved < most || total >= task.ApproximateNumberOfMessagesToMove;
      return { ...task, ApproximateNumberOfMessagesMoved: total, Status: isDone ? "COMPLETED" : "RUNNING" };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { ...task, Status: "FAILED", FailureReason: error.message };
    }
  }

  #move({ SourceArn, DestinationArn }: MoveTask, most: number): number {
    const { queues, messages } = this.#engine;
    const targets = new Map<string, Queue>();
    const now = Date.now();
    let moved = 0;
    this.#engine.atOnce(() => {
      const pool = queues.byArn(SourceArn)?.pool ?? -1;
      for (; moved < most; moved++) {
        // One at a time: the next of a FIFO queue may be the follower of this one.
        const [message] = messages.next(pool, now, 1);
        if (!message) return;
        const target = this.#target(message, DestinationArn);
        moveMessage(this.#engine, message, target, undefined, now);
        targets.set(target.name, target);
      }
    });
    for (const target of targets.values()) this.#engine.ring(target);
    return moved;
  }

  /** Where a message goes: to where it came from, unless the task says otherwise. */
  #target({ details }: Message, destination: string | undefined): Queue {
    const arn = destination ?? (JSON.parse(details) as Details).source;
    if (arn === undefined) throw new Failure("CouldNotDetermineMessageSource");
    const target = this.#engine.queues.byArn(arn);
    if (!target) throw new Failure("AWS.SimpleQueueService.NonExistentQueue");
    return target;
  }
}

/** The queue that a task's handle names. */
export function sourceOf(handle: string): string | undefined {
  try {
    const { sourceArn } = JSON.parse(Buffer.from(handle, "base64").toString()) as { sourceArn?: unknown };
    return typeof sourceArn === "string" ? sourceArn : undefined;
  } catch {
    return undefined;
  }
}
