/** Minutes between a warning and the stop. */
const WARNING_MINUTES = 15;
/** Minutes without a report after which an instance is silent. */
const SILENCE_MINUTES = 30;

/** What is known of a notebook that runs; times in milliseconds since 1970. */
export interface Activity {
  now: number;
  /** When it began to run. */
  started: number;
  /** When its user last did something; undefined where the instance has not said. */
  active: number | undefined;
  /** When the instance last said anything. */
  reported: number | undefined;
  /** A kernel at work, or an open terminal. */
  busy: boolean;
  /** When it is going to be stopped, by the warning that it has. */
  stopsAt: number | undefined;
  idleMinutes: number;
}

export type Decision =
  /** It is used. A warning that it has is taken back. */
  | { kind: "keep" }
  /** Nobody knows: it is left alone, and somebody is told. */
  | { kind: "silent" }
  | { kind: "warn"; stopsAt: number }
  /** It has its warning, and its time is not there yet. */
  | { kind: "wait" }
  /** @property late by how many minutes: a stop that did not happen. */
  | { kind: "stop"; late: number };

/**
 * What becomes of a notebook that runs. Only what has said lately that nothing is at work is stopped, and only when its
 * user had the time of a warning; what says nothing is never idle.
 */
export function decide(activity: Activity): Decision {
  const { now, started, active, reported, busy, stopsAt, idleMinutes } = activity;
  const minutes = (count: number) => count * 60_000;
  // A report from before the last start is of another session.
  const isFresh = reported !== undefined && reported >= started && now - reported < minutes(SILENCE_MINUTES);
  if (!isFresh) return now - started < minutes(SILENCE_MINUTES) ? { kind: "keep" } : { kind: "silent" };
  const idleFrom = Math.max(started, active ?? started) + minutes(idleMinutes);
  if (busy || now < idleFrom - minutes(WARNING_MINUTES)) return { kind: "keep" };
  // A warning from before the last activity is another's.
  if (stopsAt === undefined || stopsAt < idleFrom) {
    return { kind: "warn", stopsAt: Math.max(idleFrom, now + minutes(WARNING_MINUTES)) };
  }
  return now < stopsAt ? { kind: "wait" } : { kind: "stop", late: Math.floor((now - stopsAt) / minutes(1)) };
}
