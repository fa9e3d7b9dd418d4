import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type Model, parseModel, predict, softmax, versionOf } from "../../../handlers/lib/model.ts";

const text = readFileSync("models/iris/model.json", "utf8");
const iris = parseModel(text);

/** The artifact with a change, its version following the content. */
function changed(change: (model: Model) => void): string {
  const model = structuredClone(iris);
  change(model);
  return JSON.stringify({ ...model, version: versionOf(model) });
}

describe("a model's artifact", () => {
  it("is read, whatever its spacing and the order of its keys", () => {
    const turned = Object.fromEntries(Object.entries(iris).reverse());
    assert.deepEqual(parseModel(JSON.stringify(turned)), iris);
  });

  const refused: [string, string, RegExp][] = [
    ["when truncated", text.slice(0, text.length / 2), /^The model is not JSON: /],
    ["when empty", "", /^The model is not JSON: /],
    ["when it is something else", "[]", /^The model is not of schema 1: the whole: /],
    [
      "of another schema",
      text.replace('"schemaVersion": 1', '"schemaVersion": 2'),
      /^The model is not of schema 1: schemaVersion: /,
    ],
    ["of another kind", text.replace("multinomial-logistic-regression", "forest"), /not of schema 1: kind: /],
    [
      "with a weight that is null",
      changed((model) => (model.weights[1]![2] = Number.NaN)),
      /not of schema 1: weights\.1\.2: /,
    ],
    [
      "with a weight missing",
      changed((model) => model.weights[1]!.pop()),
      /^The model's weights\.1 has 3 entries, expected 4$/,
    ],
    [
      "with a class too many",
      changed((model) => model.classes.push("x")),
      /^The model's weights has 3 entries, expected 4$/,
    ],
    ["with one class", changed((model) => (model.classes = ["x"])), /not of schema 1: classes: /],
    [
      "with an intercept too many",
      changed((model) => model.intercepts.push(1)),
      /intercepts has 4 entries, expected 3/,
    ],
    ["with a mean missing", changed((model) => model.scaling.means.pop()), /scaling\.means has 3 entries, expected 4/],
    ["with a deviation of 0", changed((model) => (model.scaling.deviations[0] = 0)), /deviations must be above 0/],
    [
      "whose content was changed",
      text.replace("5.8428571429", "5.8428571428"),
      /^The model's version is 931a3e078e4b21a2, but its content has /,
    ],
  ];
  for (const [name, artifact, message] of refused) {
    it(`is refused ${name}`, () => assert.throws(() => parseModel(artifact), { name: "ModelError", message }));
  }
});

describe("a prediction", () => {
  it("names the class, with probabilities", () => {
    for (const [values, target] of [
      [[5.1, 3.5, 1.4, 0.2], "setosa"],
      [[5.9, 3.0, 4.2, 1.3], "versicolor"],
      [[6.9, 3.1, 5.8, 2.2], "virginica"],
    ] as const) {
      const prediction = predict(iris, values);
      assert.equal(prediction.target, target);
      assert.equal(prediction.probability, prediction.probabilities[target]);
      assert.ok(prediction.probability > 0.8);
    }
  });

  it("is the softmax of the standardized features' weighted sum", () => {
    const model: Model = {
      ...iris,
      features: ["a"],
      classes: ["x", "y"],
      scaling: { means: [2], deviations: [4] },
      weights: [[1], [-1]],
      intercepts: [0.5, 0],
    };
    // (10 - 2) / 4 = 2: scores 2.5 and -2.
    const { target, probability } = predict(model, [10]);
    assert.equal(target, "x");
    assert.ok(Math.abs(probability - 1 / (1 + Math.exp(-4.5))) < 1e-12);
  });

  it("has probabilities that add up to 1 for any finite measurement", () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 4, maxLength: 4 }), (values) => {
        const { target, probability, probabilities } = predict(iris, values);
        const all = Object.values(probabilities);
        assert.ok(all.every((one) => one >= 0 && one <= 1 && one <= probability));
        assert.ok(Math.abs(all.reduce((sum, one) => sum + one, 0) - 1) < 1e-9);
        assert.ok(iris.classes.includes(target));
      }),
    );
    assert.deepEqual(softmax([1000, 1000]), [0.5, 0.5]);
  });

  it("needs as many finite numbers as there are features", () => {
    for (const values of [[], [1, 2, 3], [1, 2, 3, 4, 5], [1, 2, 3, Number.NaN], [1, 2, 3, Number.POSITIVE_INFINITY]]) {
      assert.throws(() => predict(iris, values), { name: "RangeError", message: "Expected 4 finite numbers" });
    }
  });
});
