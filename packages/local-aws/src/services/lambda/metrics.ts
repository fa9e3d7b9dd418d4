/**
 * Metrics of every request for CloudWatch, in namespace `AWS/Lambda`: aggregated here and sent at the end of each second,
 * since one call per request would cost more than the request.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { ones } from "../../kit/statistics.ts";
import type { Cloud } from "../../service.ts";

/** One request, or a refusal of one. */
export interface InvocationSample {
  functionName: string;
  /** Alias or version as invoked; absent when none was given. */
  qualifier?: string;
  /** Version that ran, when an alias was invoked. */
  executedVersion?: string;
}

/**
 * Where the sums go: namespace and data as `PutMetricData` takes them. Default: the service `monitoring`, called as the
 * account's administrator (which must accept the namespace `AWS/Lambda` from it).
 */
export type MetricSink = (namespace: string, data: MetricDatum[]) => void | Promise<void>;

export const monitoringSink =
  (cloud: Cloud): MetricSink =>
  async (Namespace, MetricData) => {
    await cloud.call("monitoring", "PutMetricData", { Namespace, MetricData });
  };

interface Sums {
  dimensions: { Name: string; Value: string }[];
  invocations: number;
  errors: number;
  throttles: number;
  /** Count of each duration, in whole milliseconds, as PutMetricData's Values and Counts want it. */
  durations: Map<number, number>;
  maxConcurrent: number;
}

/** Limits of one PutMetricData call: values per metric, and metrics. */
const maxValues = 150;
const maxData = 1000;
const secondMs = 1000;

export class InvocationMetrics {
  readonly #sink: MetricSink;
  #sums = new Map<string, Sums>();
  #timer: NodeJS.Timeout | undefined;
  /** Time of the first aggregated request, in milliseconds since 1970. */
  #since = 0;

  constructor(sink: MetricSink) {
    this.#sink = sink;
  }

  /** @param durationMs of the handler; `concurrent` requests of the function were in progress, including this one. */
  record(sample: InvocationSample, durationMs: number, failed: boolean, concurrent: number): void {
    for (const sums of this.#each(sample)) {
      sums.invocations++;
      if (failed) sums.errors++;
      const value = Math.max(0.01, durationMs < 10 ? Math.round(durationMs * 10) / 10 : Math.round(durationMs));
      if (sums.durations.size < maxValues || sums.durations.has(value)) {
        sums.durations.set(value, (sums.durations.get(value) ?? 0) + 1);
      }
      if (concurrent > sums.maxConcurrent) sums.maxConcurrent = concurrent;
    }
  }

  throttle(sample: InvocationSample): void {
    for (const sums of this.#each(sample)) sums.throttles++;
  }

  /** Sends what has been collected. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const Timestamp = new Date(this.#since);
    const data = [...this.#sums.values()].flatMap((sums) => metricData(sums, Timestamp));
    this.#sums = new Map();
    for (let from = 0; from < data.length; from += maxData) {
      // No service accepts them, or it has already stopped: metrics are no reason to fail.
      await Promise.resolve(this.#sink("AWS/Lambda", data.slice(from, from + maxData))).catch(() => {});
    }
  }

  /** Every set of dimensions under which CloudWatch shows the sample. */
  #each({ functionName, qualifier, executedVersion }: InvocationSample): Sums[] {
    if (!this.#timer) {
      this.#since = Date.now();
      this.#timer = setTimeout(() => void this.flush(), secondMs - (this.#since % secondMs)).unref();
    }
    const all = [this.#of(""), this.#of(functionName, functionName)];
    if (qualifier === undefined) return all;
    const resource = `${functionName}:${qualifier}`;
    all.push(this.#of(resource, functionName, resource));
    if (executedVersion !== undefined) {
      all.push(this.#of(`${resource}:${executedVersion}`, functionName, resource, executedVersion));
    }
    return all;
  }

  #of(key: string, functionName?: string, resource?: string, executedVersion?: string): Sums {
    let sums = this.#sums.get(key);
    if (!sums) {
      const named = { FunctionName: functionName, Resource: resource, ExecutedVersion: executedVersion };
      const dimensions = Object.entries(named).flatMap(([Name, Value]) =>
        Value === undefined ? [] : [{ Name, Value }],
      );
      sums = { dimensions, invocations: 0, errors: 0, throttles: 0, durations: new Map(), maxConcurrent: 0 };
      this.#sums.set(key, sums);
    }
    return sums;
  }
}

function metricData(sums: Sums, Timestamp: Date): MetricDatum[] {
  const { dimensions: Dimensions, invocations, errors, throttles, durations, maxConcurrent } = sums;
  const common = { Dimensions, Timestamp };
  const data: MetricDatum[] = [{ ...common, MetricName: "Throttles", Value: throttles, Unit: "Count" }];
  if (invocations === 0) return data;
  return [
    ...data,
    { ...common, MetricName: "Invocations", Unit: "Count", StatisticValues: ones(invocations, invocations) },
    // One sample per request, so that the average is the error rate.
    { ...common, MetricName: "Errors", Unit: "Count", StatisticValues: ones(errors, invocations) },
    { ...common, MetricName: "ConcurrentExecutions", Value: maxConcurrent, Unit: "Count" },
    {
      ...common,
      MetricName: "Duration",
      Unit: "Milliseconds",
      Values: [...durations.keys()],
      Counts: [...durations.values()],
    },
  ];
}
