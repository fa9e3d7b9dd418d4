/**
 * What Lambda itself writes into a function's log: START, END and REPORT lines, or their JSON counterparts.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
 */
import type { VersionRecord } from "../records.ts";

/** Figures of a request that has ended. */
export interface Report {
  requestId: string;
  /** Milliseconds. */
  duration: number;
  /** Milliseconds; only for the request that started its environment. */
  initDuration?: number;
  maxMemoryMb: number;
  status: "success" | "error" | "timeout";
  errorType?: string;
  /** Trace header, when tracing is active. */
  trace?: string;
}

export interface PlatformLog {
  /** An environment that begins to initialise. */
  initStart(now: number): string | undefined;
  start(now: number, requestId: string): string | undefined;
  /** Events written after a request, one string each. */
  end(now: number, report: Report): string[];
  /** An initialisation that failed. */
  initFailed(now: number, duration: number, status: "error" | "timeout", errorType: string): string | undefined;
}

export function platformLog({ configuration }: VersionRecord): PlatformLog {
  const { LoggingConfig: logging, MemorySize: memory = 128, Version: version } = configuration;
  const runtime = runtimeVersion(configuration);
  return logging?.LogFormat === "JSON"
    ? json(version, memory, logging.SystemLogLevel ?? "INFO", runtime)
    : text(version, memory, runtime);
}

interface RuntimeVersion {
  /** `python:3.13.v1` */
  runtimeVersion: string;
  runtimeVersionArn: string;
}

/** Of a managed runtime; an image has none. Versions of runtimes are not counted here: each is the first. */
function runtimeVersion({ Runtime, RuntimeVersionConfig }: VersionRecord["configuration"]): RuntimeVersion | undefined {
  if (!Runtime || !RuntimeVersionConfig?.RuntimeVersionArn) return undefined;
  const [, language = "", number = ""] = /^([a-z]+)\.?(.*?)(?:\.x)?$/.exec(Runtime) ?? [];
  const { RuntimeVersionArn: runtimeVersionArn } = RuntimeVersionConfig;
  return { runtimeVersion: `${language}:${number}.v1`, runtimeVersionArn };
}

const text = (version: string, memory: number, runtime: RuntimeVersion | undefined): PlatformLog => ({
  initStart: () =>
    runtime &&
    `INIT_START Runtime Version: ${runtime.runtimeVersion}\tRuntime Version ARN: ${runtime.runtimeVersionArn}\n`,
  start: (_now, requestId) => `START RequestId: ${requestId} Version: ${version}\n`,
  end(now, { requestId, duration, initDuration, maxMemoryMb, status, errorType, trace }) {
    const billed = Math.ceil(duration + (initDuration ?? 0));
    const report =
      `REPORT RequestId: ${requestId}\tDuration: ${duration.toFixed(2)} ms\tBilled Duration: ${billed} ms\t` +
      `Memory Size: ${memory} MB\tMax Memory Used: ${maxMemoryMb} MB\t` +
      (initDuration === undefined ? "" : `Init Duration: ${initDuration.toFixed(2)} ms\t`) +
      (trace === undefined
        ? ""
        : `\nXRAY TraceId: ${traceId(trace)}\tSegmentId: ${segmentId(trace)}\tSampled: true\t`) +
      (status === "success" || errorType === undefined || !isPlatformError(errorType)
        ? ""
        : `Status: ${status}${status === "timeout" ? "" : `\tError Type: ${errorType}`}`);
    const lines = [`END RequestId: ${requestId}\n`, `${report}\n`];
    if (status === "timeout") {
      const at = new Date(now).toISOString();
      lines.splice(1, 0, `${at} ${requestId} Task timed out after ${(duration / 1000).toFixed(2)} seconds\n\n`);
    }
    return lines;
  },
  initFailed: (_now, duration, status, errorType) =>
    `INIT_REPORT Init Duration: ${duration.toFixed(2)} ms\tPhase: init\tStatus: ${status}` +
    `${status === "timeout" ? "" : `\tError Type: ${errorType}`}\n`,
});

/** JSON events of level INFO; for a failure they have level WARN or ERROR and also pass `SystemLogLevel: WARN`. */
function json(version: string, memorySizeMB: number, level: string, runtime: RuntimeVersion | undefined): PlatformLog {
  const event = (now: number, type: string, record: object) =>
    `${JSON.stringify({ time: new Date(now).toISOString(), type: `platform.${type}`, record })}\n`;
  const quiet = level === "WARN";
  return {
    initStart: (now) =>
      quiet || !runtime
        ? undefined
        : event(now, "initStart", { initializationType: "on-demand", phase: "init", ...runtime }),
    start: (now, requestId) => (quiet ? undefined : event(now, "start", { requestId, version })),
    end(now, { requestId, duration, initDuration, maxMemoryMb, status, errorType, trace }) {
      if (quiet && status === "success") return [];
      const metrics = {
        durationMs: rounded(duration),
        billedDurationMs: Math.ceil(duration + (initDuration ?? 0)),
        memorySizeMB,
        maxMemoryUsedMB: maxMemoryMb,
        ...(initDuration !== undefined && { initDurationMs: rounded(initDuration) }),
      };
      const tracing =
        trace === undefined ? {} : { tracing: { spanId: segmentId(trace), type: "X-Amzn-Trace-Id", value: trace } };
      const failed = status === "success" || errorType === undefined ? {} : { errorType };
      return [event(now, "report", { requestId, metrics, ...tracing, status, ...failed })];
    },
    initFailed: (now, duration, status, errorType) =>
      event(now, "initReport", {
        initializationType: "on-demand",
        phase: "init",
        status,
        errorType,
        metrics: { durationMs: rounded(duration) },
      }),
  };
}

const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;
const isPlatformError = (type: string) => type.startsWith("Runtime.") || type.startsWith("Sandbox.");
const traceId = (trace: string) => /Root=([^;]+)/.exec(trace)?.[1] ?? "";
const segmentId = (trace: string) => /Parent=([^;]+)/.exec(trace)?.[1] ?? "";
