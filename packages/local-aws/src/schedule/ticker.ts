/** Calls back when schedules are due: one timer for all of them. */
import type { Schedule } from "./schedule.ts";

/** The longest delay of `setTimeout`. */
const maxWait = 2 ** 31 - 1;

interface Entry {
  schedule: Schedule;
  due: number | undefined;
}

export class Ticker {
  readonly #entries = new Map<string, Entry>();
  readonly #onDue: (key: string, due: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #running = false;

  /** @param onDue gets the key and the time when it was due, in milliseconds. */
  constructor(onDue: (key: string, due: number) => void) {
    this.#onDue = onDue;
  }

  /** @param after start of the search for due times; default: now. A time that has passed since is due immediately. */
  set(key: string, schedule: Schedule, after = Date.now()): void {
    this.#entries.set(key, { schedule, due: schedule.next(after) });
    this.#arm();
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  start(): void {
    this.#running = true;
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (!this.#running) return;
    let first = Number.POSITIVE_INFINITY;
    for (const { due } of this.#entries.values()) if (due !== undefined && due < first) first = due;
    if (first === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#run(), Math.min(Math.max(0, first - Date.now()), maxWait));
    this.#timer.unref();
  }

  #run(): void {
    const now = Date.now();
    for (const [key, entry] of [...this.#entries]) {
      const { due } = entry;
      if (due === undefined || due > now) continue;
      entry.due = entry.schedule.next(now);
      this.#onDue(key, due);
    }
    this.#arm();
  }
}
