/**
 * Asynchronous requests: kept in the store until they are done, retried when the function fails or is throttled,
 * and reported to the function's destinations.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */

import { AwsError } from "../../service.ts";
import type { Collection, Store } from "../../store.ts";
import type { Invoked, Invoker } from "./invoker.ts";
import type { AsyncEvent, Condition, EventInvokeConfig } from "./records.ts";
import { policyKey, type Registry, type Target } from "./registry.ts";
import type { Targets } from "./targets.ts";

export interface AsyncQueueOptions {
  /** Factor of all waiting times between tries. 1 is AWS's own: one minute, then two. */
  delayScale: number;
}

const minute = 60_000;
const retryDelays = [minute, 2 * minute];
const throttleDelay = 1000;
const maxThrottleDelay = 5 * minute;
const defaultMaxAgeSeconds = 6 * 60 * 60;
const defaultRetries = 2;
/** Events that run concurrently; others wait, as they would for concurrency on AWS. */
const maxRunning = 100;

export class AsyncQueue {
  readonly #events: Collection<AsyncEvent>;
  readonly #registry: Registry;
  readonly #invoker: Invoker;
  readonly #targets: Targets;
  readonly #options: AsyncQueueOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #ready: AsyncEvent[] = [];
  readonly #running = new Set<Promise<void>>();
  #stopped = true;

  constructor(store: Store, registry: Registry, invoker: Invoker, targets: Targets, options: AsyncQueueOptions) {
    this.#events = store.collection("lambda.asyncEvents");
    this.#registry = registry;
    this.#invoker = invoker;
    this.#targets = targets;
    this.#options = options;
  }

  /** Resumes what an earlier run of the program left behind. */
  start(): void {
    this.#stopped = false;
    for (const event of this.#events.values()) this.#schedule(event);
  }

  /** Events in progress are run again at the next start. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#ready.length = 0;
  }

  add(target: Target, request: Pick<AsyncEvent, "requestId" | "payload" | "trace" | "source">): void {
    const { requestId, payload, trace, source } = request;
    const now = Date.now();
    const event: AsyncEvent = {
      requestId,
      name: target.record.name,
      ...(target.qualifier !== undefined && { qualifier: target.qualifier }),
      payload,
      ...(trace && { trace }),
      ...(source && { source }),
      received: now,
      due: now,
      runs: 0,
      throttles: 0,
    };
    this.#events.put(requestId, event);
    this.#schedule(event);
  }

  #schedule(event: AsyncEvent): void {
    if (this.#stopped) return;
    // A timer even without a delay: an event that keeps failing immediately must not block the others.
    const wait = Math.max(event.due - Date.now(), 0);
    const timer = setTimeout(() => {
      this.#timers.delete(event.requestId);
      this.#ready.push(event);
      this.#pump();
    }, wait);
    this.#timers.set(event.requestId, timer);
  }

  #pump(): void {
    while (this.#running.size < maxRunning && this.#ready.length > 0) {
      const event = this.#ready.shift() as AsyncEvent;
      const run = this.#run(event).finally(() => {
        this.#running.delete(run);
        if (!this.#stopped) this.#pump();
      });
      this.#running.add(run);
    }
  }

  async #run(event: AsyncEvent): Promise<void> {
    let target: Target;
    try {
      target = this.#registry.target(event.name, event.qualifier);
    } catch {
      this.#events.delete(event.requestId); // The function is gone.
      return;
    }
    const config = this.#registry.eventInvokeConfigs.get(policyKey(event.name, event.qualifier)) ?? { LastModified: 0 };
    let invoked: Invoked;
    try {
      invoked = await this.#invoker.invoke(target, event);
    } catch (error) {
      if (this.#stopped) return;
      const delay = Math.min(throttleDelay * 2 ** event.throttles, maxThrottleDelay);
      const later = { ...event, throttles: event.throttles + 1 };
      const code = error instanceof AwsError ? error.code : "ServiceException";
      if (!this.#again(later, config, delay))
        await this.#end(later, target, "EventAgeExceeded", config, undefined, code);
      return;
    }
    // While the cloud stops, environments are ended under their requests.
    if (this.#stopped && invoked.functionError) return;
    const run = { ...event, runs: event.runs + 1, throttles: 0 };
    if (!invoked.functionError) return this.#end(run, target, "Success", config, invoked);
    const retries = config.MaximumRetryAttempts ?? defaultRetries;
    if (run.runs > retries) return this.#end(run, target, "RetriesExhausted", config, invoked);
    const delay = retryDelays[run.runs - 1] ?? 0;
    if (!this.#again(run, config, delay)) await this.#end(run, target, "EventAgeExceeded", config, invoked);
  }

  /** @returns whether the event is young enough for another try. */
  #again(event: AsyncEvent, config: EventInvokeConfig, delay: number): boolean {
    const due = Date.now() + delay * this.#options.delayScale;
    const maxAge = (config.MaximumEventAgeInSeconds ?? defaultMaxAgeSeconds) * 1000;
    if (due - event.received > maxAge) return false;
    const later = { ...event, due };
    this.#events.put(event.requestId, later);
    this.#schedule(later);
    return true;
  }

  async #end(
    event: AsyncEvent,
    target: Target,
    condition: Condition,
    config: EventInvokeConfig,
    invoked?: Invoked,
    error?: string,
  ): Promise<void> {
    await this.#targets.report(event, target, condition, config, invoked, error);
    if (!this.#stopped) this.#events.delete(event.requestId);
  }
}
