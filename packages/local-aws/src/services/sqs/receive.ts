/** ReceiveMessage: long polling, dead letters, the attributes that are asked for. */
import type { Wakes } from "../../wakes.ts";
import { refused } from "./attributes.ts";
import type { Message, Queue, QueueEngine, Received } from "./engine.ts";

export interface ReceiveInput {
  QueueUrl?: string;
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
  MessageAttributeNames?: string[];
}

/** Milliseconds between checks for messages whose delay or visibility timeout ends; a new message is noticed at once. */
const look = 100;

export class Receiver {
  readonly #engine: QueueEngine;
  readonly #wakes: Wakes;
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(engine: QueueEngine, wakes: Wakes) {
    this.#engine = engine;
    this.#wakes = wakes;
  }

  async receive(name: string, input: ReceiveInput, signal?: AbortSignal): Promise<{ Messages?: Received[] }> {
    check(input);
    const queue = this.#engine.existing(name);
    const seconds = input.WaitTimeSeconds ?? Number(queue.attributes.ReceiveMessageWaitTimeSeconds);
    const until = Date.now() + seconds * 1000;
    for (;;) {
      if (this.#stopped) return {};
      // A client that has disconnected must not be given messages.
      const found = signal?.aborted ? [] : this.#take(this.#engine.existing(name), input);
      const left = until - Date.now();
      if (found.length > 0) return { Messages: found };
      if (left <= 0 || signal?.aborted) return {};
      await this.#wait(queue.arn, Math.min(left, look), signal);
    }
  }

  /** Ends all waiting calls. */
  stop(): void {
    this.#stopped = true;
    for (const done of this.#waiting) done();
  }

  #take(queue: Queue, input: ReceiveInput): Received[] {
    let moved: string | undefined;
    const deadLetters = (arn: string) => {
      const target = this.#engine.byArn(arn);
      return (
        target && {
          enqueue(message: Message) {
            message.sourceArn = queue.arn;
            target.enqueue(message);
            moved = arn;
          },
        }
      );
    };
    const received = this.#engine.atOnce(() =>
      queue.dequeue(input.MaxNumberOfMessages ?? 1, input.VisibilityTimeout, deadLetters),
    );
    if (moved) this.#wakes.ring(moved);
    return received.map((message) => select(message, queue, input, this.#engine.digest));
  }

  async #wait(arn: string, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    const quiet = this.#wakes.on(arn, resolve);
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

function check({
  MaxNumberOfMessages: most = 1,
  WaitTimeSeconds: wait = 0,
  VisibilityTimeout: hidden = 0,
}: ReceiveInput): void {
  const range = (name: string, value: number, min: number, max: number) => {
    if (value >= min && value <= max) return;
    throw refused(name, String(value), `Must be between ${min} and ${max}, if provided.`);
  };
  range("MaxNumberOfMessages", most, 1, 10);
  range("WaitTimeSeconds", wait, 0, 20);
  range("VisibilityTimeout", hidden, 0, 43_200);
}

/** The message with the attributes that were asked for, and no others. */
function select(received: Received, queue: Queue, input: ReceiveInput, digest: QueueEngine["digest"]): Received {
  const { MessageAttributes, MD5OfMessageAttributes: _, ...message } = received;
  const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const attributes = Object.entries(systemAttributes(queue, received)).filter(
    ([name, value]) => value !== undefined && (system.includes(name) || system.includes("All")),
  );
  const wanted = input.MessageAttributeNames ?? [];
  const chosen = Object.entries(MessageAttributes ?? {}).filter(([name]) => wanted.some((one) => selects(one, name)));
  const own = Object.fromEntries(chosen);
  return {
    ...message,
    ...(attributes.length > 0 && { Attributes: Object.fromEntries(attributes) as Record<string, string> }),
    // The digest is that of the attributes in the answer.
    ...(chosen.length > 0 && { MessageAttributes: own, MD5OfMessageAttributes: digest(own) }),
  };
}

/** `All`, `*`, `.*`, a beginning with `.*`, or the name itself. */
function selects(wanted: string, name: string): boolean {
  if (wanted === "All" || wanted === "*" || wanted === name) return true;
  return wanted.endsWith(".*") && name.startsWith(wanted.slice(0, -2));
}

function systemAttributes(queue: Queue, { ReceiptHandle }: Received): Record<string, string | undefined> {
  const message = queue.inflightMessages.get(ReceiptHandle)?.message as Message & Record<string, unknown>;
  const text = (value: unknown) => (value === undefined || value === null ? undefined : String(value));
  return {
    SenderId: queue.arn.split(":")[4],
    SentTimestamp: text(message.sentTimestamp),
    ApproximateReceiveCount: text(message.approximateReceiveCount),
    ApproximateFirstReceiveTimestamp: text(message.approximateFirstReceiveTimestamp),
    DeadLetterQueueSourceArn: message.sourceArn,
    MessageGroupId: text(message.messageGroupId),
    MessageDeduplicationId: text(message.messageDeduplicationId),
    SequenceNumber: text(message.sequenceNumber),
  };
}
