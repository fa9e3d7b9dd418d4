import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { readTrace, Sampler, segmentId, type Trace, traceHeader } from "../../../kit/trace.ts";
import type { Principal } from "../../../service.ts";
import type { MethodRuntime, StageRuntime } from "./stageRuntime.ts";

/** The answer to one request, before it is compressed and written. */
export interface Reply {
  status: number;
  /** Names and values in turn, as `writeHead` takes them; a name may occur twice. */
  headers: string[];
  body: Buffer | string;
  /** The gateway's own kind of error (`$context.error.responseType`). */
  error?: { type: string; message: string; logged?: string };
}

type MultiValue = Record<string, string[]>;

const sampler = new Sampler();

/**
 * Headers between the client and the gateway: nothing behind it sees them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
const DROPPED = new Set([
  ...["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "max-forwards"],
  ...["content-md5", "server", "proxy-authenticate", "www-authenticate"],
]);
/** What it sends in its own name. */
const REPLACED = new Set(["x-amzn-trace-id", "x-forwarded-port", "x-forwarded-proto"]);
/** What no longer describes a body that was sent compressed. */
const UNPACKED = new Set(["content-length", "content-encoding"]);

/** One request on its way through the gateway: what was sent, and what has been determined about it. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly stage: StageRuntime;
  readonly method: MethodRuntime;
  /** Within the stage, beginning with a slash, as sent. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  readonly pathParameters: Record<string, string> | null;
  readonly requestId = randomUUID();
  readonly extendedRequestId = extendedRequestId();
  readonly startedAt = Date.now();
  readonly sourceIp: string;
  body: Buffer | undefined;
  /** Whether the body was sent compressed; its headers then no longer describe it. */
  unpacked = false;
  /** The custom domain of the request, and the base path that led to the stage (empty for the root). */
  readonly domain: { name: string; basePath: string } | undefined;
  /** The caller, when the method requires a signature. */
  principal: Principal | undefined;
  /** `requestContext.authorizer`, once an authorizer has let the caller in. */
  authorizer: Record<string, unknown> | undefined;
  apiKey: { id: string; value: string } | undefined;
  /** `usageIdentifierKey` of a Lambda authorizer: the API key, when the API takes it from there. */
  usageIdentifierKey: string | undefined;
  /** Milliseconds that the integration took, and its status. */
  integration: { latency: number; status?: number } | undefined;
  /** Request id of the invocation of a function behind it. */
  invocation: string | undefined;
  /** `requestContext` as the integration got it. */
  context: Record<string, unknown> | undefined;
  #query: { single: Record<string, string> | null; multi: MultiValue | null } | undefined;
  #headers: { single: Record<string, string>; multi: MultiValue } | undefined;
  #traceId: string | undefined;
  #read: Trace | null | undefined;
  #trace: (Trace & { segment: string }) | null | undefined;

  constructor(
    request: IncomingMessage,
    stage: StageRuntime,
    method: MethodRuntime,
    path: string,
    query: string,
    pathParameters: Record<string, string> | null,
    domain?: { name: string; basePath: string },
  ) {
    this.request = request;
    this.stage = stage;
    this.method = method;
    this.path = path;
    this.query = query;
    this.pathParameters = pathParameters;
    this.domain = domain;
    this.sourceIp = plainAddress(request.socket.remoteAddress);
  }

  /** The path as the function sees it: with the base path of a custom domain, without the stage. */
  get eventPath(): string {
    const path = this.path.startsWith("//") ? this.path.replace(/^\/+/, "/") : this.path;
    return this.domain?.basePath ? `/${this.domain.basePath}${path}` : path;
  }

  get httpMethod(): string {
    return this.request.method as string;
  }

  /** The last value of a header that the API may see. @param name in lower case. */
  header(name: string): string | undefined {
    const value = DROPPED.has(name) ? undefined : this.request.headers[name];
    return Array.isArray(value) ? value.at(-1) : value;
  }

  /** `Root=1-TIME-ID`, the client's own if it sent one. */
  get traceId(): string {
    if (this.#traceId === undefined) {
      const sent = this.header("x-amzn-trace-id");
      const time = Math.floor(this.startedAt / 1000).toString(16);
      this.#traceId = sent ?? `Root=1-${time}-${this.requestId.replaceAll("-", "").slice(0, 24)}`;
    }
    return this.#traceId;
  }

  /** The gateway's own segment, where the stage traces and the request is sampled. */
  get trace(): (Trace & { segment: string }) | undefined {
    if (this.#trace === undefined) {
      const read = this.stage.stage.tracingEnabled ? this.#readTrace() : undefined;
      const sampled = read && (read.sampled ?? sampler.decide());
      this.#trace = sampled ? { ...read, sampled, segment: segmentId() } : null;
    }
    return this.#trace ?? undefined;
  }

  /** The trace header for what the integration calls. */
  get onwards(): string | undefined {
    const { trace } = this;
    if (trace) return traceHeader({ ...trace, parent: trace.segment });
    return this.#readTrace() && this.traceId;
  }

  #readTrace(): Trace | undefined {
    if (this.#read === undefined) this.#read = readTrace(this.traceId) ?? null;
    return this.#read ?? undefined;
  }

  /** Query parameters, decoded; of several values, the last one is the single value. */
  get queryParameters(): { single: Record<string, string> | null; multi: MultiValue | null } {
    this.#query ??= parseQuery(this.query);
    return this.#query;
  }

  /** Headers as an integration gets them: names as sent, with the gateway's own added. */
  get headers(): { single: Record<string, string>; multi: MultiValue } {
    this.#headers ??= this.#readHeaders();
    return this.#headers;
  }

  #readHeaders(): { single: Record<string, string>; multi: MultiValue } {
    const raw = this.request.rawHeaders;
    const single: Record<string, string> = {};
    const multi: MultiValue = {};
    let forwardedFor: string | undefined;
    for (let i = 0; i < raw.length; i += 2) {
      // The one name whose spelling is AWS's, whatever was sent.
      const name = raw[i] === "authorization" ? "Authorization" : (raw[i] as string);
      const value = raw[i + 1] as string;
      const lower = name.toLowerCase();
      if (DROPPED.has(lower) || REPLACED.has(lower) || (this.unpacked && UNPACKED.has(lower))) continue;
      if (lower === "x-forwarded-for") {
        forwardedFor = forwardedFor === undefined ? value : `${forwardedFor}, ${value}`;
        continue;
      }
      const values = multi[name];
      if (values) values.push(value);
      else multi[name] = [value];
      single[name] = value;
    }
    const add = (name: string, value: string) => {
      single[name] = value;
      multi[name] = [value];
    };
    add("X-Amzn-Trace-Id", this.traceId);
    add("X-Forwarded-For", forwardedFor === undefined ? this.sourceIp : `${forwardedFor}, ${this.sourceIp}`);
    add("X-Forwarded-Port", String(this.request.socket.localPort));
    add("X-Forwarded-Proto", "http");
    return { single, multi };
  }
}

let pool = randomBytes(0);
let used = 0;

/** Eleven random bytes as text, taken from a pool that is refilled occasionally. */
export function extendedRequestId(): string {
  if (used + 11 > pool.length) {
    pool = randomBytes(11 * 512);
    used = 0;
  }
  const text = pool.toString("base64", used, used + 11);
  used += 11;
  return `${text.slice(0, 15)}=`;
}

function plainAddress(address = "127.0.0.1"): string {
  if (address === "127.0.0.1") return address;
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

/** Decodes as API Gateway does: names and values by UTF-8 percent-encoding, `+` as a space; a bare name is empty. */
export function parseQuery(query: string): { single: Record<string, string> | null; multi: MultiValue | null } {
  if (query === "") return { single: null, multi: null };
  const single: Record<string, string> = {};
  const multi: MultiValue = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (Object.hasOwn(multi, name)) (multi[name] as string[]).push(value);
    else multi[name] = [value];
    single[name] = value;
  }
  return Object.keys(single).length === 0 ? { single: null, multi: null } : { single, multi };
}
