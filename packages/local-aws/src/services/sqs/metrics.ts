/**
 * Metrics for CloudWatch of queues in use, in namespace `AWS/SQS`.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { putMetrics } from "../../kit/putMetrics.ts";
import type { Cloud } from "../../service.ts";
import type { Engine } from "./engine.ts";
import type { Queue } from "./storage/queues.ts";

/** How long a queue is reported after its last use. */
const activeMs = 6 * 3_600_000;
/** Twice a minute, so that no one-minute period is without data. */
const everyMs = 30_000;
const shortestMs = 200;

export class QueueMetrics {
  readonly #cloud: Cloud;
  readonly #engine: Engine;
  readonly #used = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;

  /** @param clock how much faster than AWS's the clock of alarms runs. */
  constructor(cloud: Cloud, engine: Engine, clock: number) {
    this.#cloud = cloud;
    this.#engine = engine;
    this.#timer = setInterval(() => void this.publish().catch(() => {}), Math.max(shortestMs, everyMs / clock)).unref();
  }

  /** To be called when the queue is used: a message is sent or received. */
  used(name: string): void {
    this.#used.set(name, Date.now());
  }

  async publish(now = Date.now()): Promise<void> {
    const data: MetricDatum[] = [];
    for (const queue of this.#engine.queues.list()) {
      const gauges = gaugesOf(this.#engine, queue, now);
      if (gauges.some(({ Value }) => Value > 0)) this.used(queue.name);
      if (now - (this.#used.get(queue.name) ?? 0) > activeMs) continue;
      const Dimensions = [{ Name: "QueueName", Value: queue.name }];
      data.push(...gauges.map((gauge) => ({ ...gauge, Dimensions, Timestamp: new Date(now) })));
    }
    await putMetrics(this.#cloud, "AWS/SQS", data);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

function gaugesOf(
  { messages }: Engine,
  { pool }: Queue,
  now: number,
): { MetricName: string; Value: number; Unit: "Count" | "Seconds" }[] {
  const { visible, taken, delayed } = messages.counts(pool, now);
  const age = now - (messages.oldest(pool) ?? now);
  return [
    { MetricName: "ApproximateNumberOfMessagesVisible", Value: visible, Unit: "Count" },
    { MetricName: "ApproximateNumberOfMessagesNotVisible", Value: taken, Unit: "Count" },
    { MetricName: "ApproximateNumberOfMessagesDelayed", Value: delayed, Unit: "Count" },
    { MetricName: "ApproximateAgeOfOldestMessage", Value: Math.floor(age / 1_000), Unit: "Seconds" },
  ];
}
