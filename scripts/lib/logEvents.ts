import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import pc from "picocolors";
import { Failure } from "./failure.ts";
import { serviceEvent } from "./serviceEvents.ts";
import { ownFrames } from "./stackTrace.ts";

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

type Json = Record<string, unknown>;

/**
 * An event, for a person: a line, and below it a stack. JSON lines of Powertools and of Lambda itself are read; any other is
 * shown as it is.
 * @param verbose also what Lambda says of requests that went well, and embedded metrics. Default: false.
 * @returns undefined for what is not shown.
 */
export function formatLogEvent(name: string, event: FilteredLogEvent, verbose = false): string | undefined {
  const said = sayingOf((event.message ?? "").trimEnd(), verbose);
  if (said === undefined) return undefined;
  const time = pc.dim(new Date(event.timestamp ?? 0).toISOString().slice(11, 23));
  const colour = colours[[...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % colours.length]!;
  return `${time} ${colour(name)} ${said}`;
}

function sayingOf(message: string, verbose: boolean): string | undefined {
  const record = parseObject(message) ?? textRecord(message);
  if (!record) return isPlatformText(message) && !verbose ? undefined : message;
  if (isObject(record.record) && typeof record.type === "string") return platform(record.type, record.record, verbose);
  if (record._aws) return verbose ? pc.dim(`metrics ${metricsOf(record)}`) : undefined;
  return application(record) ?? serviceEvent(record) ?? message;
}

/** What the function has logged: an error, or a message with what was added. */
function application(record: Json): string | undefined {
  const { level, message, error, errorMessage, errorType, stackTrace, stack, exception, ...rest } = record;
  const paint = levels[String(level)] ?? ((plain: string) => plain);
  const own = { errorMessage, errorType, stackTrace: stackTrace ?? stack ?? exception };
  // Node's error is the message itself, Powertools' is beside it; Python's has its text in the message.
  const failure = isObject(message) ? message : isObject(error) ? error : own;
  const isText = !isObject(message) && !(failure === own && errorMessage === undefined && errorType !== undefined);
  const named = failureText(
    isText ? failure : { ...(isObject(message) ? {} : { errorMessage: message }), ...given(failure) },
  );
  if (message === undefined && named === undefined) return undefined;
  const parts = [level, isText ? message : undefined, named].filter((part) => part !== undefined && part !== "");
  const detail = Object.entries(rest).filter(([key]) => !noise.has(key));
  const line = [paint(parts.join(" ")), ...detail.map(([key, value]) => pc.dim(`${key}=${JSON.stringify(value)}`))];
  return [line.join(" "), ...framesOf(failure).map((frame) => pc.dim(`    ${frame}`))].join("\n");
}

/** Without members that are not there. */
const given = (record: Json): Json =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** `TypeError: boom`, of Powertools' errors and of the runtime's. */
function failureText({ name, errorType = name, message, errorMessage = message }: Json): string | undefined {
  if (errorMessage === undefined) return undefined;
  return errorType === undefined ? String(errorMessage) : `${errorType}: ${errorMessage}`;
}

const framesOf = ({ stack, stackTrace = stack }: Json): string[] =>
  ownFrames([stackTrace ?? []].flat().flatMap((part) => String(part).split("\n")));

/** Why Lambda has ended a request, by its errors' names. The function's own are in its log already. */
const ends: Record<string, string> = {
  "Sandbox.Timedout": "timed out",
  "Runtime.OutOfMemory": "ran out of memory",
  "Runtime.ExitError": "ended its process",
  "Function.ResponseSizeTooLarge": "answered more than 6 MB",
};

interface Platform {
  status?: string;
  errorType?: string;
  requestId?: string;
  metrics?: Record<string, number | undefined>;
}

/** Lambda's own records: of a request that it has ended why, of others their figures. */
function platform(type: string, record: Platform, verbose: boolean): string | undefined {
  const { status, errorType = "", requestId, metrics = {} } = record;
  const { durationMs, maxMemoryUsedMB, memorySizeMB, initDurationMs } = metrics;
  const took = durationMs === undefined ? "" : ` after ${duration(durationMs)}`;
  const request = requestId === undefined ? "" : ` request ${requestId}`;
  const end = ends[errorType] ?? (status === "timeout" ? "timed out" : undefined);
  if (end !== undefined) return `${pc.red(`${end}${took}`)}${pc.dim(request)}`;
  if (!verbose) return undefined;
  if (type !== "platform.report") return pc.dim(`${type}${request}`);
  const cold = initDurationMs === undefined ? "" : `, cold ${duration(initDurationMs)}`;
  return pc.dim(`${status ?? "done"}${took}, ${maxMemoryUsedMB} of ${memorySizeMB} MB${cold},${request}`);
}

const duration = (milliseconds: number): string =>
  milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;

/** Lines of Lambda's text format: of the console, of the runtime's errors, of timeouts. */
function textRecord(message: string): Json | undefined {
  const [, level, text] = /^\d{4}-[\d-]+T[\d:.]+Z\t\S+\t([A-Z]+)\t([\s\S]*)$/.exec(message) ?? [];
  if (level !== undefined) {
    const [, title, json] = /^([\w ]+)\t?(\{[\s\S]*\})$/.exec(text ?? "") ?? [];
    const error = json === undefined ? undefined : parseObject(json);
    return error ? { level, message: title?.trim(), error } : { level, message: text };
  }
  const [, timeout] = /(Task timed out after [\d.]+ seconds)/.exec(message) ?? [];
  return timeout === undefined ? undefined : { level: "ERROR", message: timeout };
}

const isPlatformText = (message: string): boolean =>
  /^(START|END|REPORT|INIT_START|XRAY) /.test(message) && !/\tStatus: (error|timeout)/.test(message);

/** The values of an embedded-metrics line: `ColdStart=1`. */
function metricsOf({ _aws, ...values }: Json): string {
  const directives = (_aws as { CloudWatchMetrics?: { Metrics?: { Name: string }[] }[] }).CloudWatchMetrics ?? [];
  const names = directives.flatMap(({ Metrics = [] }) => Metrics.map(({ Name }) => Name));
  return names.map((name) => `${name}=${values[name]}`).join(" ");
}

/** Keys that Powertools and Lambda put into every line. */
const noise = new Set([
  ...["timestamp", "service", "cold_start", "function_arn", "function_memory_size", "function_name"],
  ...["function_request_id", "requestId", "sampling_rate", "xray_trace_id", "tenantId", "code"],
]);

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseObject(text: string): Json | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
