import { setTimeout as sleep } from "node:timers/promises";
import { longestTimer } from "../../timers.ts";

/** Tells the time and waits. */
export interface Time {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws once the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const alarmPollMs = 5_000;
const shortestPollMs = 100;

const realTime: Time = {
  now: Date.now,
  sleep: (ms, signal) => sleep(Math.min(ms, longestTimer), undefined, { signal }),
};

/** The clock of deployments, which may run faster than AWS's. */
export class Clock {
  readonly #factor: number;
  readonly time: Time;

  /** @param factor 60 makes five minutes five seconds. */
  constructor(factor: number, time = realTime) {
    this.#factor = factor;
    this.time = time;
  }

  /** Milliseconds for that many minutes of AWS's. */
  ms(minutes: number): number {
    return (minutes * 60_000) / this.#factor;
  }

  /** How often alarms are checked, in milliseconds. */
  get pollMs(): number {
    return Math.max(shortestPollMs, alarmPollMs / this.#factor);
  }
}
