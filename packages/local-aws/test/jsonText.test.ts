import assert from "node:assert/strict";
import { deepest, parseJson } from "../src/jsonText.ts";

describe("JSON of callers", () => {
  const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

  it("is read as far as it is nested no deeper than is read", () => {
    assert.deepEqual(parseJson('{"a":[1,null,{"b":"[[["}]}'), { a: [1, null, { b: "[[[" }] });
    assert.equal(JSON.stringify(parseJson(nested(deepest))), nested(deepest));
    assert.throws(() => parseJson(nested(deepest + 1)), /nested deeper than 1000 levels/);
    assert.throws(() => parseJson(`{"a":${nested(100_000)}}`), SyntaxError);
    assert.equal((parseJson(JSON.stringify("[".repeat(5_000))) as string).length, 5_000);
  });
});
