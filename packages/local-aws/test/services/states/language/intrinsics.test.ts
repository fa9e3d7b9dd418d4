import assert from "node:assert/strict";
import { IntrinsicError, RuntimeError } from "../../../../src/services/states/language/failure.ts";
import { Variables } from "../../../../src/services/states/language/scope.ts";
import { evaluateTemplate, evaluateText } from "../../../../src/services/states/language/template.ts";

const variables = new Variables();
variables.set("name", { first: "Ada" });
const input = {
  text: "1.2|3",
  commas: "a,,b,",
  empty: "",
  list: [1, 2, 3, 4, 5],
  twice: [1, "a", 1, { a: 1, b: 2 }, { b: 2, a: 1 }],
  first: { a: 1, b: { c: 1 } },
  second: { b: { d: 2 } },
  object: { Arg1: 1, Arg2: [] },
  quote: "it's",
};
const scope = { input, context: { State: { Name: "S" } }, variables };
const value = (text: string) => evaluateText(text, scope, "v.$");

/** https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html, and what AWS was seen to answer. */
describe("intrinsic functions", () => {
  for (const [text, expected] of [
    ["States.Format('Hi {}, {}', $name.first, $$.State.Name)", "Hi Ada, S"],
    ["States.Format('{}', $.object)", "{Arg1=1, Arg2=[]}"],
    ["States.Format('\\\\{\\\\} it\\\\'s {}', null)", "{} it's null"],
    ["States.Format('{}', States.Array(1, 'a', true))", "[1, a, true]"],
    ["States.StringToJson('{\"a\":[1]}')", { a: [1] }],
    ["States.StringToJson($.empty)", null],
    ["States.JsonToString($.first)", '{"a":1,"b":{"c":1}}'],
    ["States.Array()", []],
    ["States.Array($.text, 1.5, -2, false, null)", ["1.2|3", 1.5, -2, false, null]],
    ["States.ArrayPartition($.list, 2)", [[1, 2], [3, 4], [5]]],
    ["States.ArrayContains($.list, 3)", true],
    ['States.ArrayContains($.twice, States.StringToJson(\'{"b":2,"a":1}\'))', true],
    ["States.ArrayContains($.list, '3')", false],
    ["States.ArrayRange(1, 9, 3)", [1, 4, 7]],
    ["States.ArrayRange(3, 1, -1)", [3, 2, 1]],
    ["States.ArrayGetItem($.list, 4)", 5],
    ["States.ArrayLength($.list[?(@ > 9)])", 0],
    ["States.ArrayUnique($.twice)", [1, "a", { b: 2, a: 1 }]],
    ["States.Base64Encode('é 😀')", "w6kg8J+YgA=="],
    ["States.Base64Decode('w6kg8J+YgA==')", "é 😀"],
    ["States.Hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"],
    ["States.JsonMerge($.first, $.second, false)", { a: 1, b: { d: 2 } }],
    ["States.MathAdd(1.49, 1.50)", 3],
    ["States.MathAdd(-2.5, 0)", -2],
    ["States.StringSplit($.text, '.|')", ["1", "2", "3"]],
    ["States.StringSplit($.commas, ',')", ["a", "b"]],
    ["States.MathRandom(5, 6)", 5],
  ] as const) {
    it(text, () => assert.deepEqual(value(text.replaceAll("\\\\", "\\")), expected));
  }

  it("draw the same number for the same seed, within its bounds, and ids that differ", () => {
    const drawn = value("States.MathRandom(1, 1000, 42)") as number;
    assert.equal(value("States.MathRandom(1, 1000, 42)"), drawn);
    assert.ok(drawn >= 1 && drawn < 1000);
    assert.notEqual(value("States.UUID()"), value("States.UUID()"));
  });

  for (const text of [
    "States.ArrayGetItem($.list, 5)",
    "States.ArrayRange(1, 2000, 1)",
    "States.ArrayRange(1, 2, 0)",
    "States.ArrayPartition($.list, 0)",
    "States.ArrayLength($.text)",
    "States.StringToJson('{')",
    "States.Format('{} {}', 1)",
    "States.Format('{}', 1, 2)",
    "States.JsonMerge($.first, $.second, true)",
    "States.Hash('a', 'CRC')",
    "States.MathAdd('1', 1)",
    "States.UUID(1)",
    `States.Base64Encode('${"x".repeat(10_001)}')`,
  ]) {
    it(`${text.slice(0, 60)} fails`, () => assert.throws(() => value(text), IntrinsicError));
  }

  it("and paths fill templates in, at any depth", () => {
    const template = {
      "a.$": "$.list[0]",
      b: [{ "c.$": "$name.first", d: "$.list" }],
      "e.$": "States.MathAdd($.list[1], 1)",
    };
    assert.deepEqual(evaluateTemplate(template, scope), { a: 1, b: [{ c: "Ada", d: "$.list" }], e: 3 });
    assert.throws(
      () => evaluateTemplate({ "x.$": "$.nothing" }, { ...scope, input: { y: 1 } }),
      (error: Error) =>
        error instanceof RuntimeError &&
        error.message ===
          "The JSONPath '$.nothing' specified for the field 'x.$' could not be found in the input '{\"y\":1}'",
    );
    assert.throws(() => evaluateTemplate({ "x.$": "$unset" }, scope), RuntimeError);
  });
});
