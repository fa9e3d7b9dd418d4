/** What a line of a log says, in one line. */

import { durationText } from "../../lib/text.ts";

interface Structured {
  level?: unknown;
  message?: unknown;
  type?: unknown;
  record?: unknown;
  errorMessage?: unknown;
  errorType?: unknown;
  [other: string]: unknown;
}

/** A line's message without what the columns show: of Lambda's JSON its level and text, of its platform's events their name. */
export function messageOf(text: string): string {
  const read = structured(text);
  if (!read) return text.trimEnd();
  const { level, message, type, record, ...rest } = read;
  if (typeof type === "string" && type.startsWith("platform.")) return platformEvent(type, record);
  if (type === undefined && rest._aws) return `metrics ${metrics(rest)}`;
  if (message === undefined) return requestLine(rest) ?? text.trimEnd();
  const said = typeof message === "string" ? message : failure(message as Structured);
  const more = Object.entries(rest).filter(([name]) => !told.has(name));
  return [level, said, ...more.map(([name, value]) => `${name}=${JSON.stringify(value)}`)].filter(Boolean).join(" ");
}

/** Fields that a logger adds to each line: the columns and the line's details show them. */
const told = new Set(
  "timestamp service requestId function_request_id xray_trace_id sampling_rate cold_start function_arn function_name function_memory_size function_version".split(
    " ",
  ),
);

/** The values of a line of embedded metrics: `ColdStart=1`. */
function metrics({ _aws, ...values }: Structured): string {
  const { CloudWatchMetrics = [] } = _aws as { CloudWatchMetrics?: { Metrics?: { Name: string }[] }[] };
  const names = CloudWatchMetrics.flatMap(({ Metrics = [] }) => Metrics.map(({ Name }) => Name));
  return names.map((name) => `${name}=${JSON.stringify(values[name])}`).join(" ");
}

/** Of an API's access log, whose fields the stage names: `GET /whodis 200 7 ms`, and why it was refused or failed. */
function requestLine({ method, route, status, latency, error }: Structured): string | undefined {
  if (method === undefined || route === undefined || status === undefined) return undefined;
  const why = error === undefined || error === "-" ? undefined : error;
  return [method, route, status, latency !== undefined && `${latency} ms`, why].filter(Boolean).join(" ");
}

/** `report 24 ms`, `start`: of Lambda's own events what changes. */
function platformEvent(type: string, record: unknown): string {
  const { metrics, status, errorType } = (record ?? {}) as {
    metrics?: { durationMs?: number; initDurationMs?: number; maxMemoryUsedMB?: number };
    status?: string;
    errorType?: string;
  };
  const { durationMs, initDurationMs, maxMemoryUsedMB } = metrics ?? {};
  return [
    type.slice("platform.".length),
    durationMs !== undefined && durationText(durationMs),
    initDurationMs !== undefined && `(init ${durationText(initDurationMs)})`,
    maxMemoryUsedMB !== undefined && `${maxMemoryUsedMB} MB`,
    status !== "success" && status,
    errorType,
  ]
    .filter(Boolean)
    .join(" ");
}

/** Class of its row: `bad`, `warn` or none. */
export function levelOf(text: string): string {
  const read = structured(text);
  const level = String(read?.level ?? /\b(ERROR|FATAL|WARN)\b/.exec(text.slice(0, 200))?.[1] ?? "");
  const status = String((read?.record as { status?: unknown } | undefined)?.status ?? "");
  if (/^(ERROR|FATAL)$/i.test(level) || /^(error|failure|timeout)$/.test(status)) return "bad";
  return /^WARN/i.test(level) ? "warn" : "";
}

function structured(text: string): Structured | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Structured;
  } catch {
    return undefined;
  }
}

const failure = (message: Structured): string =>
  typeof message?.errorMessage === "string"
    ? `${String(message.errorType ?? "Error")}: ${message.errorMessage}`
    : JSON.stringify(message);
