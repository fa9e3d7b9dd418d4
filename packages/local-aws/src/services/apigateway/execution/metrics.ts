/**
 * Metrics of every request for CloudWatch, in namespace `AWS/ApiGateway`: aggregated here, and sent once a second.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { putMetrics } from "../../../kit/putMetrics.ts";
import { addSample, noSamples, ones, type Statistic } from "../../../kit/statistics.ts";
import type { Cloud } from "../../../service.ts";
import type { Exchange, Reply } from "./exchange.ts";

interface Sums {
  dimensions: { Name: string; Value: string }[];
  count: number;
  clientErrors: number;
  serverErrors: number;
  latency: Statistic;
  integrationLatency: Statistic;
}

const FLUSH_AFTER = 1000;

export class Metrics {
  readonly #cloud: Cloud;
  #sums = new Map<string, Sums>();
  #timer: NodeJS.Timeout | undefined;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  record(exchange: Exchange, reply: Reply): void {
    const { apiName } = exchange.stage.deployment;
    const { stageName } = exchange.stage.stage;
    const latency = Date.now() - exchange.startedAt;
    this.#add(this.#of(apiName), exchange, reply, latency);
    this.#add(this.#of(apiName, stageName), exchange, reply, latency);
    if (!exchange.method.setting.metricsEnabled) return;
    const { resource, httpMethod } = exchange.method;
    this.#add(this.#of(apiName, stageName, httpMethod, resource.path), exchange, reply, latency);
  }

  /** Sends what has been collected. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const timestamp = new Date();
    const data = [...this.#sums.values()].flatMap((sums) => metricData(sums, timestamp));
    this.#sums = new Map();
    await putMetrics(this.#cloud, "AWS/ApiGateway", data);
  }

  #add(sums: Sums, exchange: Exchange, { status }: Reply, latency: number): void {
    sums.count++;
    if (status >= 500) sums.serverErrors++;
    else if (status >= 400) sums.clientErrors++;
    addSample(sums.latency, latency);
    if (exchange.integration) addSample(sums.integrationLatency, exchange.integration.latency);
  }

  #of(apiName: string, stage = "", method = "", resource = ""): Sums {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER).unref();
    const key = `${apiName}\n${stage}\n${method}\n${resource}`;
    let sums = this.#sums.get(key);
    if (!sums) {
      const named = { ApiName: apiName, Stage: stage, Method: method, Resource: resource };
      const dimensions = Object.entries(named).flatMap(([Name, Value]) => (Value ? [{ Name, Value }] : []));
      sums = {
        dimensions,
        count: 0,
        clientErrors: 0,
        serverErrors: 0,
        latency: noSamples(),
        integrationLatency: noSamples(),
      };
      this.#sums.set(key, sums);
    }
    return sums;
  }
}

/** Errors have a sample for every request, so that their average is their rate. */
function metricData({ dimensions, count, clientErrors, serverErrors, ...sums }: Sums, Timestamp: Date): MetricDatum[] {
  const common = { Dimensions: dimensions, Timestamp };
  const data: MetricDatum[] = [
    { ...common, MetricName: "Count", Unit: "Count", StatisticValues: ones(count, count) },
    { ...common, MetricName: "4XXError", Unit: "Count", StatisticValues: ones(clientErrors, count) },
    { ...common, MetricName: "5XXError", Unit: "Count", StatisticValues: ones(serverErrors, count) },
    { ...common, MetricName: "Latency", Unit: "Milliseconds", StatisticValues: sums.latency },
  ];
  if (sums.integrationLatency.SampleCount > 0) {
    const StatisticValues = sums.integrationLatency;
    data.push({ ...common, MetricName: "IntegrationLatency", Unit: "Milliseconds", StatisticValues });
  }
  return data;
}
