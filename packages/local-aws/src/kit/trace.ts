/**
 * Trace headers, and the segments that services of the cloud write of calls that are sampled.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
import { createHash, randomUUID } from "node:crypto";

export interface Trace {
  /** `1-TIME-ID` */
  root: string;
  /** The segment that called. */
  parent: string | undefined;
  /** Absent where nobody has decided yet. */
  sampled: boolean | undefined;
}

/** @returns `undefined` for a text that is no trace header. */
export function readTrace(header: string | undefined): Trace | undefined {
  if (header === undefined) return undefined;
  const found: Trace = { root: "", parent: undefined, sampled: undefined };
  for (const part of header.split(";")) {
    const [name, value = ""] = part.trim().split("=", 2);
    if (name === "Root") found.root = value;
    else if (name === "Parent") found.parent = value;
    else if (name === "Sampled") found.sampled = value === "1" || (value === "0" ? false : undefined);
  }
  return /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i.test(found.root) ? found : undefined;
}

/** `Root=…;Parent=…;Sampled=1` */
export const traceHeader = ({ root, parent, sampled }: Trace): string =>
  `Root=${root}${parent ? `;Parent=${parent}` : ""}${sampled === undefined ? "" : `;Sampled=${sampled ? 1 : 0}`}`;

/**
 * Which requests are sampled where nobody has decided: the first of each second, and five of a hundred others.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 */
export class Sampler {
  #second = 0;

  decide(): boolean {
    const second = Math.floor(Date.now() / 1000);
    if (second === this.#second) return Math.random() < 0.05;
    this.#second = second;
    return true;
  }
}

/** The id of a segment: sixteen hexadecimal digits, those that end a UUID: Node draws the bytes of many of them at once. */
export const segmentId = (): string => randomUUID().slice(-17).replace("-", "");

/** The header for what a call brings about: below the segment that is written of the call itself. */
export function traceBelow({
  trace: header,
  segment,
}: {
  trace?: string | undefined;
  segment?: { id: string } | undefined;
}): string | undefined {
  const trace = readTrace(header);
  return trace && segment !== undefined ? traceHeader({ ...trace, parent: segment.id }) : header;
}

/** A segment of another trace, of which this one comes. */
export interface TraceLink {
  trace_id: string;
  id: string;
}

/**
 * Id of the segment of a queue that a message was sent to: who sends it and who receives it find the same one, by the trace
 * header that the message has.
 */
export const queueSegment = ({ root, parent }: Trace, queueArn: string): string =>
  createHash("sha256").update(`${root} ${parent} ${queueArn}`).digest("hex").slice(0, 16);

/** What a service tells of one call, in X-Ray's words. */
export interface SegmentFacts {
  id: string;
  name: string;
  /** `AWS::Lambda::Function` */
  origin: string;
  /** Milliseconds since 1970. */
  started: number;
  /** As the client saw it: 4xx is an error, 5xx a fault, 429 throttled, too. */
  status?: number | undefined;
  fault?: boolean;
  more?: object;
}

/** Has X-Ray keep it. What is not accepted is lost: traces are no reason to fail. */
export function putSegment(
  cloud: { request(service: "xray", operation: string, input: object): Promise<unknown> },
  trace: Trace,
  { started, status, ...facts }: SegmentFacts,
): void {
  const { id, name, origin, fault, more } = facts;
  const document = {
    ...{ id, trace_id: trace.root, name, origin, start_time: started / 1000, end_time: Date.now() / 1000 },
    ...(trace.parent && { parent_id: trace.parent }),
    ...((fault || (status ?? 0) >= 500) && { fault: true }),
    ...(status !== undefined && status >= 400 && status < 500 && { error: true }),
    ...(status === 429 && { throttle: true }),
    ...more,
  };
  cloud.request("xray", "PutTraceSegments", { TraceSegmentDocuments: [JSON.stringify(document)] }).catch(() => {});
}
