import assert from "node:assert/strict";
import { areEqual } from "../../../../src/services/dynamodb/items/compare.ts";
import { itemSize } from "../../../../src/services/dynamodb/items/size.ts";
import { checkItem, checkValue } from "../../../../src/services/dynamodb/items/value.ts";
import { refusal } from "../engine.ts";

const wrong = "One or more parameter values were invalid: ";

describe("attribute values", () => {
  const refused: [value: unknown, message: string | RegExp, code?: string][] = [
    [{}, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"],
    [{ X: "a" }, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"],
    [{ S: "a", N: "1" }, /more than one datatypes set/],
    [{ NULL: false }, `${wrong}Null attribute value types must have the value of true`],
    [{ SS: [] }, `${wrong}An string set  may not be empty`],
    [{ NS: [] }, `${wrong}An number set  may not be empty`],
    [{ BS: [] }, `${wrong}Binary sets should not be empty`],
    [{ SS: ["a", "b", "a"] }, `${wrong}Input collection [a, b, a] contains duplicates.`],
    [{ NS: ["1", "1.0"] }, "Input collection contains duplicates"],
    [{ BS: ["AA==", "AA=="] }, `${wrong}Input collection [AA==, AA==]of type BS contains duplicates.`],
    [{ N: "one" }, "The parameter cannot be converted to a numeric value: one"],
    [{ L: [{ M: { a: {} } }] }, /Supplied AttributeValue is empty/],
    [{ S: 1 }, "NUMBER_VALUE cannot be converted to String", "SerializationException"],
    [{ S: true }, "TRUE_VALUE cannot be converted to String", "SerializationException"],
    [{ N: 1 }, "NUMBER_VALUE cannot be converted to String", "SerializationException"],
    [{ B: "*" }, /Base64/, "SerializationException"],
    [{ L: "a" }, "Unexpected field type", "SerializationException"],
    [{ M: [] }, "Start of list found where not expected", "SerializationException"],
    ["a", "Unexpected field type", "SerializationException"],
  ];
  for (const [value, message, code] of refused) {
    it(`are refused when they are none: ${JSON.stringify(value)}`, () => {
      assert.throws(() => checkValue(value), refusal(message, code));
    });
  }

  it("are nested 32 levels deep at most, of which the attribute is the first", () => {
    const nested = (levels: number): unknown => (levels === 0 ? { S: "a" } : { L: [nested(levels - 1)] });
    assert.ok(checkValue(nested(31)));
    assert.throws(() => checkValue(nested(32)), refusal(/^Nesting Levels have exceeded supported limits/));
  });

  it("are kept in one form, with what is unknown left out", () => {
    const item = {
      n: { N: "1.50" },
      l: { L: [{ NS: ["1e1", "2"] }] },
      b: { B: "//==" },
      x: { S: "a", Y: 1 },
      none: null,
    };
    assert.deepEqual(checkItem(item), {
      n: { N: "1.5" },
      l: { L: [{ NS: ["10", "2"] }] },
      b: { B: "/w==" },
      x: { S: "a" },
    });
  });

  it("may have any name, __proto__ too", () => {
    const item = checkItem(JSON.parse(`{"__proto__":{"S":"a","Y":1},"constructor":{"N":"1.0"}}`));
    assert.deepEqual(JSON.stringify(item), `{"__proto__":{"S":"a"},"constructor":{"N":"1"}}`);
  });

  it("are equal whatever the order of sets and names is", () => {
    assert.ok(areEqual({ SS: ["a", "b"] }, { SS: ["b", "a"] }));
    assert.ok(
      areEqual(
        { M: { a: { L: [{ N: "1" }] }, b: { NULL: true } } },
        { M: { b: { NULL: true }, a: { L: [{ N: "1" }] } } },
      ),
    );
    assert.ok(!areEqual({ L: [{ S: "a" }, { S: "b" }] }, { L: [{ S: "b" }, { S: "a" }] }));
    assert.ok(!areEqual({ S: "1" }, { N: "1" }));
    assert.ok(!areEqual({ M: {} }, { M: { toString: { S: "a" } } }));
  });

  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
  it("have AWS's sizes", () => {
    assert.equal(itemSize({ id: { S: "ä" } }), 4);
    assert.equal(itemSize({ a: { BOOL: true }, b: { NULL: true } }), 4);
    assert.equal(itemSize({ b: { B: "AAE=" } }), 3);
    assert.equal(itemSize({ l: { L: [] }, m: { M: {} } }), 8);
    assert.equal(itemSize({ l: { L: [{ S: "abc" }] } }), 1 + 3 + 1 + 3);
    assert.equal(itemSize({ m: { M: { k: { S: "v" } } } }), 1 + 3 + 1 + 1 + 1);
  });
});
