// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
import assert from "node:assert/strict";
import fc from "fast-check";
import { compileCondition, parseOperator } from "../../src/authorization/conditions.ts";

type Values = string[] | undefined;

/** Whether `operator: { "x:key": expected }` holds when the request carries `given` for that key. */
const holds = (operator: string, expected: string[], given: Values, others: Record<string, string[]> = {}): boolean =>
  compileCondition(operator, "X:Key", expected, true)((key) => (key === "x:key" ? given : others[key]));

describe("condition operators", () => {
  const table: [operator: string, expected: string | string[], given: Values, result: boolean][] = [
    ["StringEquals", "a", ["a"], true],
    ["StringEquals", "a", ["A"], false],
    ["StringEquals", ["a", "b"], ["b"], true],
    ["StringEquals", "a*", ["abc"], false],
    ["StringEquals", "a*", ["a*"], true],
    ["StringEquals", "a", undefined, false],
    ["StringEqualsIfExists", "a", undefined, true],
    ["StringEqualsIfExists", "a", ["b"], false],
    ["StringNotEquals", "a", ["b"], true],
    ["StringNotEquals", ["a", "b"], ["b"], false],
    ["StringNotEquals", "a", undefined, true],
    ["StringEqualsIgnoreCase", "aB", ["Ab"], true],
    ["StringNotEqualsIgnoreCase", "aB", ["Ab"], false],
    ["StringLike", "a*c", ["abbc"], true],
    ["StringLike", "a?c", ["abbc"], false],
    ["StringLike", "a?c", ["abc"], true],
    ["StringNotLike", "a*", ["abc"], false],
    ["StringNotLike", "a*", undefined, true],
    [
      "ArnLike",
      "arn:aws:lambda:*:000000000000:function:a*",
      ["arn:aws:lambda:us-east-1:000000000000:function:ab:1"],
      true,
    ],
    ["ArnEquals", "arn:aws:s3:::b", ["arn:aws:s3:::b"], true],
    ["ArnLike", "arn:aws:*:function:a", ["arn:aws:lambda:us-east-1:000000000000:function:a"], false],
    ["ArnNotLike", "arn:aws:s3:::b*", ["arn:aws:s3:::c"], true],
    ["ArnNotEquals", "arn:aws:s3:::b*", ["arn:aws:s3:::bc"], false],
    ["ArnLike", "arn:aws:s3:::b", ["not an arn"], false],
    ["NumericEquals", "10", ["10.0"], true],
    ["NumericNotEquals", "10", ["11"], true],
    ["NumericLessThan", "10", ["9"], true],
    ["NumericLessThan", "10", ["10"], false],
    ["NumericLessThanEquals", "10", ["10"], true],
    ["NumericGreaterThan", "10", ["11"], true],
    ["NumericGreaterThanEquals", "10", ["9"], false],
    ["NumericLessThan", "10", ["nine"], false],
    ["NumericLessThan", "10", [""], false],
    ["DateLessThan", "2026-01-02T00:00:00Z", ["2026-01-01T23:59:59Z"], true],
    ["DateGreaterThan", "2026-01-02T00:00:00Z", ["2026-01-01T23:59:59Z"], false],
    ["DateEquals", "2026-01-01T00:00:00Z", ["1767225600"], true],
    ["DateNotEquals", "2026-01-01T00:00:00Z", ["1767225601"], true],
    ["DateLessThanEquals", "2026-01-01T00:00:00Z", ["1767225600"], true],
    ["DateGreaterThanEquals", "2026-01-01", ["2026-01-01T00:00:00Z"], true],
    ["Bool", "true", ["true"], true],
    ["Bool", "true", ["false"], false],
    ["Bool", "false", undefined, false],
    ["BoolIfExists", "true", undefined, true],
    ["BinaryEquals", "aGk=", ["aGk="], true],
    ["BinaryEquals", "aGk=", ["aGkh"], false],
    ["IpAddress", "10.0.0.0/8", ["10.1.2.3"], true],
    ["IpAddress", "10.0.0.0/8", ["11.1.2.3"], false],
    ["IpAddress", "127.0.0.1", ["127.0.0.1"], true],
    ["IpAddress", ["10.0.0.0/8", "2001:db8::/32"], ["2001:db8::1"], true],
    ["IpAddress", "10.0.0.0/8", ["2001:db8::1"], false],
    ["NotIpAddress", "10.0.0.0/8", ["11.1.2.3"], true],
    ["NotIpAddress", "10.0.0.0/8", ["10.1.2.3"], false],
    ["Null", "true", undefined, true],
    ["Null", "true", ["x"], false],
    ["Null", "false", ["x"], true],
    ["Null", "false", undefined, false],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], true],
    ["ForAnyValue:StringEquals", ["a", "b"], ["c"], false],
    ["ForAnyValue:StringEquals", "a", undefined, false],
    ["ForAnyValue:StringNotEquals", "a", ["a", "b"], true],
    ["ForAnyValue:StringNotEquals", "a", undefined, false],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "b"], true],
    ["ForAllValues:StringEquals", ["a", "b"], ["a", "c"], false],
    ["ForAllValues:StringEquals", "a", undefined, true],
    ["ForAllValues:StringEquals", "a", [], true],
    ["ForAllValues:StringNotEquals", "a", ["b", "c"], true],
    ["ForAllValues:StringNotEquals", "a", ["a", "c"], false],
    ["ForAllValues:StringLikeIfExists", "a*", ["ab", "ac"], true],
    ["stringequals", "a", ["a"], true],
  ];
  for (const [operator, expected, given, result] of table) {
    it(`${operator} ${JSON.stringify(expected)} of ${JSON.stringify(given) ?? "nothing"} is ${result}`, () => {
      assert.equal(holds(operator, [expected].flat(), given), result);
    });
  }

  it("takes policy variables, whose values are plain text", () => {
    const user = { "aws:username": ["a*"] };
    assert.equal(holds("StringLike", ["home/${aws:username}/*"], ["home/a*/x"], user), true);
    assert.equal(holds("StringLike", ["home/${aws:username}/*"], ["home/abc/x"], user), false);
    assert.equal(holds("StringEquals", ["${aws:username}"], ["anyone"]), false);
    assert.equal(holds("StringEquals", ["${aws:username, 'guest'}"], ["guest"]), true);
    assert.equal(holds("StringEquals", ["${*}${?}${$}"], ["*?$"]), true);
    assert.equal(
      compileCondition("StringEquals", "x:key", ["${aws:username}"], false)(() => ["${aws:username}"]),
      true,
    );
  });

  it("knows no other operators", () => {
    for (const operator of ["StringEqual", "ForSomeValues:StringEquals", "NullIfExists", "", "constructor"]) {
      assert.equal(parseOperator(operator), undefined);
      assert.throws(() => compileCondition(operator, "x:key", ["a"], true), /no condition operator/);
    }
  });

  it("a negated operator is the opposite of its plain one, for a single value", () => {
    const pairs: [string, string][] = [
      ["StringEquals", "StringNotEquals"],
      ["StringLike", "StringNotLike"],
      ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"],
      ["NumericEquals", "NumericNotEquals"],
      ["ArnLike", "ArnNotLike"],
      ["IpAddress", "NotIpAddress"],
    ];
    const text = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("10", "10.0.0.1", "arn:aws:s3:::b", "A", "a"));
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.array(text, { minLength: 1, maxLength: 3 }),
        text,
        ([plain, negated], expected, given) => {
          assert.notEqual(holds(plain, expected, [given]), holds(negated, expected, [given]));
        },
      ),
    );
  });
});
