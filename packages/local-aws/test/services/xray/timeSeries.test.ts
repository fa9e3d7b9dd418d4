import assert from "node:assert/strict";
import { XRay } from "@aws-sdk/client-xray";
import type { Segment } from "../../../src/services/xray/segments.ts";
import { timeSeries } from "../../../src/services/xray/timeSeries.ts";
import { startCloud } from "../../../testing/cloud.ts";

describe("X-Ray's statistics over time", () => {
  const segment = (id: string, start_time: number, more: Partial<Segment> = {}): Segment => ({
    ...{ id, trace_id: "1-60000000-000000000000000000000000", name: "shop", start_time, end_time: start_time + 1 },
    ...more,
  });
  const traces = [
    [segment("a", 60), segment("b", 60, { parent_id: "a", name: "store", fault: true })],
    [segment("c", 130, { error: true }), segment("d", 190, { parent_id: "gone" })],
  ];
  const counts = (...given: Parameters<typeof timeSeries>) =>
    timeSeries(...given).map((one) => {
      const of = one.EdgeSummaryStatistics ?? one.ServiceSummaryStatistics;
      return [(one.Timestamp?.getTime() ?? 0) / 1000, of?.TotalCount, of?.OkCount, of?.FaultStatistics?.TotalCount];
    });

  it("are of what came from outside, by period", () => {
    assert.deepEqual(counts(traces, undefined), [
      [60, 1, 1, 0],
      [120, 1, 0, 0],
      [180, 1, 1, 0],
    ]);
    assert.deepEqual(counts(traces, undefined, 300), [[0, 3, 2, 0]]);
    assert.deepEqual(timeSeries(traces, undefined, 300)[0]?.ResponseTimeHistogram, [{ Value: 1, Count: 3 }]);
  });

  it("are of a service", () => {
    assert.deepEqual(counts(traces, 'service("store")'), [[60, 1, 0, 1]]);
    assert.equal(timeSeries(traces, 'service("store")')[0]?.EdgeSummaryStatistics, undefined);
    assert.deepEqual(counts(traces, 'service("none")'), []);
  });

  it("are refused for other selectors and periods", () => {
    assert.throws(() => timeSeries(traces, 'edge("a", "b")'), /has service\("NAME"\), not edge/);
    assert.throws(() => timeSeries(traces, undefined, 61), /Period must be one of 60, 300; it is 61/);
  });

  it("are answered over the wire", async () => {
    const test = await startCloud();
    const xray = test.client(XRay);
    const now = Date.now() / 1000;
    const trace_id = `1-${Math.floor(now).toString(16)}-${"a".repeat(24)}`;
    const document = { ...segment("a".repeat(16), now), trace_id };
    await xray.putTraceSegments({ TraceSegmentDocuments: [JSON.stringify(document)] });
    const { TimeSeriesServiceStatistics = [] } = await xray.getTimeSeriesServiceStatistics({
      ...{ StartTime: new Date(now * 1000 - 1000), EndTime: new Date(now * 1000 + 1000) },
      EntitySelectorExpression: 'service("shop")',
    });
    assert.deepEqual(
      TimeSeriesServiceStatistics.map(({ ServiceSummaryStatistics: of }) => of?.TotalCount),
      [1],
    );
    await test.stop();
  });
});
