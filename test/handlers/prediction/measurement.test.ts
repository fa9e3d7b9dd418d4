import assert from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod/mini";
import { measurementId, measurementOf, recordSchema } from "../../../handlers/prediction/measurement.ts";

const features = ["sepal_length", "sepal_width"];
const parse = (record: unknown) => z.safeParse(recordSchema(features), record);
const idOf = (record: object) => measurementId(measurementOf(features, parse(record).data!));

describe("a measurement", () => {
  it("is numbers, or strings that spell them", () => {
    for (const [value, number] of [
      [5, 5],
      [5.1, 5.1],
      ["5.10", 5.1],
      [" 5 ", 5],
      ["1e1", 10],
      ["-.5", -0.5],
      [0, 0],
      ["-0", 0],
    ] as const) {
      const { data } = parse({ sepal_length: value, sepal_width: 1, color: "blue" });
      assert.deepEqual(data, { sepal_length: number, sepal_width: 1 });
      assert.ok(Object.is(data!.sepal_length, number));
    }
  });

  it("is nothing else, and the first wrong attribute is named", () => {
    const wrong = [
      null,
      true,
      "",
      " ",
      "five",
      "5,1",
      "0x5",
      "NaN",
      "Infinity",
      "1e400",
      [],
      [5],
      {},
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1e126,
    ];
    for (const value of wrong) {
      const { error } = parse({ sepal_length: 1, sepal_width: value });
      assert.deepEqual(
        [error?.issues[0]?.path, error?.issues[0]?.message],
        [["sepal_width"], "is not a number"],
        String(value),
      );
    }
    const { error } = parse({ sepal_width: 1 });
    assert.deepEqual([error?.issues[0]?.path, error?.issues[0]?.message], [["sepal_length"], "is missing"]);
  });

  it("has an id that depends on the numbers alone", () => {
    const id = idOf({ sepal_length: 5.1, sepal_width: 3 });
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.equal(idOf({ sepal_width: "3.0", sepal_length: "5.10", color: "blue" }), id);
    assert.equal(measurementId({ features: ["sepal_width", "sepal_length"], values: [3, 5.1] }), id);
    assert.notEqual(idOf({ sepal_length: 3, sepal_width: 5.1 }), id);
    // Concatenated, these would be the same.
    assert.notEqual(idOf({ sepal_length: 1, sepal_width: 11 }), idOf({ sepal_length: 11, sepal_width: 1 }));
  });

  it("has the same id only when it is the same", () => {
    const value = fc.double({ noNaN: true, min: -1e100, max: 1e100 });
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const same = a === c && b === d;
        const [first, second] = [
          { sepal_length: a, sepal_width: b },
          { sepal_length: String(c), sepal_width: d },
        ].map(idOf);
        assert.equal(first === second, same);
      }),
    );
  });
});
