/**
 * Metrics that programs write into their log, as Powertools does.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { parseJson } from "../../jsonText.ts";
import { units } from "../../kit/units.ts";
import type { LogEvent } from "./events.ts";

interface Directive {
  Namespace?: unknown;
  Dimensions?: unknown;
  Metrics?: unknown;
}

/** The events' metrics by namespace; events that are not such documents have none. */
export function embeddedMetrics(events: LogEvent[]): Map<string, MetricDatum[]> {
  const found = new Map<string, MetricDatum[]>();
  for (const { message } of events) {
    // Nearly all events contain no metrics: they are not parsed.
    if (!message.includes('"CloudWatchMetrics"')) continue;
    for (const [namespace, data] of ofMessage(message)) {
      const list = found.get(namespace);
      if (list) list.push(...data);
      else found.set(namespace, data);
    }
  }
  return found;
}

function ofMessage(message: string): [string, MetricDatum[]][] {
  let document: Record<string, unknown>;
  try {
    document = parseJson(message) as Record<string, unknown>;
  } catch {
    return [];
  }
  const { Timestamp, CloudWatchMetrics } = (document._aws ?? {}) as {
    Timestamp?: unknown;
    CloudWatchMetrics?: unknown;
  };
  if (typeof Timestamp !== "number" || !Array.isArray(CloudWatchMetrics)) return [];
  return (CloudWatchMetrics as Directive[]).flatMap((directive): [string, MetricDatum[]][] => {
    const { Namespace, Dimensions = [[]], Metrics } = directive ?? {};
    if (typeof Namespace !== "string" || !Array.isArray(Dimensions) || !Array.isArray(Metrics)) return [];
    const data = (Metrics as { Name: string; Unit?: MetricDatum["Unit"] }[]).flatMap((metric) => {
      const values = valuesOf(document[metric?.Name]);
      if (values.length === 0) return [];
      return (Dimensions as string[][]).map((names) => ({
        MetricName: metric.Name,
        Timestamp: new Date(Timestamp),
        Dimensions: names.map((Name) => ({ Name, Value: String(document[Name]) })),
        Values: values,
        // One that CloudWatch does not have would keep it from taking the others.
        ...(metric.Unit && units.includes(metric.Unit) && { Unit: metric.Unit }),
      }));
    });
    return [[Namespace, data]];
  });
}

/** One number, or up to a hundred. */
const valuesOf = (value: unknown): number[] =>
  (Array.isArray(value) ? value.slice(0, 100) : [value]).filter(
    (one) => typeof one === "number" && Number.isFinite(one),
  );
