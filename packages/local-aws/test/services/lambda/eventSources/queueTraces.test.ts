import assert from "node:assert/strict";
import type { Message } from "@aws-sdk/client-sqs";
import { queueSegment, readTrace } from "../../../../src/kit/trace.ts";
import { receivedTraces } from "../../../../src/services/lambda/eventSources/queueTraces.ts";
import { graphOf } from "../../../../src/services/xray/graph.ts";
import type { Segment } from "../../../../src/services/xray/segments.ts";

describe("traces that a batch of messages carries", () => {
  const queue = "arn:aws:sqs:us-east-1:000000000000:orders";
  const header = (digit: string, sampled = 1) =>
    `Root=1-60000000-${digit.repeat(24)};Parent=${digit.repeat(16)};Sampled=${sampled}`;
  const message = (AWSTraceHeader?: string): Message => ({
    Attributes: { SentTimestamp: "1600000000000", ...(AWSTraceHeader && { AWSTraceHeader }) },
  });
  const idOf = (text: string) => queueSegment(readTrace(text)!, queue);
  let told: Segment[];
  const cloud = {
    request: async (_service: string, _operation: string, input: object) => {
      told.push(JSON.parse((input as { TraceSegmentDocuments: string[] }).TraceSegmentDocuments[0]!));
      return {} as never;
    },
  };
  const received = (...messages: Message[]) => {
    told = [];
    return receivedTraces(cloud, queue, messages);
  };

  it("are none without a header", () => {
    assert.deepEqual(received(message(), message("no trace")), {});
    assert.deepEqual(told, []);
  });

  it("go on, if it is one, below the queue", () => {
    const a = header("a");
    assert.deepEqual(received(message(a), message(), message(a)), {
      TraceHeader: `Root=1-60000000-${"a".repeat(24)};Parent=${idOf(a)};Sampled=1`,
    });
    assert.deepEqual(
      told.map(({ id, parent_id, name, start_time }) => [id, parent_id, name, start_time]),
      [[idOf(a), "a".repeat(16), "orders", 1_600_000_000]],
    );
  });

  it("go on as they came where nothing is sampled", () => {
    assert.deepEqual(received(message(header("a", 0))), { TraceHeader: header("a", 0) });
    assert.deepEqual(told, []);
  });

  it("are linked, if they are several", () => {
    const [a, b, c] = [header("a"), header("b"), header("c", 0)];
    const links = [a, b].map((text) => ({ trace_id: readTrace(text)!.root, id: idOf(text) }));
    assert.deepEqual(received(message(a), message(b), message(c)), { TraceLinks: links });
    assert.equal(told.length, 2);
    const linked: Segment = {
      ...{ id: "f".repeat(16), trace_id: `1-60000000-${"f".repeat(24)}`, name: "back", origin: "AWS::Lambda" },
      ...{ start_time: 1, end_time: 2, links },
    };
    const graph = graphOf([[told[0]!], [told[1]!], [linked]], "000000000000");
    const orders = graph.find(({ Name, Type }) => Name === "orders" && Type === "AWS::SQS::Queue");
    const back = graph.find(({ Name }) => Name === "back");
    assert.deepEqual(
      orders?.Edges?.map(({ ReferenceId, SummaryStatistics }) => [ReferenceId, SummaryStatistics?.TotalCount]),
      [[back?.ReferenceId, 2]],
    );
    assert.equal(back?.Root, false);
  });
});
