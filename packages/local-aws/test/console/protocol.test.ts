import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, encode } from "../../src/console/protocol.ts";

describe("the console's JSON", () => {
  it("keeps times and bytes, wherever they are", () => {
    const value = { at: new Date(5), list: [{ bytes: new Uint8Array([0, 128, 255]) }], text: "2026-01-01", none: null };
    assert.deepEqual(decode(encode(value)), value);
  });

  it("keeps bytes of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000, size: "max" }), (bytes) => {
        assert.deepEqual([...(decode(encode({ bytes })) as { bytes: Uint8Array }).bytes], [...bytes]);
      }),
      { numRuns: 20 },
    );
  });

  it("leaves names that look like marks to who uses them", () => {
    const value = { $date: { S: "x" }, nested: { $bytes: 5 } };
    assert.deepEqual(decode(encode(value)), value);
  });
});
