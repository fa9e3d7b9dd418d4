/**
 * Metrics of executions for CloudWatch, in namespace `AWS/States`: aggregated here, and sent once a second.
 * https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
 */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { putMetrics } from "../../kit/putMetrics.ts";
import { addSample, noSamples, ones, type Statistic } from "../../kit/statistics.ts";
import type { Cloud } from "../../service.ts";
import type { Execution, Status } from "./records.ts";

/** What is counted, by how an execution ended. */
const endings: Partial<Record<Status, string>> = {
  SUCCEEDED: "ExecutionsSucceeded",
  FAILED: "ExecutionsFailed",
  TIMED_OUT: "ExecutionsTimedOut",
  ABORTED: "ExecutionsAborted",
};
const everyMs = 1000;

/** Of one machine since the last flush. */
interface Sums {
  counts: Map<string, number>;
  time: Statistic;
}

export class ExecutionMetrics {
  readonly #cloud: Cloud;
  #sums = new Map<string, Sums>();
  #timer: NodeJS.Timeout | undefined;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  started({ machineArn }: Execution): void {
    count(this.#of(machineArn), "ExecutionsStarted");
  }

  ended({ machineArn, status, started, stopped = started }: Execution): void {
    const ending = endings[status];
    if (!ending) return;
    const sums = this.#of(machineArn);
    count(sums, ending);
    addSample(sums.time, stopped - started);
  }

  /** Sends what has been collected. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const Timestamp = new Date();
    const data = [...this.#sums].flatMap(([machineArn, sums]) => dataOf(machineArn, sums, Timestamp));
    this.#sums = new Map();
    await putMetrics(this.#cloud, "AWS/States", data);
  }

  #of(machineArn: string): Sums {
    this.#timer ??= setTimeout(() => void this.flush(), everyMs).unref();
    let sums = this.#sums.get(machineArn);
    if (!sums) {
      sums = { counts: new Map(), time: noSamples() };
      this.#sums.set(machineArn, sums);
    }
    return sums;
  }
}

function count({ counts }: Sums, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** An ending has a sample for every execution that ended, so that its average is its rate. */
function dataOf(machineArn: string, { counts, time }: Sums, Timestamp: Date): MetricDatum[] {
  const common = { Dimensions: [{ Name: "StateMachineArn", Value: machineArn }], Timestamp };
  const data: MetricDatum[] = [];
  const started = counts.get("ExecutionsStarted");
  if (started !== undefined) data.push({ ...common, MetricName: "ExecutionsStarted", Unit: "Count", Value: started });
  const { SampleCount } = time;
  if (SampleCount === 0) return data;
  for (const MetricName of Object.values(endings)) {
    const StatisticValues = ones(counts.get(MetricName) ?? 0, SampleCount);
    data.push({ ...common, MetricName, Unit: "Count", StatisticValues });
  }
  data.push({ ...common, MetricName: "ExecutionTime", Unit: "Milliseconds", StatisticValues: time });
  return data;
}
