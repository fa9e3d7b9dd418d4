/**
 * Moving dead letters back. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
import { randomUUID } from "node:crypto";
import { AwsError } from "../../service.ts";
import type { Collection } from "../../store.ts";
import type { Wakes } from "../../wakes.ts";
import type { Queue, QueueEngine } from "./engine.ts";

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

export class MoveTasks {
  readonly #tasks: Collection<MoveTask>;
  readonly #engine: QueueEngine;
  readonly #wakes: Wakes;
  #stopped = false;

  constructor(tasks: Collection<MoveTask>, engine: QueueEngine, wakes: Wakes) {
    this.#tasks = tasks;
    this.#engine = engine;
    this.#wakes = wakes;
    // Tasks that ran when the process ended did not finish.
    for (const [key, task] of tasks.entries()) if (task.Status === "RUNNING") this.#run(key, task);
  }

  start(SourceArn: string, DestinationArn: string | undefined, rate: number | undefined): { TaskHandle: string } {
    const source = this.#engine.byArn(SourceArn);
    if (!source || (DestinationArn && !this.#engine.byArn(DestinationArn))) {
      throw new AwsError(
        "ResourceNotFoundException",
        "The resource that you specified for the SourceArn or DestinationArn parameter doesn't exist.",
        404,
      );
    }
    if (sourcesOf(this.#engine, SourceArn).length === 0) {
      throw new AwsError("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.", 400);
    }
    if (this.list(SourceArn).some(({ Status }) => Status === "RUNNING")) {
      throw new AwsError(
        "UnsupportedOperation",
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        400,
      );
    }
    const task: MoveTask = {
      TaskHandle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: SourceArn })).toString("base64"),
      Status: "RUNNING",
      SourceArn,
      ...(DestinationArn && { DestinationArn }),
      ...(rate && { MaxNumberOfMessagesPerSecond: rate }),
      ApproximateNumberOfMessagesMoved: 0,
      ApproximateNumberOfMessagesToMove: count(source),
      StartedTimestamp: Date.now(),
    };
    const key = `${SourceArn} ${String(task.StartedTimestamp).padStart(15, "0")} ${task.TaskHandle}`;
    const old = this.#tasks.entries(`${SourceArn} `);
    for (const [done] of old.slice(0, Math.max(0, old.length - remembered + 1))) this.#tasks.delete(done);
    this.#tasks.put(key, task);
    this.#run(key, task);
    return { TaskHandle: task.TaskHandle };
  }

  cancel(handle: string): { ApproximateNumberOfMessagesMoved: number } {
    const [key, task] = this.#tasks.entries().find(([, one]) => one.TaskHandle === handle) ?? [];
    if (!key || !task) throw new AwsError("ResourceNotFoundException", "The task does not exist.", 404);
    if (task.Status !== "RUNNING") throw new AwsError("UnsupportedOperation", "The task is not running.", 400);
    this.#tasks.put(key, { ...task, Status: "CANCELLED" });
    return { ApproximateNumberOfMessagesMoved: task.ApproximateNumberOfMessagesMoved };
  }

  /** The newest first. */
  list(SourceArn: string): MoveTask[] {
    return this.#tasks.values(`${SourceArn} `).reverse();
  }

  sourceOf(handle: string): string | undefined {
    return this.#tasks.values().find(({ TaskHandle }) => TaskHandle === handle)?.SourceArn;
  }

  stop(): void {
    this.#stopped = true;
  }

  #run(key: string, task: MoveTask): void {
    const rate = task.MaxNumberOfMessagesPerSecond;
    const step = () => {
      const current = this.#tasks.get(key);
      if (this.#stopped || current?.Status !== "RUNNING") return;
      const moved = this.#move(current, rate ? Math.max(1, Math.ceil(rate / 10)) : portion);
      const total = current.ApproximateNumberOfMessagesMoved + moved;
      const Status = moved === 0 || total >= current.ApproximateNumberOfMessagesToMove ? "COMPLETED" : "RUNNING";
      this.#tasks.put(key, { ...current, ApproximateNumberOfMessagesMoved: total, Status });
      if (Status === "RUNNING") setTimeout(step, rate ? Math.max(100, 1000 / rate) : 0).unref();
    };
    setImmediate(step);
  }

  #move({ SourceArn, DestinationArn }: MoveTask, most: number): number {
    const source = this.#engine.byArn(SourceArn);
    if (!source) return 0;
    const targets = new Set<string>();
    const moved = this.#engine.atOnce(() => {
      const received = source.dequeue(Math.min(most, 10), undefined, () => undefined);
      for (const { ReceiptHandle } of received) {
        const message = source.inflightMessages.get(ReceiptHandle)?.message;
        const arn = DestinationArn ?? message?.sourceArn;
        const target = arn === undefined ? undefined : this.#engine.byArn(arn);
        if (!message || !target) continue;
        source.deleteMessage(ReceiptHandle);
        // It starts afresh: receive count zero, full retention period.
        const { sourceArn: _, ...fresh } = message;
        target.enqueue({ ...fresh, approximateReceiveCount: 0, sentTimestamp: Date.now() });
        targets.add(target.arn);
      }
      return received.length;
    });
    for (const arn of targets) this.#wakes.ring(arn);
    return moved;
  }
}

/** Queues that use this one as their dead-letter queue. */
export function sourcesOf(engine: QueueEngine, arn: string): Queue[] {
  return engine.queues().filter(({ attributes: { RedrivePolicy } }) => {
    return RedrivePolicy
      ? (JSON.parse(RedrivePolicy) as { deadLetterTargetArn?: string }).deadLetterTargetArn === arn
      : false;
  });
}

const count = (queue: Queue): number =>
  queue.messages.length + [...queue.fifoMessages.values()].reduce((sum, list) => sum + list.length, 0);
