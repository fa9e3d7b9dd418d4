/** Values in queries of Logs Insights: what fields hold, how they compare, how results show them. */

/** A point in time: a number of milliseconds that is shown as a date. */
export class Instant {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

export type Value = string | number | boolean | Instant | undefined;

/** The number that a value is or spells; `undefined` for what is none. */
export function numberOf(value: Value): number | undefined {
  if (value instanceof Instant) return value.ms;
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

/** As results show it: `2026-01-31 12:00:00.000` of a time. */
export function textOf(value: Value): string {
  if (!(value instanceof Instant)) return value === undefined ? "" : String(value);
  const date = new Date(value.ms);
  return Number.isNaN(date.getTime()) ? String(value.ms) : date.toISOString().replace("T", " ").replace("Z", "");
}

export const isTrue = (value: Value): boolean => value === true || value === "true" || (numberOf(value) ?? 0) !== 0;

/** Below, at or above zero; numbers, and texts that spell them, come before texts, and what is not there before all. */
export function compare(a: Value, b: Value): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (left !== undefined || right !== undefined) return left !== undefined ? -1 : 1;
  const [one, other] = [textOf(a), textOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}
