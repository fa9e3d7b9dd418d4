import assert from "node:assert/strict";
import fc from "fast-check";
import { parseJson } from "../../../handlers/lib/json.ts";

const refuses = (text: string, message: string) =>
  assert.throws(() => parseJson(text), { name: "RequestError", statusCode: 400, message });

describe("a caller's JSON", () => {
  it("is what it says, to 30 levels", () => {
    for (const value of [null, 1, "a", [], {}, { a: [{ b: null }] }]) {
      assert.deepEqual(parseJson(JSON.stringify(value)), value);
    }
    parseJson("[".repeat(30) + "]".repeat(30));
  });

  it("is refused where it is nested deeper, however deep that is", () => {
    for (const depth of [31, 200, 100_000]) {
      refuses("[".repeat(depth) + "]".repeat(depth), "the body is nested more than 30 levels deep");
    }
  });

  it("is refused where a name leads to a prototype, at any place", () => {
    for (const name of ["__proto__", "constructor", "prototype"]) {
      refuses(`[{"a":{"${name}":{}}}]`, `the body has a field ${name}, and no field may be called that`);
    }
  });

  it("is refused where it is none", () => refuses("{", "the body is not JSON"));

  it("is any that is written", () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/"(__proto__|constructor|prototype)":/.test(text));
        assert.deepEqual(parseJson(text), JSON.parse(text));
      }),
    ));
});
