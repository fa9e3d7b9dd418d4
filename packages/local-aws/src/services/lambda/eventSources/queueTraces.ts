/**
 * Traces that messages carry. A batch of one trace goes on with it; one of several begins its own, which is linked to them.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html, https://docs.aws.amazon.com/xray/latest/devguide/xray-tracelinking.html
 */
import type { Message } from "@aws-sdk/client-sqs";
import { putSegment, queueSegment, readTrace, type TraceLink, traceHeader } from "../../../kit/trace.ts";
import type { Cloud } from "../../../service.ts";

/** What an invocation is told of traces. */
export interface BatchTrace {
  TraceHeader?: string;
  TraceLinks?: TraceLink[];
}

/** Tells of the time that messages were in their queue, in the traces that sent them, where those are sampled. */
export function receivedTraces(cloud: Pick<Cloud, "request">, queueArn: string, messages: Message[]): BatchTrace {
  const headers = new Map<string, Message>();
  for (const message of messages) {
    const header = message.Attributes?.AWSTraceHeader;
    if (header !== undefined && !headers.has(header)) headers.set(header, message);
  }
  const found = [...headers].flatMap(([header, { Attributes }]) => {
    const trace = readTrace(header);
    return trace ? [{ trace, sent: Number(Attributes?.SentTimestamp ?? Date.now()) }] : [];
  });
  const sampled = found.filter(({ trace }) => trace.sampled);
  const links = sampled.map(({ trace, sent }): TraceLink => {
    const id = queueSegment(trace, queueArn);
    const name = queueArn.split(":").at(-1) as string;
    const more = { aws: { operation: "ReceiveMessage", region: queueArn.split(":")[3], queue_arn: queueArn } };
    putSegment(cloud, trace, { id, name, origin: "AWS::SQS::Queue", started: sent, more });
    return { trace_id: trace.root, id };
  });
  const [first, ...others] = found;
  if (!first) return {};
  if (others.length === 0)
    return { TraceHeader: traceHeader({ ...first.trace, ...(links[0] && { parent: links[0].id }) }) };
  return links.length > 0 ? { TraceLinks: links } : {};
}
