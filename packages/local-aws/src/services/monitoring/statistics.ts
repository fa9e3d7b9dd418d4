import { AwsError } from "../../service.ts";
import type { Bucket } from "./metrics.ts";

/** One statistic of a period; `undefined` where the data do not provide it (a percentile of sums). */
export type Statistic = (bucket: Bucket) => number | undefined;

const simple: Record<string, Statistic> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => (count === 0 ? undefined : sum / count),
  Minimum: ({ min }) => min,
  Maximum: ({ max }) => max,
};

export const simpleStatistics = Object.keys(simple);

/** `Sum`, `p99.9` … @throws AwsError `InvalidParameterValue` */
export function statistic(name: string): Statistic {
  const found = Object.hasOwn(simple, name) ? simple[name] : undefined;
  if (found) return found;
  const percent = Number(/^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(name)?.[1]);
  if (Number.isNaN(percent)) {
    throw new AwsError(
      "InvalidParameterValue",
      `The value ${name} for parameter Statistic is not supported: the local cloud computes ${simpleStatistics.join(", ")} and percentiles (p0 to p100).`,
      400,
    );
  }
  return (bucket) => percentile(bucket, percent);
}

function percentile({ values, count }: Bucket, percent: number): number | undefined {
  if (!values || count === 0) return undefined;
  const rank = (percent / 100) * count;
  let seen = 0;
  let last: number | undefined;
  for (const [value, times] of [...values].sort(([a], [b]) => a - b)) {
    seen += times;
    last = value;
    if (seen >= rank && seen > 0) return value;
  }
  return last;
}
