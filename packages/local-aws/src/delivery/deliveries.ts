/**
 * Carries events to targets. Each delivery is in the store until it has arrived, so a restart loses none; one that fails
 * is retried with growing pauses, and goes to the target's dead-letter queue in the end.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
import { randomUUID } from "node:crypto";
import { queueUrl } from "../arn.ts";
import { isTransient, pauseAfter } from "../kit/patience.ts";
import { AwsError, type Cloud, type Principal, servicePrincipal } from "../service.ts";
import type { Collection } from "../store.ts";
import { deliver } from "./deliver.ts";
import type { DeliveryRecord } from "./records.ts";

const maxAttempts = 185;
const maxAgeSeconds = 24 * 3600;
/** Concurrent deliveries; the others wait their turn. */
const width = 64;
const firstPauseMs = 200;
const longestPauseMs = 60_000;

/** Deliveries that wait in memory, too; longer queues are read from the store. */
const longestHeld = 1000;

type New = Omit<DeliveryRecord, "attempts" | "since" | "due">;

interface Due {
  key: string;
  delivery?: DeliveryRecord;
}

/** A delivery as it is stored; keys are in the order of acceptance. */
function recordOf(delivery: New, delayMs: number): [key: string, record: DeliveryRecord] {
  const now = Date.now();
  const key = `${String(now).padStart(15, "0")}-${randomUUID()}`;
  return [key, { ...delivery, attempts: 0, since: now, due: now + delayMs }];
}

export class Deliveries {
  readonly #cloud: Cloud;
  readonly #waiting: Collection<DeliveryRecord>;
  readonly #queue: Due[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  #underWay = 0;
  #running = false;

  /** @param collection in which pending deliveries are stored. */
  constructor(cloud: Cloud, collection: string) {
    this.#cloud = cloud;
    this.#waiting = cloud.store.collection(collection);
  }

  start(): void {
    this.#running = true;
    for (const [key, { due }] of this.#waiting.entries()) this.#at(key, due);
  }

  stop(): void {
    this.#running = false;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * Accepts deliveries: from here on they are on disk.
   * @param delayMs how long they wait before the first attempt. Default 0.
   */
  add(deliveries: New[], delayMs = 0): void {
    if (deliveries.length === 0) return;
    const records = deliveries.map((delivery) => recordOf(delivery, delayMs));
    this.#cloud.store.transaction(() => this.#put(records));
    for (const [key, record] of records) this.#at(key, record.due, record);
  }

  /** As {@link add}, in one write with what else is accepted in this turn of the event loop. @returns when they are on disk. */
  async accept(deliveries: New[]): Promise<void> {
    if (deliveries.length === 0) return;
    const records = deliveries.map((delivery) => recordOf(delivery, 0));
    await this.#cloud.store.together(() => this.#put(records));
    for (const [key, record] of records) this.#at(key, record.due, record);
  }

  #put(records: [key: string, record: DeliveryRecord][]): void {
    for (const [key, record] of records) this.#waiting.put(key, record);
  }

  /** @param delivery as it is stored, while it need not wait. */
  #at(key: string, due: number, delivery?: DeliveryRecord): void {
    if (!this.#running) return;
    const wait = due - Date.now();
    if (wait <= 0) {
      // Of a long queue each is read again when its turn comes.
      this.#queue.push({ key, ...(delivery && this.#queue.length < longestHeld && { delivery }) });
      this.#pump();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#at(key, due);
    }, wait);
    timer.unref();
    this.#timers.add(timer);
  }

  #pump(): void {
    while (this.#running && this.#underWay < width && this.#queue.length > 0) {
      const due = this.#queue.shift() as Due;
      this.#underWay++;
      void this.#attempt(due).finally(() => {
        this.#underWay--;
        this.#pump();
      });
    }
  }

  async #attempt({ key, delivery = this.#waiting.get(key) }: Due): Promise<void> {
    if (!delivery) return;
    try {
      await this.#send(key, delivery);
      // Nobody waits for it: after a crash before it is written, what has arrived arrives once more.
      if (this.#running) this.#cloud.store.together(() => this.#waiting.delete(key)).catch(() => {});
    } catch (error) {
      if (this.#running) await this.#failed(key, delivery, error);
    }
  }

  async #send(
    key: string,
    { target, body, sourceArn, service, event, trace, partitionKey }: DeliveryRecord,
  ): Promise<void> {
    const arn = target.Arn as string;
    await deliver(this.#cloud.traced(trace), {
      arn,
      body,
      principal: await this.#principal(target.RoleArn, service, sourceArn),
      messageGroupId: target.SqsParameters?.MessageGroupId,
      partitionKey,
      // A name unique to the delivery: what is attempted twice is started once.
      executionName: key.slice(16),
      http: target.HttpParameters,
      ...(event && { event: { ...event, detail: event.detail } }),
    });
  }

  async #principal(roleArn: string | undefined, service: string, sourceArn: string): Promise<Principal> {
    if (!roleArn) return servicePrincipal(service, sourceArn);
    // Scheduler assumes a role on behalf of the schedule's group.
    const source = sourceArn.replace(/:schedule\/([^/]+)\/.*$/, ":schedule-group/$1");
    const session = await this.#cloud.assumeRole(roleArn, service, randomUUID().replaceAll("-", ""), source);
    return session.principal;
  }

  async #failed(key: string, delivery: DeliveryRecord, error: unknown): Promise<void> {
    const { MaximumRetryAttempts: retries = maxAttempts, MaximumEventAgeInSeconds: age = maxAgeSeconds } =
      delivery.target.RetryPolicy ?? {};
    const attempts = delivery.attempts + 1;
    const code = error instanceof AwsError ? error.code : "InternalFailure";
    // A missing or forbidden target will be no different next time.
    const permanent = !isTransient(error);
    const due = Date.now() + pauseAfter(attempts, firstPauseMs, longestPauseMs);
    if (!permanent && attempts <= retries && due < delivery.since + age * 1000) {
      this.#waiting.put(key, { ...delivery, attempts, due });
      this.#at(key, due);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof AwsError)) console.error("events:", error);
    await this.#giveUp(delivery, attempts, code, message, permanent || attempts > retries);
    this.#waiting.delete(key);
  }

  /** To the dead-letter queue, if there is one, with AWS's attributes for the reason. */
  async #giveUp(delivery: DeliveryRecord, attempts: number, code: string, message: string, exhausted: boolean) {
    const { target, body, sourceArn, service } = delivery;
    const arn = target.DeadLetterConfig?.Arn;
    if (!arn) return;
    const text = (value: string) => ({ DataType: "String", StringValue: value });
    const MessageAttributes = {
      RULE_ARN: text(sourceArn),
      TARGET_ARN: text(target.Arn as string),
      ERROR_CODE: text(code),
      ERROR_MESSAGE: text(message),
      EXHAUSTED_RETRY_CONDITION: text(exhausted ? "MaximumRetryAttempts" : "MaximumEventAgeInSeconds"),
      RETRY_ATTEMPTS: text(String(attempts - 1)),
    };
    try {
      const QueueUrl = queueUrl(this.#cloud, arn);
      const principal =
        service === "events.amazonaws.com"
          ? servicePrincipal(service, sourceArn)
          : await this.#principal(target.RoleArn, service, sourceArn);
      await this.#cloud.call("sqs", "SendMessage", { QueueUrl, MessageBody: body, MessageAttributes }, principal);
    } catch (error) {
      console.error(`events: the dead-letter queue ${arn} did not take an event: ${(error as Error).message}`);
    }
  }
}
