/** Runs a request on the version that its function, version or alias resolves to, within the concurrency limits. */
import { type InvocationActivity, tell } from "../../activity.ts";
import { regionOf } from "../../arn.ts";
import type { TraceLink } from "../../kit/trace.ts";
import { AwsError } from "../../service.ts";
import type { Concurrency } from "./execution/concurrency.ts";
import type { Outcome } from "./execution/environment.ts";
import type { Fleet } from "./execution/fleet.ts";
import type { InvocationMetrics, InvocationSample } from "./metrics.ts";
import { isVersion, latest } from "./names.ts";
import type { VersionRecord } from "./records.ts";
import type { Target } from "./registry.ts";
import type { InvocationTraces } from "./traces.ts";

export interface InvokeRequest {
  requestId: string;
  /** JSON; empty stands for `{}`. */
  payload: string;
  clientContext?: string;
  /** Trace header of the caller: its trace is continued. */
  trace?: string;
  /** Segments of other traces that it comes of, where there is not one that it goes on with. */
  links?: TraceLink[];
  tail?: boolean;
  /** ARN of who asks. */
  source?: string;
}

export interface Invoked {
  /** The answer, or `{errorType, errorMessage, trace}`, as JSON. */
  json: string;
  /** `Unhandled`, when the function failed. */
  functionError?: "Unhandled";
  version: string;
  log?: string;
}

export class Invoker {
  readonly #fleet: Fleet;
  readonly #concurrency: Concurrency;
  readonly #metrics: InvocationMetrics;
  readonly #traces: InvocationTraces;

  constructor(fleet: Fleet, concurrency: Concurrency, metrics: InvocationMetrics, traces: InvocationTraces) {
    this.#fleet = fleet;
    this.#concurrency = concurrency;
    this.#metrics = metrics;
    this.#traces = traces;
  }

  /** @throws AwsError when it was not run: throttled, invalid JSON, a role that cannot be assumed. */
  async invoke(target: Target, request: InvokeRequest): Promise<Invoked> {
    const version = chosen(target);
    const { configuration } = version;
    const sample = sampleOf(target, version);
    let ticket: ReturnType<Concurrency["enter"]>;
    try {
      ticket = this.#concurrency.enter(target.record, configuration.Version);
    } catch (error) {
      this.#metrics.throttle(sample);
      const { arn } = target.record;
      const { message } = error as Error;
      tell(() => ({ kind: "throttle", at: Date.now(), region: regionOf(arn), function: arn, message }));
      throw error;
    }
    const traced = this.#traces.begin(
      target,
      configuration.TracingConfig?.Mode === "Active",
      request.trace,
      request.links,
    );
    try {
      const { outcome, duration, initDuration, log } = await this.#fleet.run(
        version,
        {
          requestId: request.requestId,
          payload: request.payload || "{}",
          functionArn: target.arn,
          trace: traced.header,
          tail: request.tail ?? false,
          ...(request.clientContext !== undefined && { clientContext: request.clientContext }),
        },
        ticket.kind === "provisioned" ? "provisioned-concurrency" : "on-demand",
      );
      const failed = outcome.kind === "error";
      traced.end(failed);
      this.#metrics.record(sample, duration, failed, ticket.concurrent);
      tell(() => {
        const activity: InvocationActivity = {
          kind: "invocation",
          at: Date.now(),
          region: regionOf(target.record.arn),
          function: target.record.arn,
          version: configuration.Version,
          requestId: request.requestId,
          milliseconds: duration,
          outcome: "success",
          trace: traced.header,
        };
        if (initDuration !== undefined) activity.initMilliseconds = initDuration;
        if (request.source !== undefined) activity.source = request.source;
        return outcome.kind === "error" ? { ...activity, ...told(outcome) } : activity;
      });
      return {
        json: (outcome as Exclude<Outcome, { kind: "badPayload" }>).json,
        version: configuration.Version,
        ...(failed && { functionError: "Unhandled" as const }),
        ...(log !== undefined && { log }),
      };
    } catch (error) {
      if (error instanceof AwsError) throw error;
      throw new AwsError("ServiceException", "The function could not be run because of an internal error.", 500, {
        Type: "Service",
      });
    } finally {
      this.#concurrency.leave(ticket);
    }
  }
}

/** What went wrong, of the answer that its caller gets. */
function told({ cause, json, errorType }: Extract<Outcome, { kind: "error" }>) {
  const { errorMessage = "", trace, stackTrace = trace } = JSON.parse(json) as Record<string, unknown>;
  const stack = Array.isArray(stackTrace) ? stackTrace.map(String) : [];
  // Node's begin with the message itself, which may have several lines.
  const frames = stack.findIndex((line) => /^\s+(at|File) /.test(line));
  const error = { type: errorType, message: String(errorMessage), stack: frames < 0 ? [] : stack.slice(frames) };
  return { outcome: cause === "handler" ? ("error" as const) : cause, error };
}

/** Main or additional version of an alias, by weight. */
function chosen({ version, additional }: Target): VersionRecord {
  return additional && Math.random() < additional.weight ? additional.version : version;
}

function sampleOf({ record, qualifier }: Target, { configuration }: VersionRecord): InvocationSample {
  const functionName = record.name;
  if (qualifier === undefined) return { functionName };
  if (qualifier === latest || isVersion(qualifier)) return { functionName, qualifier };
  return { functionName, qualifier, executedVersion: configuration.Version };
}
