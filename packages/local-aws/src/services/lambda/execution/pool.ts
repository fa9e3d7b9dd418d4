/**
 * The execution environments of one version of a function. A request takes an idle one; when there is none it waits for
 * whichever comes first, one that becomes idle or a new one. Few start at a time: a burst of short requests is served by
 * few environments, one of long requests by as many as it needs.
 */
import { performance } from "node:perf_hooks";
import { isDebugged, patience } from "../../../kit/debugged.ts";
import { AwsError } from "../../../service.ts";
import type { VersionRecord } from "../records.ts";
import type { Environment, Outcome } from "./environment.ts";
import type { LogStreamWriter } from "./invocationLog.ts";
import { maxResponseBytes } from "./limits.ts";
import { type PlatformLog, platformLog } from "./platformLog.ts";

export interface InvocationRequest {
  requestId: string;
  /** JSON. */
  payload: string;
  /** ARN as invoked. */
  functionArn: string;
  clientContext?: string;
  /** Trace header: `Root=…;Parent=…;Sampled=…`. */
  trace: string;
  /** Whether the log of this request is to be returned. */
  tail: boolean;
}

export interface Execution {
  outcome: Outcome;
  /** Milliseconds that the handler took. */
  duration: number;
  /** Milliseconds that its environment took to start; absent for one that had served before. */
  initDuration?: number;
  /** Its log, when it was asked for. */
  log?: string;
}

/** An environment with its log. `tail` collects the lines of the initialisation, then those of a request that wants them returned. */
export interface Hosted {
  environment: Environment;
  log: LogStreamWriter;
  tail: string[] | undefined;
  /** It has served a request. */
  used: boolean;
}

interface Job {
  request: InvocationRequest;
  /** By `performance.now()`. */
  since: number;
  done(execution: Execution): void;
  failed(error: unknown): void;
}

/** Environments of one pool that start at a time. */
const maxStarting = 2;
/** A pool gets this many environments as soon as requests wait; more only after a wait of this length. */
const promptEnvironments = 4;
const patienceMs = 30;
/** An environment is not used beyond this age: its credentials expire. */
const maxAgeMs = 2 * 60 * 60 * 1000;

export class Pool {
  readonly version: VersionRecord;
  /** Idle ones, the most recently used last. */
  readonly idle: Hosted[] = [];
  readonly #platform: PlatformLog;
  readonly #create: (ended: () => void) => Promise<Hosted>;
  readonly #idled: () => void;
  readonly #dooms: () => number | undefined;
  readonly #timeoutMs: number;
  readonly #tracing: boolean;
  readonly #waiting: Job[] = [];
  /** Existing environments: starting, busy or idle. */
  #size = 0;
  #starting = 0;
  #patience: NodeJS.Timeout | undefined;
  #retired = false;

  /**
   * @param create creates an environment that starts to initialise, and calls back when it has ended.
   * @param idled is called when an environment became idle.
   * @param dooms after how many milliseconds the next request's environment is to be killed.
   */
  constructor(
    version: VersionRecord,
    create: (ended: () => void) => Promise<Hosted>,
    idled: () => void,
    dooms: () => number | undefined,
  ) {
    this.version = version;
    this.#create = create;
    this.#idled = idled;
    this.#dooms = dooms;
    this.#platform = platformLog(version);
    this.#timeoutMs = patience((version.configuration.Timeout ?? 3) * 1000);
    this.#tracing = version.configuration.TracingConfig?.Mode === "Active";
  }

  /** @throws the error that prevented an environment (e.g. the role cannot be assumed). */
  run(request: InvocationRequest): Promise<Execution> {
    return new Promise((done, failed) => {
      const job = { request, since: performance.now(), done, failed };
      const free = this.#takeIdle();
      if (free) void this.#serve(free, job);
      else {
        this.#waiting.push(job);
        this.#scaleOut();
      }
    });
  }

  /** Uses no environment for another request: code or configuration changed. Requests in progress finish normally. */
  retire(): void {
    this.#retired = true;
    for (const { environment } of this.idle.splice(0)) environment.end();
  }

