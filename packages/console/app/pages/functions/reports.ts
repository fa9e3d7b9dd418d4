/** What Lambda writes to a function's log at the end of each invocation, as JSON or as text. */
import { all, call } from "../../lib/api.ts";

export interface Report {
  /** Milliseconds since 1970. */
  at: number;
  requestId: string;
  milliseconds: number;
  /** Of a cold start: how long the environment took. */
  init?: number;
  /** Megabytes. */
  memory: number;
  /** `success`, `error`, `timeout`, `failure` */
  status: string;
}

const day = 86_400_000;
const most = 1_000;

/** Of the last day, the latest first. */
export async function readReports(logGroupName: string, signal: AbortSignal): Promise<Report[]> {
  const events = await all(
    (nextToken) =>
      call(
        "logs",
        "FilterLogEvents",
        {
          logGroupName,
          filterPattern: "?REPORT ?platform.report",
          startTime: Date.now() - day,
          ...(nextToken && { nextToken }),
        },
        signal,
      ),
    (answer) => answer.events,
    ({ nextToken }) => nextToken,
  );
  return events
    .flatMap(({ message = "", timestamp = 0 }) => reportOf(message, timestamp) ?? [])
    .reverse()
    .slice(0, most);
}

/** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html */
export function reportOf(line: string, at: number): Report | undefined {
  if (line.startsWith("REPORT")) {
    const number = (name: string) => Number(new RegExp(`\\t${name}: ([\\d.]+) `).exec(line)?.[1] ?? Number.NaN);
    const [, requestId = ""] = /RequestId: ([\w-]+)/.exec(line) ?? [];
    const [, status = "success"] = /Status: (\w+)/.exec(line) ?? [];
    const init = number("Init Duration");
    const times = { milliseconds: number("Duration"), ...(!Number.isNaN(init) && { init }) };
    return { at, requestId, ...times, memory: number("Max Memory Used"), status };
  }
  if (!line.startsWith("{") || !line.includes("platform.report")) return undefined;
  const { type, record } = JSON.parse(line);
  if (type !== "platform.report") return undefined;
  const { requestId, metrics, status = "success" } = record;
  const { durationMs, initDurationMs: init, maxMemoryUsedMB } = metrics;
  return {
    at,
    requestId,
    milliseconds: durationMs,
    ...(init !== undefined && { init }),
    memory: maxMemoryUsedMB,
    status,
  };
}

/** The value below which a share of them is. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
