/** Values of metric math, and how they are combined. */

/** Values by time, in seconds since 1970. */
export type TimeSeries = Map<number, number>;
/** A number, one series, or several (`METRICS()`, `[m1, m2]`). */
export type Value = number | TimeSeries | TimeSeries[];

export interface Scope {
  /** @returns `undefined` for an unknown id. */
  get(id: string): TimeSeries | undefined;
  /** Ids of the metrics that are not expressions. */
  metrics: string[];
  /** Seconds. */
  period: number;
  /** All points in time of the range, for `FILL`. */
  times: number[];
}

export class MathError extends Error {}

/** Point by point, where both have one; a number applies to every point. */
export function combine(a: Value, b: Value, apply: (a: number, b: number) => number): Value {
  if (Array.isArray(a)) return a.map((one) => combine(one, b, apply) as TimeSeries);
  if (Array.isArray(b)) return b.map((one) => combine(a, one, apply) as TimeSeries);
  if (typeof a === "number" && typeof b === "number") return apply(a, b);
  const result: TimeSeries = new Map();
  for (const time of (a instanceof Map ? a : (b as TimeSeries)).keys()) {
    const [left, right] = [typeof a === "number" ? a : a.get(time), typeof b === "number" ? b : b.get(time)];
    if (left === undefined || right === undefined) continue;
    const value = apply(left, right);
    if (Number.isFinite(value)) result.set(time, value);
  }
  return result;
}

/** @throws MathError for a number. */
export const seriesOf = (value: Value | string | undefined): TimeSeries[] => {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [value];
  throw new MathError("a time series is needed instead of a number");
};
