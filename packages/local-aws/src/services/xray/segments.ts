/** Segments: what services tell of their part in a trace. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html */
import { parseJson } from "../../jsonText.ts";
import type { Cloud } from "../../service.ts";

export interface Segment {
  id: string;
  trace_id: string;
  name: string;
  start_time: number;
  end_time?: number;
  in_progress?: boolean;
  parent_id?: string;
  /** `subsegment` for one that is sent by itself. */
  type?: string;
  origin?: string;
  namespace?: string;
  resource_arn?: string;
  user?: string;
  error?: boolean;
  fault?: boolean;
  throttle?: boolean;
  annotations?: Record<string, string | number | boolean>;
  http?: {
    request?: { url?: string; method?: string; user_agent?: string; client_ip?: string };
    response?: { status?: number };
  };
  aws?: Record<string, unknown>;
  /** Segments of other traces that brought this one about. */
  links?: { trace_id?: string; id?: string }[];
  subsegments?: Segment[];
}

/** How long they are kept, in seconds. */
const kept = 30 * 86_400;
const longest = 64 * 1024;

/** Milliseconds that segments wait for others. */
const flushMs = 100;

export class Segments {
  readonly #store: Cloud["store"];
  /** Not on disk yet: a commit costs more than a segment. */
  #waiting: { segment: Segment; document: string }[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Old ones are forgotten now and then. */
  #puts = 0;

  constructor({ store }: Pick<Cloud, "store">) {
    this.#store = store;
    store.database.exec(
      `CREATE TABLE IF NOT EXISTS xray_segments (trace TEXT, id TEXT, start REAL, stop REAL, document TEXT,
         PRIMARY KEY (trace, id)) WITHOUT ROWID;
       CREATE INDEX IF NOT EXISTS xray_times ON xray_segments (start)`,
    );
  }

  /** A later document of the same segment takes the place of the earlier one. It is on disk after {@link flush}, or a little later. */
  put(segment: Segment, document: string): void {
    this.#waiting.push({ segment, document });
    this.#timer ??= setTimeout(() => {
      try {
        this.flush();
      } catch {
        // They are lost: traces are no reason to fail.
      }
    }, flushMs).unref();
  }

  /** Writes what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = this.#waiting;
    if (all.length === 0) return;
    this.#waiting = [];
    this.#store.transaction(() => {
      for (const { segment, document } of all) this.#write(segment, document);
    });
  }

  #write({ trace_id: trace, id, start_time: start, end_time: stop = start }: Segment, document: string): void {
    this.#store
      .prepare("INSERT OR REPLACE INTO xray_segments VALUES (?, ?, ?, ?, ?)")
      .run(trace, id, start, stop, document);
    if (this.#puts++ % 1000 === 0) {
      this.#store.prepare("DELETE FROM xray_segments WHERE start < ?").run(Date.now() / 1000 - kept);
    }
  }

  /** Documents of a trace, the earliest first. */
  documents(trace: string): { id: string; document: string }[] {
    this.flush();
    const sql = "SELECT id, document FROM xray_segments WHERE trace = ? ORDER BY start, id";
    return this.#store.prepare(sql).all(trace) as { id: string; document: string }[];
  }

  trace(id: string): Segment[] {
    return this.documents(id).map(({ document }) => JSON.parse(document) as Segment);
  }

  /** Ids of traces with a segment that begins between two times, in seconds. */
  between(from: number, to: number): string[] {
    this.flush();
    const sql = "SELECT DISTINCT trace FROM xray_segments WHERE start >= ? AND start <= ? ORDER BY trace";
    return (this.#store.prepare(sql).all(from, to) as { trace: string }[]).map(({ trace }) => trace);
  }
}

/** What is wrong with a document: X-Ray's code and words, and the id as far as there is one. */
export interface Fault {
  Id?: string;
  ErrorCode: string;
  Message: string;
}

/** @returns the segment, or why it is none. */
export function readSegment(text: string): Segment | Fault {
  if (Buffer.byteLength(text) > longest) {
    return { ErrorCode: "DocumentTooLarge", Message: `A segment document must have at most ${longest} bytes` };
  }
  let found: unknown;
  try {
    found = parseJson(text);
  } catch {
    return { ErrorCode: "ParseError", Message: "Invalid segment. Error: InvalidJson" };
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    return { ErrorCode: "ParseError", Message: "Invalid segment. Error: NotAnObject" };
  }
  const segment = found as Segment;
  const fault = faultOf(segment);
  return fault
    ? { ...(typeof segment.id === "string" && { Id: segment.id }), ErrorCode: fault[0], Message: fault[1] }
    : segment;
}

function faultOf(segment: Segment): [code: string, message: string] | undefined {
  const { id, trace_id: trace, name, start_time: start, end_time: stop, in_progress: open } = segment;
  const wrong = (code: string, what: string): [string, string] => [code, `Invalid segment. Error: ${what}`];
  if (typeof id !== "string" || !/^[0-9a-f]{16}$/i.test(id))
    return wrong("MissingId", "id must be sixteen hexadecimal digits");
  if (typeof trace !== "string" || !/^1-[0-9a-f]{8}-[0-9a-f]{24}$/i.test(trace)) {
    return wrong("MissingTraceId", "trace_id must be of the form 1-TIME-ID");
  }
  const seconds = Number.parseInt(trace.slice(2, 10), 16);
  const now = Date.now() / 1000;
  if (seconds < now - kept || seconds > now + 300)
    return wrong("ExpiredTraceId", "trace_id must be of the last 30 days");
  if (typeof name !== "string" || !/^[\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]{1,200}$/u.test(name)) {
    return wrong("MissingName", "name must have 1 to 200 letters, numbers, spaces and _.:/%&#=+\\-@");
  }
  if (typeof start !== "number") return wrong("MissingStartTime", "start_time must be a number of seconds");
  if (typeof stop !== "number" && open !== true) return wrong("MissingEndTime", "end_time must be a number of seconds");
  if (typeof stop === "number" && stop < start)
    return wrong("InvalidEndTime", "end_time must not be before start_time");
  if (segment.type === "subsegment" && typeof segment.parent_id !== "string") {
    return wrong("MissingParentId", "a subsegment must have a parent_id");
  }
  return undefined;
}

/** A segment and all within it. */
export const withSubsegments = (segment: Segment): Segment[] => [
  segment,
  ...(Array.isArray(segment.subsegments) ? segment.subsegments : []).flatMap(withSubsegments),
];
