/** Statistics of services over time. https://docs.aws.amazon.com/xray/latest/api/API_GetTimeSeriesServiceStatistics.html */
import type { TimeSeriesServiceStatistics } from "@aws-sdk/client-xray";
import { histogram, statistics } from "./graph.ts";
import { invalid } from "./sampling.ts";
import type { Segment } from "./segments.ts";

const periods = [60, 300];

/**
 * @param traces segments of each.
 * @param selector `service("shop")`: of that service; without one, of what called from outside.
 * @param period seconds, 60 or 300.
 * @throws AwsError `InvalidRequestException` for another selector or period.
 */
export function timeSeries(
  traces: Segment[][],
  selector: string | undefined,
  period = 60,
): TimeSeriesServiceStatistics[] {
  if (!periods.includes(period)) throw invalid(`Period must be one of ${periods.join(", ")}; it is ${period}`);
  const [, service] = /^\s*service\(\s*"((?:[^"\\]|\\.)*)"\s*\)\s*$/.exec(selector ?? "") ?? [];
  if (selector !== undefined && service === undefined)
    throw invalid(`Invalid EntitySelectorExpression: the local cloud has service("NAME"), not ${selector}`);
  const name = service?.replace(/\\(.)/g, "$1");
  const calls = traces.flatMap((segments) => {
    if (name !== undefined) return segments.filter((segment) => segment.name === name);
    const ids = new Set(segments.map(({ id }) => id));
    return segments.filter(({ parent_id: parent }) => parent === undefined || !ids.has(parent));
  });
  const byTime = Map.groupBy(calls, ({ start_time: start }) => Math.floor(start / period) * period);
  return [...byTime]
    .toSorted(([a], [b]) => a - b)
    .map(([time, same]) => ({
      Timestamp: new Date(time * 1000),
      [name === undefined ? "EdgeSummaryStatistics" : "ServiceSummaryStatistics"]: statistics(same),
      ResponseTimeHistogram: histogram(same),
    }));
}
