import assert from "node:assert/strict";
import { functionReference } from "../../../src/services/lambda/names.ts";

const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";

describe("names of functions", () => {
  for (const [given, qualifier, expected] of [
    ["f", undefined, { name: "f" }],
    ["f:1", undefined, { name: "f", qualifier: "1" }],
    ["000000000000:function:f", "live", { name: "f", qualifier: "live" }],
    [arn, undefined, { name: "f" }],
    [`${arn}:$LATEST`, "$LATEST", { name: "f", qualifier: "$LATEST" }],
  ] as const) {
    it(`${given} and ${qualifier} name ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(functionReference(given, qualifier), expected));
  }

  for (const [given, qualifier, name] of [
    ["arn:aws:lambda:invalid-region:000000000000:function:f", undefined, "ValidationException"],
    [`${arn}:1:2`, undefined, "ValidationException"],
    ["f", "a".repeat(129), "ValidationException"],
    ["f", "inv@lid", "ValidationException"],
    ["f:1", "2", "InvalidParameterValueException"],
  ] as const) {
    it(`${given} and ${String(qualifier).slice(0, 20)} are refused`, () =>
      assert.throws(() => functionReference(given, qualifier), { name }));
  }

  it("are refused for all that is wrong with them at once", () => {
    assert.throws(() => functionReference("not@name", "a".repeat(129)), {
      message:
        /^2 validation errors detected: Value 'a{129}' at 'qualifier' .*less than or equal to 128; Value 'not@name' at 'functionName' .*pattern/,
    });
    assert.throws(() => functionReference("a".repeat(141), undefined, 140), {
      message: /^1 validation error detected: .*at 'functionName' .*less than or equal to 140$/,
    });
    assert.deepEqual(functionReference("a".repeat(141)), { name: "a".repeat(141) });
  });
});
