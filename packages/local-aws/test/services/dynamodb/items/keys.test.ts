import assert from "node:assert/strict";
import fc from "fast-check";
import {
  behind,
  keyBytes,
  lastKey,
  partitionBytes,
  sortBytes,
  sortPrefix,
} from "../../../../src/services/dynamodb/items/keys.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\0", "\x01", "a", "\uffff", "\u{1F600}") }),
);
const binary = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes));

describe("keys as bytes", () => {
  it("sort texts by their UTF-8 bytes, and binary values by unsigned ones", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
        assert.equal(Buffer.compare(sortBytes({ S: a }), sortBytes({ S: b })), expected);
      }),
    );
    fc.assert(
      fc.property(binary, binary, (a, b) => {
        const given = Buffer.compare(sortBytes({ B: a.toString("base64") }), sortBytes({ B: b.toString("base64") }));
        assert.equal(given, Buffer.compare(a, b));
      }),
    );
  });

  it("have what begins with a text between the bytes of its beginning and those behind them", () => {
    fc.assert(
      fc.property(text, text, (whole, beginning) => {
        const bytes = sortBytes({ S: whole });
        const low = sortPrefix({ S: beginning });
        const isWithin = Buffer.compare(bytes, low) >= 0 && Buffer.compare(bytes, behind(low)) < 0;
        assert.equal(
          isWithin,
          Buffer.from(whole).subarray(0, Buffer.byteLength(beginning)).equals(Buffer.from(beginning)),
        );
      }),
    );
  });

  it("have a partition's items together, and no others among them", () => {
    fc.assert(
      fc.property(text, text, text, (partition, other, sort) => {
        const low = partitionBytes({ S: partition });
        const within = (key: Buffer) => Buffer.compare(key, low) >= 0 && Buffer.compare(key, behind(low)) < 0;
        assert.ok(within(keyBytes({ S: partition }, { S: sort })));
        assert.equal(within(keyBytes({ S: other }, { S: sort })), other === partition);
      }),
    );
  });

  it("end before the last key, however long they are", () => {
    const longest = keyBytes(
      { B: Buffer.alloc(2048, 0xff).toString("base64") },
      { B: Buffer.alloc(1024).toString("base64") },
    );
    assert.ok(Buffer.compare(longest, lastKey) < 0);
    assert.equal(longest.length, 4 + 2048 + 2 + 2 * 1024 + 2);
  });
});
