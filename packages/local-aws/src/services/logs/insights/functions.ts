/**
 * Functions of Logs Insights that make one value of others.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
 */
import { compare, Instant, numberOf, textOf, type Value } from "./values.ts";

type Apply = (...given: Value[]) => Value;

interface Signature {
  /** Least and most arguments. */
  count: [least: number, most: number];
  apply: Apply;
}

const many = Number.POSITIVE_INFINITY;

const finite = (value: number | undefined): Value =>
  value === undefined || !Number.isFinite(value) ? undefined : value;

const ofNumber = (apply: (value: number) => number): Signature => ({
  count: [1, 1],
  apply: (given) => {
    const number = numberOf(given);
    return number === undefined ? undefined : finite(apply(number));
  },
});

const ofText = (apply: (text: string, ...more: string[]) => Value, least = 1, most = least): Signature => ({
  count: [least, most],
  apply: (given, ...more) =>
    given === undefined ? undefined : apply(textOf(given), ...more.filter((one) => one !== undefined).map(textOf)),
});

const chosen = (better: (a: Value, b: Value) => boolean): Signature => ({
  count: [1, many],
  apply: (...given) => {
    const present = given.filter((value) => value !== undefined);
    return present.reduce<Value>(
      (best, value) => (best === undefined || better(value, best) ? value : best),
      undefined,
    );
  },
});

/** Characters of `set` at the beginning or the end of a text. */
function trimmed(text: string, set: string | undefined, from: boolean, to: boolean): string {
  const drops = (character: string) => (set === undefined ? character.trim() === "" : set.includes(character));
  let [start, end] = [0, text.length];
  while (from && start < end && drops(text[start] as string)) start++;
  while (to && end > start && drops(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

const units: Record<string, number> = {
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 },
};

/** Milliseconds of `5m`; `undefined` for months, quarters and years, which are no fixed time. */
export function durationOf(text: string): number | undefined {
  const [, count = "", unit = ""] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  const ms = Object.hasOwn(units, unit) ? Number(count) * (units[unit] as number) : 0;
  return ms > 0 ? ms : undefined;
}

const rounded = (round: (value: number) => number): Signature => ({
  count: [2, 2],
  apply: (time, period) => {
    const [at, length] = [numberOf(time), numberOf(period)];
    if (at === undefined || length === undefined || length <= 0) return undefined;
    return new Instant(round(at / length) * length);
  },
});

export const functions: Record<string, Signature> = {
  abs: ofNumber(Math.abs),
  ceil: ofNumber(Math.ceil),
  floor: ofNumber(Math.floor),
  log: ofNumber(Math.log),
  sqrt: ofNumber(Math.sqrt),
  greatest: chosen((a, b) => compare(a, b) > 0),
  least: chosen((a, b) => compare(a, b) < 0),
  datefloor: rounded(Math.floor),
  dateceil: rounded(Math.ceil),
  frommillis: {
    count: [1, 1],
    apply: (value) => {
      const ms = numberOf(value);
      return ms === undefined ? undefined : new Instant(ms);
    },
  },
  tomillis: { count: [1, 1], apply: (value) => numberOf(value) },
  now: { count: [0, 0], apply: () => Math.floor(Date.now() / 1000) },
  ispresent: { count: [1, 1], apply: (value) => value !== undefined },
  coalesce: { count: [1, many], apply: (...given) => given.find((value) => value !== undefined) },
  isempty: { count: [1, 1], apply: (value) => value === undefined || textOf(value) === "" },
  isblank: { count: [1, 1], apply: (value) => value === undefined || textOf(value).trim() === "" },
  concat: { count: [1, many], apply: (...given) => given.map(textOf).join("") },
  trim: ofText((text, set) => trimmed(text, set, true, true), 1, 2),
  ltrim: ofText((text, set) => trimmed(text, set, true, false), 1, 2),
  rtrim: ofText((text, set) => trimmed(text, set, false, true), 1, 2),
  strlen: ofText((text) => [...text].length),
  toupper: ofText((text) => text.toUpperCase()),
  tolower: ofText((text) => text.toLowerCase()),
  replace: ofText((text, part, by) => (part ? text.replaceAll(part, () => by ?? "") : text), 3),
  strcontains: ofText((text, part) => (text.includes(part as string) ? 1 : 0), 2),
  substr: ofText(
    (text, start, length) => {
      const from = Math.max(Number(start) || 0, 0);
      return text.slice(from, length === undefined ? undefined : from + Math.max(Number(length) || 0, 0));
    },
    2,
    3,
  ),
};
