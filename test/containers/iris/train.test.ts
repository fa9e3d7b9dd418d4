import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate } from "../../../containers/iris/metrics.ts";
import { fitSoftmaxRegression } from "../../../containers/iris/softmaxRegression.ts";
import { permutation, trainTestSplit } from "../../../containers/iris/split.ts";
import { irisSamples, trainIris, trainModel } from "../../../containers/iris/train.ts";
import { parseModel, softmax } from "../../../handlers/lib/model.ts";

describe("the iris data", () => {
  it("is Fisher's: 50 of each class, with the means he published", () => {
    const samples = irisSamples();
    const means = (target: string) => {
      const rows = samples.filter((sample) => sample.target === target).map(({ values }) => values);
      assert.equal(rows.length, 50);
      return [0, 1, 2, 3].map((feature) => (rows.reduce((sum, row) => sum + row[feature]!, 0) / 50).toFixed(3));
    };
    assert.deepEqual(means("setosa"), ["5.006", "3.428", "1.462", "0.246"]);
    assert.deepEqual(means("versicolor"), ["5.936", "2.770", "4.260", "1.326"]);
    assert.deepEqual(means("virginica"), ["6.588", "2.974", "5.552", "2.026"]);
    // The two rows in which a widespread copy differs from the paper.
    assert.deepEqual(samples[34]!.values, [4.9, 3.1, 1.5, 0.2]);
    assert.deepEqual(samples[37]!.values, [4.9, 3.6, 1.4, 0.1]);
  });
});

describe("the split", () => {
  it("is scikit-learn's for the same seed", () => {
    const first = [73, 18, 118, 78, 76, 31, 64, 141, 68, 82, 110, 12, 36, 9, 19, 56, 104, 69, 55, 132];
    assert.deepEqual(permutation(150, 42).slice(0, 20), first);
    const { training, heldOut } = trainTestSplit([...Array(150).keys()], 0.3, 42);
    assert.deepEqual([training.length, heldOut.length], [105, 45]);
    assert.deepEqual(heldOut.slice(0, 20), first);
    assert.equal(new Set([...training, ...heldOut]).size, 150);
  });
});

describe("softmax regression", () => {
  const rows = irisSamples().map(({ values }) => values.map((value) => value - 3));
  const labels = irisSamples().map(({ target }) => ["setosa", "versicolor", "virginica"].indexOf(target));

  it("finds where the gradient vanishes", () => {
    const { weights, intercepts, steps } = fitSoftmaxRegression(rows, labels, 3);
    assert.ok(steps < 15, `${steps} steps`);
    const gradient = weights.map((row) => [...row, 0]);
    for (const [index, row] of rows.entries()) {
      const scores = weights.map((weight, k) =>
        row.reduce((sum, value, f) => sum + value * weight[f]!, intercepts[k]!),
      );
      for (const [k, probability] of softmax(scores).entries()) {
        const error = probability - (labels[index] === k ? 1 : 0);
        for (const [f, value] of [...row, 1].entries()) gradient[k]![f]! += error * value;
      }
    }
    assert.ok(Math.max(...gradient.flat().map(Math.abs)) < 1e-6);
  });

  it("holds weights smaller the larger the penalty", () => {
    const norm = (penalty: number) => {
      const { weights } = fitSoftmaxRegression(rows, labels, 3, { penalty });
      return weights.flat().reduce((sum, weight) => sum + weight ** 2, 0);
    };
    assert.ok(norm(0.1) > norm(1) && norm(1) > norm(10));
  });

  it("says when it does not converge", () => {
    assert.throws(() => fitSoftmaxRegression(rows, labels, 3, { maxSteps: 2 }), /did not converge in 2 steps/);
  });
});

describe("metrics", () => {
  it("count what was predicted as what", () => {
    const model = trainModel(
      ["x"],
      ["low", "high", "never"],
      [
        { values: [0], target: "low" },
        { values: [1], target: "low" },
        { values: [9], target: "high" },
        { values: [10], target: "high" },
      ],
    );
    const metrics = evaluate(model, [
      { values: [0], target: "low" },
      { values: [10], target: "low" },
      { values: [10], target: "high" },
      { values: [9], target: "high" },
      { values: [0], target: "never" },
    ]);
    assert.equal(metrics.accuracy, 3 / 5);
    assert.deepEqual(metrics.confusion, {
      low: { low: 1, high: 1, never: 0 },
      high: { low: 0, high: 2, never: 0 },
      never: { low: 1, high: 0, never: 0 },
    });
    assert.deepEqual(metrics.perClass, {
      low: { precision: 1 / 2, recall: 1 / 2, support: 2 },
      high: { precision: 2 / 3, recall: 1, support: 2 },
      never: { precision: 0, recall: 0, support: 1 },
    });
  });
});

describe("the iris model", () => {
  it("is right for at least 95 percent of the flowers held out", () => {
    const { heldOut } = trainIris();
    assert.ok(heldOut.accuracy >= 0.95, `accuracy ${heldOut.accuracy}`);
  });

  it("is the one in the repository, byte for byte, and its accuracy is printed", () => {
    const folder = mkdtempSync(join(tmpdir(), "iris-"));
    try {
      const output = execFileSync(process.execPath, ["containers/iris/train.ts", folder], { encoding: "utf8" });
      assert.match(output, /held-out accuracy: (1\.0|0\.9[5-9])/);
      assert.match(output, /^cross-validated accuracy: 0\.9[5-9]\d\d, what to expect of new flowers$/m);
      for (const file of ["model.json", "metrics.json"]) {
        assert.equal(readFileSync(join(folder, file), "utf8"), readFileSync(`models/iris/${file}`, "utf8"), file);
      }
      const model = parseModel(readFileSync(join(folder, "model.json"), "utf8"));
      assert.deepEqual(model.classes, ["setosa", "versicolor", "virginica"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