  /** Retires its environments and fails waiting requests. */
  close(): void {
    this.retire();
    clearTimeout(this.#patience);
    for (const { failed } of this.#waiting.splice(0)) failed(shutDown());
  }

  #takeIdle(): Hosted | undefined {
    for (;;) {
      const hosted = this.idle.pop();
      if (!hosted) return undefined;
      const { environment } = hosted;
      if (!environment.ended && performance.now() - environment.startedAt < maxAgeMs) return hosted;
      environment.end();
    }
  }

  #scaleOut(): void {
    while (this.#waiting.length > this.#starting && this.#starting < maxStarting) {
      // Requests wait behind one that is stopped at a breakpoint: in another environment they would stop there, too.
      if (isDebugged() && this.#size + this.#starting > 0) return;
      const oldest = this.#waiting[this.#starting] as Job;
      const waited = performance.now() - oldest.since;
      if (this.#size >= promptEnvironments && waited < patienceMs) {
        this.#patience ??= setTimeout(() => {
          this.#patience = undefined;
          this.#scaleOut();
        }, patienceMs);
        return;
      }
      this.#starting++;
      void this.#start().finally(() => {
        this.#starting--;
        this.#scaleOut();
      });
    }
  }

  async #start(): Promise<void> {
    try {
      const hosted = await this.#create(() => this.#size--);
      this.#size++;
      // In its log alone: the log that a request gets back begins with the request.
      const now = Date.now();
      const begun = this.#platform.initStart(now);
      if (begun !== undefined) hosted.log.write(now, begun);
      const error = await hosted.environment.initialise();
      if (error) this.#initFailed(hosted, error);
      else {
        hosted.tail = undefined;
        this.#free(hosted);
      }
    } catch (error) {
      this.#waiting.shift()?.failed(error);
    }
  }

  #free(hosted: Hosted): void {
    if (hosted.environment.ended) return;
    const job = this.#waiting.shift();
    if (job) void this.#serve(hosted, job);
    else if (this.#retired) hosted.environment.end();
    else {
      hosted.environment.idleSince = performance.now();
      this.idle.push(hosted);
      this.#idled();
    }
  }

  async #serve(hosted: Hosted, { request, done, failed }: Job): Promise<void> {
    const { environment } = hosted;
    const tail: string[] | undefined = request.tail ? [] : undefined;
    hosted.tail = tail;
    const now = Date.now();
    const begun = performance.now();
    say(hosted, now, this.#platform.start(now, request.requestId));
    const { requestId, payload, functionArn, trace, clientContext } = request;
    const outcome = limited(
      await environment.invoke(
        [requestId, payload, now + this.#timeoutMs, functionArn, trace, clientContext],
        this.#timeoutMs,
        this.#dooms(),
      ),
    );
    const duration = performance.now() - begun;
    if (outcome.kind === "badPayload") {
      failed(
        new AwsError(
          "InvalidRequestContentException",
          `Could not parse request body into json: ${outcome.message}`,
          400,
          { Type: "User" },
        ),
      );
    } else {
      const cold = !hosted.used;
      this.#report(hosted, request, outcome, duration);
      const { initDuration } = environment;
      done({ outcome, duration, ...(cold && { initDuration }), ...(tail && { log: tail.join("") }) });
    }
    hosted.tail = undefined;
    this.#free(hosted);
    if (environment.ended) this.#scaleOut();
  }

  #report(hosted: Hosted, { requestId, trace }: InvocationRequest, outcome: Outcome, duration: number): void {
    const { environment } = hosted;
    const cold = !hosted.used;
    hosted.used = true;
    const now = Date.now();
    const failure = outcome.kind === "error" ? outcome : undefined;
    const lines = this.#platform.end(now, {
      requestId,
      duration,
      maxMemoryMb: environment.maxMemoryMb,
      status: failure ? (failure.cause === "timeout" ? "timeout" : "error") : "success",
      ...(failure && { errorType: failure.errorType }),
      ...(cold && { initDuration: environment.initDuration }),
      ...(this.#tracing && { trace }),
    });
    for (const line of lines) say(hosted, now, line);
  }

  #initFailed(hosted: Hosted, outcome: Extract<Outcome, { kind: "error" }>): void {
    const now = Date.now();
    const duration = performance.now() - hosted.environment.startedAt;
    const status = outcome.cause === "timeout" ? "timeout" : "error";
    say(hosted, now, this.#platform.initFailed(now, duration, status, outcome.errorType));
    const job = this.#waiting.shift();
    if (job) {
      const { tail } = hosted;
      hosted.used = true;
      say(hosted, now, this.#platform.start(now, job.request.requestId));
      this.#report(hosted, job.request, outcome, 0);
      const json = outcome.json.replace("RequestId:  Error", `RequestId: ${job.request.requestId} Error`);
      job.done({ outcome: { ...outcome, json }, duration: 0, ...(job.request.tail && tail && { log: tail.join("") }) });
    }
  }
}

/** The error for requests when the cloud stops. */
export const shutDown = () =>
  new AwsError("ServiceException", "The local cloud is being stopped.", 500, { Type: "Service" });

function say(hosted: Hosted, now: number, line: string | undefined): void {
  if (line === undefined) return;
  hosted.log.write(now, line);
  hosted.tail?.push(line);
}

function limited(outcome: Outcome): Outcome {
  if (outcome.kind !== "result" || outcome.json.length * 3 <= maxResponseBytes) return outcome;
  if (Buffer.byteLength(outcome.json) <= maxResponseBytes) return outcome;
  const errorType = "Function.ResponseSizeTooLarge";
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
  return { kind: "error", json: JSON.stringify({ errorType, errorMessage }), errorType, cause: "handler" };
}
