/** Functions of Logs Insights that make one value of a group of rows. */
import { compare, numberOf, textOf, type Value } from "./values.ts";

/** What a group has seen so far. */
export interface Aggregate {
  /** @param time the row's, in milliseconds since 1970. @param more what follows the first argument. */
  see(value: Value, time: number | undefined, more: Value[]): void;
  result(): Value;
}

/** Values of a group that are kept for percentiles; of more, each second one, and so on. */
const most = 100_000;

function values(result: (sorted: number[], more: Value[]) => Value): () => Aggregate {
  return () => {
    let kept: number[] = [];
    let [seen, every] = [0, 1];
    let given: Value[] = [];
    return {
      see(value, _time, more) {
        const number = numberOf(value);
        given = more;
        if (number === undefined || seen++ % every !== 0) return;
        kept.push(number);
        if (kept.length < most) return;
        kept = kept.filter((_, index) => index % 2 === 0);
        every *= 2;
      },
      result: () =>
        kept.length === 0
          ? undefined
          : result(
              kept.toSorted((a, b) => a - b),
              given,
            ),
    };
  };
}

/** Moments of the numbers of a group. */
function moments(result: (count: number, sum: number, squares: number) => Value): () => Aggregate {
  return () => {
    let [count, sum, mean, squares] = [0, 0, 0, 0];
    return {
      see(value) {
        const number = numberOf(value);
        if (number === undefined) return;
        count++;
        sum += number;
        const before = mean;
        mean += (number - mean) / count;
        squares += (number - before) * (number - mean);
      },
      result: () => (count === 0 ? undefined : result(count, sum, squares)),
    };
  };
}

/** The value that is better than every other one, by itself or by its row's time. */
function best(isBetter: (order: number) => boolean, by: "value" | "time"): () => Aggregate {
  return () => {
    let found: Value;
    let rank: Value;
    return {
      see(value, time) {
        if (value === undefined) return;
        const own = by === "time" ? time : value;
        if (found !== undefined && !isBetter(compare(own, rank))) return;
        [found, rank] = [value, own];
      },
      result: () => (by === "value" ? (numberOf(found) ?? found) : found),
    };
  };
}

const percentile = (sorted: number[], percent: number): number =>
  sorted[Math.min(Math.max(Math.ceil((percent / 100) * sorted.length) - 1, 0), sorted.length - 1)] as number;

export const aggregates: Record<string, { count: [least: number, most: number]; begin(): Aggregate }> = {
  count: {
    count: [0, 1],
    begin: () => {
      let count = 0;
      return {
        see(value) {
          if (value !== undefined) count++;
        },
        result: () => count,
      };
    },
  },
  count_distinct: {
    count: [1, 1],
    begin: () => {
      const seen = new Set<string>();
      return {
        see(value) {
          if (value !== undefined) seen.add(textOf(value));
        },
        result: () => seen.size,
      };
    },
  },
  sum: { count: [1, 1], begin: moments((_, sum) => sum) },
  avg: { count: [1, 1], begin: moments((count, sum) => sum / count) },
  stddev: { count: [1, 1], begin: moments((count, _, squares) => Math.sqrt(squares / count)) },
  min: { count: [1, 1], begin: best((order) => order < 0, "value") },
  max: { count: [1, 1], begin: best((order) => order > 0, "value") },
  sortsfirst: { count: [1, 1], begin: best((order) => order < 0, "value") },
  sortslast: { count: [1, 1], begin: best((order) => order > 0, "value") },
  earliest: { count: [1, 1], begin: best((order) => order < 0, "time") },
  latest: { count: [1, 1], begin: best((order) => order >= 0, "time") },
  median: { count: [1, 1], begin: values((sorted) => percentile(sorted, 50)) },
  pct: { count: [2, 2], begin: values((sorted, [percent]) => percentile(sorted, numberOf(percent) ?? 50)) },
};
