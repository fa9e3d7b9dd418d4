/**
 * Traces of invocations: Lambda's own segment and the function's, where the request is sampled: by who called, or by the
 * function's own setting. https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 */
import { randomBytes } from "node:crypto";
import { putSegment, readTrace, Sampler, segmentId, type TraceLink, traceHeader } from "../../kit/trace.ts";
import type { Cloud } from "../../service.ts";
import type { Target } from "./registry.ts";

/** One invocation's part in a trace. */
interface Traced {
  /** What the function finds in `_X_AMZN_TRACE_ID`: its calls are its own segment's. */
  header: string;
  end(failed: boolean): void;
}

export class InvocationTraces {
  readonly #cloud: Pick<Cloud, "request">;
  readonly #seed = randomBytes(8).toString("hex");
  readonly #sampler = new Sampler();
  #count = 0;

  constructor(cloud: Pick<Cloud, "request">) {
    this.#cloud = cloud;
  }

  /**
   * @param active whether a request is sampled of which nobody has decided yet. @param given the caller's header.
   * @param links segments of several other traces that brought the invocation about, all of them sampled.
   */
  begin({ record, arn }: Target, active: boolean, given: string | undefined, links: TraceLink[] = []): Traced {
    const trace = readTrace(given) ?? { root: this.#root(), parent: undefined, sampled: undefined };
    const sampled = trace.sampled ?? (links.length > 0 || (active && this.#sampler.decide()));
    if (!sampled) return { header: traceHeader({ ...trace, parent: trace.parent ?? segmentId(), sampled }), end() {} };
    const started = Date.now();
    const [service, own] = [segmentId(), segmentId()];
    const { name } = record;
    return {
      header: traceHeader({ ...trace, parent: own, sampled }),
      end: (failed) => {
        const more = { resource_arn: arn, aws: { function_arn: arn }, ...(links.length > 0 && { links }) };
        const facts = { name, started, fault: failed, more };
        putSegment(this.#cloud, trace, { ...facts, id: service, origin: "AWS::Lambda" });
        putSegment(this.#cloud, { ...trace, parent: service }, { ...facts, id: own, origin: "AWS::Lambda::Function" });
      },
    };
  }

  /** Of a new trace. https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
  #root(): string {
    const seconds = Math.floor(Date.now() / 1000).toString(16);
    return `1-${seconds}-${this.#seed}${(++this.#count).toString(16).padStart(8, "0")}`;
  }
}
