/** Units of data, and which of them is meant where a query names none. */
import type { StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { Bucket } from "./metrics.ts";

/** In the order in which AWS prefers them, as its answers show. */
export const units: readonly StandardUnit[] = [
  ...(["Megabits", "Terabits", "Gigabits", "Count", "Bytes", "Gigabytes", "Gigabytes/Second", "Kilobytes"] as const),
  ...(["Kilobits/Second", "Terabytes", "Terabits/Second", "Bytes/Second", "Percent", "Megabytes"] as const),
  ...(["Megabits/Second", "Milliseconds", "Microseconds", "Kilobytes/Second", "Gigabits/Second"] as const),
  ...(["Megabytes/Second", "Bits", "Bits/Second", "Count/Second", "Seconds", "Kilobits", "Terabytes/Second"] as const),
  "None",
];

/** Those that occur, by name. */
export const unitsOf = (buckets: Bucket[]): string[] => [...new Set(buckets.map(({ unit }) => unit))].sort();

/** Of each time the data in the unit that is preferred: values in several units make no sum. */
export function inOneUnit(buckets: Bucket[]): Bucket[] {
  const chosen = new Map<number, Bucket>();
  for (const bucket of buckets) {
    const other = chosen.get(bucket.time);
    if (!other || units.indexOf(bucket.unit) < units.indexOf(other.unit)) chosen.set(bucket.time, bucket);
  }
  return [...chosen.values()];
}
