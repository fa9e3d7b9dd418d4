/** Runs replays: an archive's events go through the rules of their bus again. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Collection } from "../../store.ts";
import type { ReplayRecord } from "./records.ts";
import { busName, type EventsState } from "./state.ts";

/** Events that are published at once. */
const batch = 50;

export class Replays {
  readonly records: Collection<ReplayRecord>;
  readonly #events: EventsState;
  #stopped = false;
  readonly #running = new Set<Promise<void>>();

  constructor(events: EventsState) {
    this.#events = events;
    this.records = events.cloud.store.collection("events.replays");
  }

  /** Goes on with those that a restart interrupted. */
  start(): void {
    for (const replay of this.active()) this.run(replay.name);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#running);
  }

  active(): ReplayRecord[] {
    return this.records.values().filter(({ state }) => ["STARTING", "RUNNING", "CANCELLING"].includes(state));
  }

  run(name: string): void {
    const running = this.#run(name)
      .catch((error: Error) => this.#change(name, { state: "FAILED", reason: error.message, ended: Date.now() }))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #change(name: string, change: Partial<ReplayRecord>): void {
    const replay = this.records.get(name);
    if (replay && !this.#stopped) this.records.put(name, { ...replay, ...change });
  }

  async #run(name: string): Promise<void> {
    await nextTurn();
    const replay = this.records.get(name);
    const archive = replay && this.#events.archives.records.get(replay.archive);
    if (!replay || !archive) throw new Error("The archive does not exist any more.");
    this.#change(name, { state: "RUNNING" });
    const { destination, to } = replay;
    const events = this.#events.archives.eventsOf(archive, replay.last ?? replay.from, to);
    for (let index = 0; index < events.length; index += batch) {
      if (this.#stopped) return;
      if (this.records.get(name)?.state === "CANCELLING") break;
      const some = events.slice(index, index + batch).map((event) => ({ ...event, "replay-name": name }));
      await this.#events.publish(busName(destination.arn), some, destination.filters);
      this.#change(name, { last: Date.parse(some.at(-1)!.time) });
      await nextTurn();
    }
    const cancelled = this.records.get(name)?.state === "CANCELLING";
    this.#change(name, { state: cancelled ? "CANCELLED" : "COMPLETED", ended: Date.now() });
  }
}
