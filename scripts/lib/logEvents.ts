import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import pc from "picocolors";
import { Failure } from "./failure.ts";

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads an age such as `10m`.
 * @returns milliseconds.
 * @throws {Failure} for anything but a whole number with `s`, `m`, `h` or `d`.
 */
export function parseAge(text: string): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  if (!match) throw new Failure(`--since is "${text}"; write a whole number and a unit: 30s, 10m, 2h or 1d`);
  return Number(match[1]) * units[match[2] as keyof typeof units];
}

const colours = [pc.cyan, pc.magenta, pc.blue, pc.yellow, pc.green];
const levels: Record<string, (text: string) => string> = {
  ERROR: pc.red,
  FATAL: pc.red,
  CRITICAL: pc.red,
  WARN: pc.yellow,
  WARNING: pc.yellow,
};

/** One line for one event, and those of its stack trace. JSON lines of Powertools and of Lambda itself are read; any other is shown as it is. */
export function formatLogEvent(name: string, event: FilteredLogEvent): string {
  const time = pc.dim(new Date(event.timestamp ?? 0).toISOString().slice(11, 23));
  const colour = colours[[...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % colours.length]!;
  return `${time} ${colour(name)} ${formatMessage((event.message ?? "").trimEnd())}`;
}

function formatMessage(message: string): string {
  const record = parseObject(message);
  if (!record) return message;
  if (record.type && record.record) return pc.dim(`${record.type} ${JSON.stringify(summary(record.record))}`);
  if (record._aws) return pc.dim(`metrics ${metricsOf(record)}`);
  const { level, message: text, error, errorMessage, stackTrace, exception, ...rest } = record;
  if (text === undefined && errorMessage === undefined) return message;
  const paint = levels[String(level)] ?? ((plain: string) => plain);
  const detail = Object.entries(rest).filter(([key]) => !noise.has(key));
  const parts = [level, text ?? errorMessage].filter((part) => part !== undefined).map(String);
  const cause = error as { name?: string; message?: string } | undefined;
  if (cause?.message) parts.push(`${cause.name}: ${cause.message}`);
  const line = [paint(parts.join(" ")), ...detail.map(([key, value]) => pc.dim(`${key}=${JSON.stringify(value)}`))];
  return line.join(" ") + traceOf(stackTrace ?? exception);
}

/** A stack trace as Lambda (`stackTrace`) and Powertools for Python (`exception`) have it, in lines of its own. */
function traceOf(trace: unknown): string {
  const lines = [trace ?? []].flat().flatMap((part) => String(part).split("\n"));
  const shown = lines.filter((line) => line.trim()).map((line) => `\n    ${line.trimEnd()}`);
  return pc.dim(shown.join(""));
}

/** Of Lambda's own records, the figures, and how it ended unless that was well. */
function summary(record: object): unknown {
  const { metrics, status, errorType } = record as { metrics?: object; status?: string; errorType?: string };
  return metrics ? { ...metrics, ...(status !== "success" && { status, errorType }) } : record;
}

/** The values of an embedded-metrics line: `ColdStart=1`. */
function metricsOf({ _aws, ...values }: Record<string, unknown>): string {
  const directives = (_aws as { CloudWatchMetrics?: { Metrics?: { Name: string }[] }[] }).CloudWatchMetrics ?? [];
  const names = directives.flatMap(({ Metrics = [] }) => Metrics.map(({ Name }) => Name));
  return names.map((name) => `${name}=${values[name]}`).join(" ");
}

/** Keys that Powertools and Lambda put into every line. */
const noise = new Set([
  "timestamp",
  "service",
  "cold_start",
  "function_arn",
  "function_memory_size",
  "function_name",
  "function_request_id",
  "requestId",
  "sampling_rate",
  "xray_trace_id",
  "tenantId",
]);

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
