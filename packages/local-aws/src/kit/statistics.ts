/** Sums of many samples, as PutMetricData takes them in place of each: `StatisticValues`. */
export interface Statistic {
  SampleCount: number;
  Sum: number;
  Minimum: number;
  Maximum: number;
}

/** Of no sample. */
export const noSamples = (): Statistic => ({ SampleCount: 0, Sum: 0, Minimum: Number.POSITIVE_INFINITY, Maximum: 0 });

/** @param value from 0 on. */
export function addSample(statistic: Statistic, value: number): void {
  statistic.SampleCount++;
  statistic.Sum += value;
  if (value < statistic.Minimum) statistic.Minimum = value;
  if (value > statistic.Maximum) statistic.Maximum = value;
}

/** Of so many zeros and ones, of which `Sum` are ones: their average is a rate. */
export const ones = (Sum: number, SampleCount: number): Statistic => ({
  SampleCount,
  Sum,
  Minimum: Sum === SampleCount ? 1 : 0,
  Maximum: Sum > 0 ? 1 : 0,
});
