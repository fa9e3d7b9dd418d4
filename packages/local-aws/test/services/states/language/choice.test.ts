import assert from "node:assert/strict";
import { holds, type Rule, timeOf } from "../../../../src/services/states/language/choice.ts";
import { RuntimeError } from "../../../../src/services/states/language/failure.ts";
import { Variables } from "../../../../src/services/states/language/scope.ts";

const input = {
  n: 5,
  zero: 0,
  s: "abc",
  no: false,
  none: null,
  at: "2026-01-02T03:04:05Z",
  later: "2027-01-01T00:00:00+01:00",
};
const scope = { input, context: {}, variables: new Variables() };

describe("rules of Choice states", () => {
  for (const [rule, expected] of [
    [{ Variable: "$.n", NumericEquals: 5 }, true],
    [{ Variable: "$.n", NumericLessThanEqualsPath: "$.zero" }, false],
    [{ Variable: "$.n", StringEquals: "5" }, false],
    [{ Variable: "$.zero", NumericEquals: 0 }, true],
    [{ Variable: "$.s", StringGreaterThan: "abb" }, true],
    [{ Variable: "$.s", StringMatches: "a*c" }, true],
    [{ Variable: "$.s", StringMatches: "a\\*c" }, false],
    [{ Variable: "$.no", BooleanEquals: false }, true],
    [{ Variable: "$.none", IsNull: true }, true],
    [{ Variable: "$.n", IsString: false }, true],
    [{ Variable: "$.nothing", IsPresent: false }, true],
    [{ Variable: "$.none", IsPresent: true }, true],
    [{ Variable: "$.at", TimestampLessThanPath: "$.later" }, true],
    [{ Variable: "$.at", IsTimestamp: true }, true],
    [{ Variable: "$.s", TimestampEquals: "2026-01-02T03:04:05Z" }, false],
    [{ And: [{ Variable: "$.n", NumericGreaterThan: 1 }, { Not: { Variable: "$.no", BooleanEquals: true } }] }, true],
    [
      {
        Or: [
          { Variable: "$.n", NumericGreaterThan: 9 },
          { Variable: "$.s", StringEquals: "x" },
        ],
      },
      false,
    ],
  ] as [Rule, boolean][]) {
    it(`${JSON.stringify(rule)} ${expected ? "holds" : "does not hold"}`, () =>
      assert.equal(holds(rule, scope), expected));
  }

  it("of what is not there fail", () => {
    assert.throws(() => holds({ Variable: "$.nothing", NumericEquals: 1 }, scope), RuntimeError);
  });

  it("take times with seconds and an offset alone", () => {
    assert.equal(timeOf("2026-01-02T03:04:05.123456Z"), Date.parse("2026-01-02T03:04:05.123Z"));
    for (const text of ["2026-01-02", "2026-01-02T03:04:05", "2026-01-02T25:04:05Z", "02-01-2026T03:04:05Z", 1])
      assert.equal(timeOf(text), undefined);
  });
});
