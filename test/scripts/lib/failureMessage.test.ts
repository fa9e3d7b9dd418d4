import assert from "node:assert/strict";
import { type FailureMessage, readFailureMessage } from "../../../scripts/lib/failureMessage.ts";

const batch = { shardId: "s", startSequenceNumber: "1", endSequenceNumber: "2", streamArn: "arn:aws:dynamodb:x" };

describe("a message of a failure queue", () => {
  const cases: [string, unknown, FailureMessage][] = [
    [
      "of the predictor",
      { key: { id: "a" }, body: { x: null }, reason: "x: is not a number" },
      { kind: "rejected", id: "a", body: { x: null }, reason: "x: is not a number" },
    ],
    [
      "of the predictor, too large for its body",
      { key: { id: "a" }, reason: "r" },
      { kind: "rejected", id: "a", body: undefined, reason: "r" },
    ],
    ["of Lambda", { version: "1.0", DDBStreamBatchInfo: batch }, { kind: "batch", batch }],
    ["of SQS", { id: "a", record: {} }, { kind: "record", id: "a", text: '{"id":"a","record":{}}' }],
    [
      "about a message that was none",
      { key: { messageId: "m" }, body: "?", reason: "no record" },
      { kind: "unknown", reason: "no record" },
    ],
    ["that says nothing", {}, { kind: "unknown", reason: "it names no record" }],
    ["of a list", [], { kind: "unknown", reason: "it is no JSON object" }],
  ];
  for (const [what, message, expected] of cases) {
    it(`${what} is ${expected.kind}`, () => assert.deepEqual(readFailureMessage(JSON.stringify(message)), expected));
  }

  it("that is no JSON is unknown", () => {
    assert.deepEqual(readFailureMessage("?"), { kind: "unknown", reason: "it is no JSON object" });
  });
});
