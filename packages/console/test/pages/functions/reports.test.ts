import assert from "node:assert/strict";
import { quantile, reportOf } from "../../../app/pages/functions/reports.ts";

describe("reports of invocations", () => {
  it("are read from text", () => {
    const text =
      "REPORT RequestId: 8f5-1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 61 MB\tInit Duration: 100.5 ms\t\n";
    assert.deepEqual(reportOf(text, 5), {
      ...{ at: 5, requestId: "8f5-1", milliseconds: 12.34, init: 100.5, memory: 61, status: "success" },
    });
    assert.equal(reportOf(text.replace("\t\n", "\tStatus: timeout\n"), 5)?.status, "timeout");
  });

  it("are read from JSON, and nothing else is", () => {
    const record = { requestId: "r", status: "error", metrics: { durationMs: 3, maxMemoryUsedMB: 60 } };
    assert.deepEqual(reportOf(JSON.stringify({ type: "platform.report", record }), 5), {
      ...{ at: 5, requestId: "r", milliseconds: 3, memory: 60, status: "error" },
    });
    assert.equal(reportOf(JSON.stringify({ message: "platform.report" }), 5), undefined);
    assert.equal(reportOf("words of REPORT", 5), undefined);
  });

  it("are summed up by shares", () => {
    const values = [5, 1, 3, 2, 4];
    assert.deepEqual([quantile(values, 0.5), quantile(values, 0.95), quantile([7], 0.5)], [3, 5, 7]);
  });
});
