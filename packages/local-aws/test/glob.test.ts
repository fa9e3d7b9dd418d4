import assert from "node:assert/strict";
import fc from "fast-check";
import { globPieces, globTest } from "../src/glob.ts";

describe("wildcards of users", () => {
  const matches = (pattern: string, text: string) => globTest(globPieces(pattern))(text);

  it("match what a regular expression of the same meaning does", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 });
    fc.assert(
      fc.property(letters, text, (pattern, given) => {
        assert.equal(matches(pattern, given), new RegExp(`^${pattern.replaceAll("*", "[^]*")}$`).test(given));
      }),
    );
  });

  it("take escaped characters for themselves", () => {
    assert.deepEqual(globPieces("a\\*b*c\\\\d\\e"), ["a*b", "c\\d\\e"]);
    assert.ok(matches("\\**", "*x"));
    assert.ok(!matches("\\*", "x"));
  });

  it("end, however many there are", () => {
    assert.ok(!matches(`${"*a".repeat(2_000)}*b`, "a".repeat(200_000)));
    assert.ok(matches(`${"*a".repeat(2_000)}*`, "a".repeat(200_000)));
  });
});
