/**
 * Functions of metric math.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
 */
import { combine, MathError, type Scope, seriesOf, type TimeSeries, type Value } from "./mathValues.ts";

const aggregates: Record<string, (values: number[]) => number> = {
  SUM: (values) => values.reduce((sum, value) => sum + value, 0),
  AVG: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  MIN: (values) => Math.min(...values),
  MAX: (values) => Math.max(...values),
  STDDEV(values) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  },
};

const pointwise: Record<string, (value: number) => number> = {
  ABS: Math.abs,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  LOG: Math.log,
  LOG10: Math.log10,
};

/** Of the point before and this one. @param seconds between them. */
const stepwise: Record<string, (before: number, value: number, seconds: number) => number> = {
  DIFF: (before, value) => value - before,
  DIFF_TIME: (_before, _value, seconds) => seconds,
  RATE: (before, value, seconds) => (value - before) / seconds,
};

/** Of the time of a point, which is UTC. */
const ofTime: Record<string, (time: Date) => number> = {
  DATE: (time) => time.getUTCDate(),
  // Monday is 1.
  DAY: (time) => time.getUTCDay() || 7,
  EPOCH: (time) => time.getTime() / 1000,
  HOUR: (time) => time.getUTCHours(),
  MINUTE: (time) => time.getUTCMinutes(),
  MONTH: (time) => time.getUTCMonth() + 1,
  YEAR: (time) => time.getUTCFullYear(),
};

/** The same of one series, or of each of several. */
const each = (value: Value | string | undefined, make: (series: TimeSeries) => TimeSeries): Value =>
  Array.isArray(value) ? value.map(make) : make(seriesOf(value)[0] as TimeSeries);

function steps(series: TimeSeries, apply: (before: number, value: number, seconds: number) => number): TimeSeries {
  const points = [...series].sort(([a], [b]) => a - b);
  return new Map(
    points.slice(1).map(([time, value], index) => {
      const [earlier, before] = points[index] as [number, number];
      return [time, apply(before, value, time - earlier)];
    }),
  );
}

function runningSum(series: TimeSeries): TimeSeries {
  let sum = 0;
  return new Map(
    [...series]
      .sort(([a], [b]) => a - b)
      .map(([time, value]) => {
        sum += value;
        return [time, sum];
      }),
  );
}

/** @throws MathError for a function that is not there. */
export function call(name: string, given: (Value | string)[], scope: Scope): Value {
  const [first, second, third] = given;
  const aggregate = Object.hasOwn(aggregates, name) ? aggregates[name] : undefined;
  if (aggregate)
    return Array.isArray(first)
      ? across(first, aggregate)
      : aggregate([...(seriesOf(first)[0] as TimeSeries).values()]);
  const point = Object.hasOwn(pointwise, name) ? pointwise[name] : undefined;
  if (point) return typeof first === "number" ? point(first) : combine(first as Value, 0, (value) => point(value));
  const step = Object.hasOwn(stepwise, name) ? stepwise[name] : undefined;
  if (step) return each(first, (series) => steps(series, step));
  const part = Object.hasOwn(ofTime, name) ? ofTime[name] : undefined;
  if (part)
    return each(first, (series) => new Map([...series.keys()].map((time) => [time, part(new Date(time * 1000))])));
  switch (name) {
    case "RUNNING_SUM":
      return each(first, runningSum);
    case "TIME_SERIES":
      if (typeof first !== "number") throw new MathError("TIME_SERIES is of a number");
      return new Map(scope.times.map((time) => [time, first]));
    case "METRIC_COUNT":
      return seriesOf(first).length;
    case "REMOVE_EMPTY":
      return seriesOf(first).filter((series) => series.size > 0);
    case "FIRST":
    case "LAST": {
      const all = seriesOf(first);
      const chosen = name === "FIRST" ? all[0] : all.at(-1);
      if (!chosen) throw new MathError(`${name} is of at least one time series`);
      return chosen;
    }
    case "METRICS":
      return scope.metrics.map((id) => scope.get(id) as TimeSeries);
    case "PERIOD":
      return scope.period;
    case "FILL":
      return fill(seriesOf(first)[0] as TimeSeries, second as Value | string, scope.times);
    case "IF": {
      const condition = first as Value;
      const chosen = (time: number): number | undefined => {
        const test = typeof condition === "number" ? condition : seriesOf(condition)[0]?.get(time);
        if (test === undefined) return undefined;
        const value = (test ? second : third) as number | TimeSeries | undefined;
        return value instanceof Map ? value.get(time) : value;
      };
      const result: TimeSeries = new Map();
      for (const time of condition instanceof Map ? condition.keys() : scope.times) {
        const value = chosen(time);
        if (value !== undefined) result.set(time, value);
      }
      return result;
    }
  }
  throw new MathError(`the local cloud does not model the function ${name}`);
}

function across(series: TimeSeries[], aggregate: (values: number[]) => number): TimeSeries {
  const times = new Set(series.flatMap((one) => [...one.keys()]));
  return new Map(
    [...times].sort((a, b) => a - b).map((time) => [time, aggregate(series.flatMap((one) => one.get(time) ?? []))]),
  );
}

function fill(series: TimeSeries, filling: Value | string, times: number[]): TimeSeries {
  if (filling === "LINEAR") return interpolated(series, times);
  let last: number | undefined;
  const result: TimeSeries = new Map();
  for (const time of times) {
    const value =
      series.get(time) ??
      (filling === "REPEAT" ? last : filling instanceof Map ? filling.get(time) : (filling as number));
    last = value;
    if (value !== undefined) result.set(time, value);
  }
  return result;
}

/** What is missing between two points lies on the line between them. */
function interpolated(series: TimeSeries, times: number[]): TimeSeries {
  const known = [...series].sort(([a], [b]) => a - b);
  const result: TimeSeries = new Map();
  let next = 0;
  for (const time of times) {
    while (next < known.length && (known[next] as [number, number])[0] < time) next++;
    const [before, after] = [known[next - 1], known[next]];
    if (after?.[0] === time) result.set(time, after[1]);
    else if (before && after) {
      const share = (time - before[0]) / (after[0] - before[0]);
      result.set(time, before[1] + share * (after[1] - before[1]));
    }
  }
  return result;
}
