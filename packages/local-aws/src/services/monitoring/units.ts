/** Units of data, and which of them is meant where a query names none. */
import { units } from "../../kit/units.ts";
import type { Bucket } from "./metrics.ts";

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
