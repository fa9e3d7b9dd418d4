import assert from "node:assert/strict";
import { bindCondition } from "../../../../src/services/dynamodb/expressions/bind.ts";
import { holds } from "../../../../src/services/dynamodb/expressions/evaluate.ts";
import { legacyCondition } from "../../../../src/services/dynamodb/expressions/legacy.ts";
import { Placeholders } from "../../../../src/services/dynamodb/expressions/placeholders.ts";
import type { Item } from "../../../../src/services/dynamodb/items/types.ts";
import { refusal } from "../engine.ts";

const item: Item = {
  a: { S: "abc" },
  n: { N: "5" },
  b: { B: "AAEC" },
  ss: { SS: ["x", "y"] },
  l: { L: [{ N: "1" }, { M: { deep: { BOOL: true } } }] },
  m: { M: { k: { S: "v" } } },
  nil: { NULL: true },
};
const values = {
  ":s": { S: "ab" },
  ":n": { N: "5" },
  ":big": { N: "10" },
  ":b": { B: "AAE=" },
  ":t": { S: "SS" },
  ":x": { S: "x" },
  ":l": { L: [] },
};

/** Only what the text uses is given: the rest would be refused. */
function bind(text: string) {
  const used = Object.fromEntries(Object.entries(values).filter(([name]) => text.split(/[^:\w]+/).includes(name)));
  const placeholders = new Placeholders(
    text.includes("#n") ? { "#n": "n" } : undefined,
    Object.keys(used).length > 0 ? used : undefined,
  );
  const condition = bindCondition("ConditionExpression", text, placeholders);
  placeholders.checkUsed();
  return condition;
}
const truth = (text: string) => holds(bind(text) as NonNullable<ReturnType<typeof bind>>, item);

describe("conditions", () => {
  for (const text of [
    "a = a2 OR #n = :n",
    "#n >= :n AND #n < :big",
    "#n BETWEEN :n AND :big",
    "#n IN (:big, :n)",
    "begins_with(a, :s)",
    "begins_with(b, :b)",
    "contains(a, :s)",
    "contains(ss, :x)",
    "attribute_exists(m.k) and attribute_not_exists(m.nothing)",
    "attribute_exists(l[1].deep)",
    "attribute_type(ss, :t)",
    "size(ss) < :n",
    "size(l) <> size(a)",
    "NOT a = :s",
    "nothing <> :s",
    "NOT nothing = :s",
    "(a) > (:s)",
    "not (a = :s or a = :x)",
    "a = :s AND a = :x OR #n = :n",
    "a <> #n",
  ]) {
    it(`hold: ${text}`, () => assert.equal(truth(text), true));
  }
  for (const text of [
    "nothing = :s",
    "nothing < :n",
    "a < :n",
    "#n IN (:s, :x)",
    "contains(#n, :s)",
    "attribute_exists(l[2])",
    "attribute_exists(toString)",
    "attribute_exists(m.hasOwnProperty)",
    "size(#n) = :n",
    "nil = :s",
    "NOT a <> :x AND a = :x",
  ]) {
    it(`do not hold: ${text}`, () => assert.equal(truth(text), false));
  }

  const refused: [text: string, message: string | RegExp][] = [
    ["", "The expression can not be empty;"],
    ["   ", "The expression can not be empty;"],
    ["a = = :s", 'Syntax error; token: "=", near: "= = :s"'],
    ["a = :s AND", 'Syntax error; token: "<EOF>", near: "AND"'],
    ["a", 'Syntax error; token: "<EOF>", near: "a"'],
    ["size(a)", 'Syntax error; token: "<EOF>", near: ")"'],
    ["a = ", 'Syntax error; token: "<EOF>", near: "="'],
    ["NOT (a)", 'Syntax error; token: "<EOF>", near: ")"'],
    ["a AND a = :s", 'Syntax error; token: "AND", near: "a AND a"'],
    ["a ! :s", 'Syntax error; token: "!", near: "a ! :s"'],
    ["a[x] = :s", 'Syntax error; token: "x", near: "[x]"'],
    ["((a = :s))", "The expression has redundant parentheses;"],
    ["name = :s", "Attribute name is a reserved keyword; reserved keyword: name"],
    ["a.Size = :s", "Attribute name is a reserved keyword; reserved keyword: Size"],
    ["#other = :s", "An expression attribute name used in the document path is not defined; attribute name: #other"],
    ["a = :other", "An expression attribute value used in expression is not defined; attribute value: :other"],
    ["foo(a)", "Invalid function name; function: foo"],
    ["if_not_exists(a, :s)", "The function is not allowed in a condition expression; function: if_not_exists"],
    [
      "begins_with(a)",
      "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1",
    ],
    [
      "begins_with(a, :n)",
      "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
    ],
    ["a < :l", "Incorrect operand type for operator or function; operator or function: <, operand type: L"],
    ["attribute_exists(:s)", "Operator or function requires a document path; operator or function: attribute_exists"],
    [
      "a BETWEEN :big AND :n",
      "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:5}",
    ],
    [
      "a = a",
      "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]",
    ],
    ["attribute_type(a, :x)", /^Invalid ConditionExpression: Invalid attribute type name found; type: x/],
  ];
  for (const [text, message] of refused) {
    it(`are refused in AWS's words: ${text}`, () => {
      const whole = typeof message === "string" ? `Invalid ConditionExpression: ${message}` : message;
      assert.throws(() => bind(text), refusal(whole));
    });
  }

  it("are refused when they are large, and however deep they are", () => {
    assert.throws(() => bind(`a = ${"(".repeat(4000)}:s`), refusal(/nested too deeply/));
    assert.throws(() => bind(`${"NOT ".repeat(900)}a = :s`), refusal(/nested too deeply/));
    assert.throws(() => bind(`a = :s${" ".repeat(4096)}`), refusal(/Expression size has exceeded/));
  });

  it("of before expressions mean the same", () => {
    const test = (given: object, operator?: string) => {
      const condition = legacyCondition(given, operator);
      assert.ok(condition);
      return holds(condition, item);
    };
    const one = (ComparisonOperator: string, ...AttributeValueList: object[]) => ({
      ComparisonOperator,
      AttributeValueList,
    });
    assert.ok(test({ a: one("BEGINS_WITH", { S: "ab" }), n: one("BETWEEN", { N: "1" }, { N: "9" }) }));
    assert.ok(!test({ a: one("EQ", { S: "x" }), n: one("EQ", { N: "5" }) }));
    assert.ok(test({ a: one("EQ", { S: "x" }), n: one("EQ", { N: "5.0" }) }, "OR"));
    assert.ok(test({ ss: one("CONTAINS", { S: "x" }), nothing: one("NULL"), a: one("NOT_NULL") }));
    assert.ok(!test({ nothing: one("NOT_CONTAINS", { S: "x" }) }));
    assert.ok(test({ n: one("IN", { N: "1" }, { N: "5" }), a: { Value: { S: "abc" } }, nothing: { Exists: false } }));
    assert.throws(
      () => test({ a: one("EQ") }),
      refusal("One or more parameter values were invalid: Invalid number of argument(s) for the EQ ComparisonOperator"),
    );
    assert.throws(
      () => test({ a: { Exists: true } }),
      refusal(/Value must be provided when Exists is true for Attribute: a/),
    );
  });
});
