/** ReceiveMessage: long polling, dead letters, the attributes that are asked for. */

import { setImmediate } from "node:timers/promises";
import type * as sqs from "@aws-sdk/client-sqs";
import type { Input, Output } from "../../../sdks.ts";
import { longestTimer } from "../../../timers.ts";
import type { Engine } from "../engine.ts";
import { AwsError, checkRange, ofOtherType } from "../errors.ts";
import { isFifo, numberOf, type Queue } from "../storage/queues.ts";
import { Attempts } from "./attempts.ts";
import { digestOf, shownAttributes } from "./attributes.ts";
import { checkIdentifier } from "./content.ts";
import { sequenceNumber } from "./send.ts";
import { type Take, type Taken, take } from "./take.ts";

type ReceiveInput = Input<"sqs", "ReceiveMessage">;

/** Messages of a queue in flight, at most. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostInFlight = 120_000;

export class Receiver {
  readonly #engine: Engine;
  readonly #waiting = new Set<() => void>();
  readonly #attempts = new Attempts();
  /** By pool: what was received since they were last counted, and what was in flight then. */
  readonly #inFlight = new Map<number, number>();
  #stopped = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async receive(name: string, input: ReceiveInput, signal?: AbortSignal): Promise<Output<"sqs", "ReceiveMessage">> {
    const queue = this.#engine.queues.existing(name);
    check(input, queue);
    const seconds = input.WaitTimeSeconds ?? numberOf(queue, "ReceiveMessageWaitTimeSeconds");
    const until = Date.now() + seconds * 1000;
    for (;;) {
      // A client that has disconnected must not be given messages.
      if (this.#stopped || signal?.aborted) return {};
      const now = Date.now();
      const current = this.#engine.queues.existing(name);
      const { taken, unfinished } = this.#take(current, input, seconds > 0, now);
      if (taken.length > 0) return { Messages: taken.map((one) => shown(one, current, input)) };
      if (unfinished) await setImmediate();
      else if (now >= until) return {};
      else await this.#wait(current, Math.min(until, this.#soonest(current, now)) - now, signal);
    }
  }

  /** Ends all waiting calls. */
  stop(): void {
    this.#stopped = true;
    for (const done of this.#waiting) done();
  }

  #take(queue: Queue, input: ReceiveInput, waits: boolean, now: number): Take {
    if (this.#isFull(queue, now)) {
      // Who waits, waits until others are done; so does who asks a FIFO queue.
      if (waits || isFifo(queue)) return { taken: [], deadLetters: undefined, unfinished: false };
      throw new AwsError("OverLimit", `Too many messages in flight: a queue has ${mostInFlight} at most.`, 403);
    }
    const timeout = input.VisibilityTimeout ?? numberOf(queue, "VisibilityTimeout");
    const found = this.#engine.atOnce(() => this.#takeOrRepeat(queue, input, timeout, now));
    this.#inFlight.set(queue.pool, (this.#inFlight.get(queue.pool) ?? 0) + found.taken.length);
    if (found.deadLetters) this.#engine.ring(found.deadLetters);
    return found;
  }

  #takeOrRepeat(
    queue: Queue,
    { MaxNumberOfMessages, ReceiveRequestAttemptId }: ReceiveInput,
    timeout: number,
    now: number,
  ): Take {
    const most = MaxNumberOfMessages ?? 1;
    if (ReceiveRequestAttemptId === undefined) return take(this.#engine, queue, most, timeout, now);
    const again = this.#attempts.again(this.#engine, queue, ReceiveRequestAttemptId, timeout, now);
    if (again) return { taken: again, deadLetters: undefined, unfinished: false };
    const found = take(this.#engine, queue, most, timeout, now);
    this.#attempts.remember(queue, ReceiveRequestAttemptId, found.taken, timeout, now);
    return found;
  }

  /** They are counted only when there could be so many. */
  #isFull({ pool }: Queue, now: number): boolean {
    if ((this.#inFlight.get(pool) ?? mostInFlight) < mostInFlight) return false;
    const { taken } = this.#engine.messages.counts(pool, now);
    this.#inFlight.set(pool, taken);
    return taken >= mostInFlight;
  }

  /** When to look again, although nobody sends anything. */
  #soonest({ pool }: Queue, now: number): number {
    return this.#engine.messages.soonest(pool, now) ?? now + longestTimer;
  }

  async #wait(queue: Queue, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    const quiet = this.#engine.onMessage(queue, resolve);
    const abort = () => resolve();
    signal?.addEventListener("abort", abort);
    this.#waiting.add(resolve);
    await promise;
    this.#waiting.delete(resolve);
    quiet();
    signal?.removeEventListener("abort", abort);
    clearTimeout(timer);
  }
}

function check(input: ReceiveInput, queue: Queue): void {
  const { MaxNumberOfMessages, WaitTimeSeconds, VisibilityTimeout, ReceiveRequestAttemptId } = input;
  checkRange("MaxNumberOfMessages", MaxNumberOfMessages, [1, 10], "Must be between 1 and 10, if provided.");
  checkRange("WaitTimeSeconds", WaitTimeSeconds, [0, 20], "Must be >= 0 and <= 20, if provided.");
  checkRange("VisibilityTimeout", VisibilityTimeout, [0, 43_200], "Must be between 0 and 43200, if provided.");
  if (ReceiveRequestAttemptId === undefined) return;
  if (!isFifo(queue)) throw ofOtherType("ReceiveRequestAttemptId", ReceiveRequestAttemptId);
  checkIdentifier("ReceiveRequestAttemptId", ReceiveRequestAttemptId);
}

/** The message with the attributes that were asked for, and no others. */
function shown({ message, details, handle }: Taken, queue: Queue, input: ReceiveInput): sqs.Message {
  const wanted: string[] = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const system = Object.entries(systemAttributes({ message, details, handle }, queue)).filter(
    ([name, value]) => value !== undefined && (wanted.includes(name) || wanted.includes("All")),
  );
  const names = input.MessageAttributeNames ?? [];
  const chosen = Object.entries(details.attributes ?? {}).filter(([name]) => names.some((one) => selects(one, name)));
  const own = Object.fromEntries(chosen);
  return {
    MessageId: message.message,
    ReceiptHandle: handle,
    MD5OfBody: details.digest,
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) as Record<string, string> }),
    // The digest is that of the attributes in the answer.
    ...(chosen.length > 0 && { MessageAttributes: shownAttributes(own), MD5OfMessageAttributes: digestOf(own) }),
  };
}

/** `All`, `*`, `.*`, a beginning with `.*`, or the name itself. */
function selects(wanted: string, name: string): boolean {
  if (wanted === "All" || wanted === "*" || wanted === name) return true;
  return wanted.endsWith(".*") && name.startsWith(wanted.slice(0, -2));
}

function systemAttributes({ message, details }: Taken, queue: Queue): Record<string, string | undefined> {
  return {
    SenderId: details.sender,
    SentTimestamp: String(message.sent),
    ApproximateReceiveCount: String(message.receives + (details.carried ?? 0)),
    ApproximateFirstReceiveTimestamp: String(message.received),
    AWSTraceHeader: details.trace,
    DeadLetterQueueSourceArn: details.source,
    MessageGroupId: details.group,
    MessageDeduplicationId: details.deduplication,
    SequenceNumber: isFifo(queue) ? sequenceNumber(message.id) : undefined,
  };
}
