import assert from "node:assert/strict";
import { readTrace, segmentId, traceHeader } from "../../src/kit/trace.ts";

describe("trace headers", () => {
  const root = "1-67891233-abcdef012345678912345678";

  it("are read in any order, and written again", () => {
    const parent = "463ac35c9f6413ad";
    assert.deepEqual(readTrace(` Sampled=1; Parent=${parent};Root=${root};Self=x`), { root, parent, sampled: true });
    assert.deepEqual(readTrace(`Root=${root};Sampled=0`), { root, parent: undefined, sampled: false });
    assert.deepEqual(readTrace(`Root=${root};Sampled=?`), { root, parent: undefined, sampled: undefined });
    for (const header of [
      `Root=${root}`,
      `Root=${root};Sampled=0`,
      `Root=${root};Parent=${parent}`,
      `Root=${root};Parent=${parent};Sampled=1`,
    ]) {
      assert.equal(traceHeader(readTrace(header)!), header);
    }
  });

  it("are nothing without a root", () => {
    for (const header of [undefined, "", "Root", "Root=1-2-3", "Parent=463ac35c9f6413ad;Sampled=1"]) {
      assert.equal(readTrace(header), undefined);
    }
  });

  it("name segments by sixteen hexadecimal digits, no two alike", () => {
    const ids = Array.from({ length: 1_000 }, segmentId);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[0-9a-f]{16}$/);
  });
});
