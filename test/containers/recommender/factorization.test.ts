import assert from "node:assert/strict";
import { type Factorization, fit, measure, score } from "../../../containers/recommender/factorization.ts";
import { assignFolds, crossValidateAndFit } from "../../../containers/recommender/fits.ts";
import { generateRatings } from "../../../containers/recommender/generate.ts";
import { defaultSettings, generated, ratingsOf, smallSettings } from "./support.ts";

const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const arrays = (model: Factorization) => [model.userBiases, model.itemBiases, model.userFactors, model.itemFactors];

describe("biased matrix factorization", () => {
  it("makes the steps of stochastic gradient descent", () => {
    // One rating, one factor: the whole descent by hand.
    const { matrix } = ratingsOf([{ user: 1, item: 1, rating: 4 }]);
    const settings = { ...defaultSettings, factors: 1, epochs: 0, learningRate: 0.1, regularization: 0.5 };
    const start = fit(matrix, settings);
    let [p, q, bu, bi] = [start.userFactors[0]!, start.itemFactors[0]!, 0, 0];
    assert.notEqual(p, q);
    assert.equal(start.mean, 4);
    for (let epoch = 0; epoch < 3; epoch++) {
      const error = 4 - (4 + bu + bi + p * q);
      bu += 0.1 * (error - 0.5 * bu);
      bi += 0.1 * (error - 0.5 * bi);
      [p, q] = [p + 0.1 * (error * q - 0.5 * p), q + 0.1 * (error * p - 0.5 * q)];
    }
    const model = fit(matrix, { ...settings, epochs: 3 });
    for (const [found, expected] of [
      [model.userBiases[0]!, bu],
      [model.itemBiases[0]!, bi],
      [model.userFactors[0]!, p],
      [model.itemFactors[0]!, q],
    ] as const) {
      assert.ok(Math.abs(found - expected) < 1e-12);
    }
    assert.ok(Math.abs(score(model, 0, 0) - (4 + bu + bi + p * q)) < 1e-12);
  });

  it("is the same whatever the order of the input, and another for another seed", () => {
    const rows = generateRatings({ users: 40, items: 30, ratings: 500 });
    const settings = { ...smallSettings, factors: 6 };
    const model = fit(ratingsOf(rows).matrix, settings);
    assert.deepEqual(arrays(fit(ratingsOf(rows.toReversed()).matrix, settings)), arrays(model));
    assert.notDeepEqual(arrays(fit(ratingsOf(rows).matrix, { ...settings, seed: 43 })), arrays(model));
  });

  it("reaches the noise floor within 5 percent with the default settings", async () => {
    const noise = 0.9;
    const { matrix } = generated({
      users: 943,
      items: 1682,
      ratings: 100_000,
      rank: 2,
      interactionDeviation: 0.15,
      noise,
    });
    const { folds } = await crossValidateAndFit(matrix, defaultSettings, { folds: 5 });
    const rmse = average(folds.map((fold) => fold.rmse));
    assert.ok(rmse > noise * 0.97 && rmse <= noise * 1.05, `RMSE is ${rmse}, the noise ${noise}`);
    // The mean absolute value of normal noise is its deviation times the root of 2 / pi.
    const mae = average(folds.map((fold) => fold.mae));
    assert.ok(mae <= noise * Math.sqrt(2 / Math.PI) * 1.05, `MAE is ${mae}`);
  });

  it("finds the factors: biases alone stay far above the floor", async () => {
    const noise = 0.5;
    const { matrix } = generated({
      users: 1000,
      items: 300,
      ratings: 100_000,
      rank: 3,
      interactionDeviation: 0.5,
      noise,
    });
    const settings = { ...defaultSettings, epochs: 60, learningRate: 0.01, regularization: 0.05 };
    const validate = async (factors: number) => {
      const { folds } = await crossValidateAndFit(matrix, { ...settings, factors }, { folds: 5 });
      return average(folds.map((fold) => fold.rmse));
    };
    const [biasesAlone, withFactors] = [await validate(0), await validate(10)];
    assert.ok(biasesAlone > noise * 1.3, `biases alone: ${biasesAlone}`);
    assert.ok(withFactors <= noise * 1.05, `with factors: ${withFactors}`);
  });

  it("gives an unknown user or item its bias alone", () => {
    const { matrix } = ratingsOf([
      { user: 1, item: 1, rating: 5 },
      { user: 1, item: 2, rating: 4 },
      { user: 2, item: 1, rating: 3 },
      { user: 3, item: 3, rating: 1 },
    ]);
    // User 3 and item 3 are only in the fold that is held out.
    const heldOut = { foldOf: Uint8Array.from([0, 0, 0, 1]), fold: 1 };
    const model = fit(matrix, smallSettings, heldOut);
    assert.equal(model.mean, 4);
    assert.equal(score(model, 2, 2), model.mean);
    assert.equal(score(model, 2, 0), model.mean + model.itemBiases[0]!);
    assert.equal(score(model, 0, 2), model.mean + model.userBiases[0]!);
    assert.equal(measure(model, matrix, heldOut).rmse, 3);
  });

  it("clips predictions to the rating scale", () => {
    const { matrix } = ratingsOf([
      { user: 1, item: 1, rating: 1 },
      { user: 2, item: 2, rating: 5 },
    ]);
    const model = fit(matrix, { ...smallSettings, factors: 0 });
    model.userBiases.set([-100, 100]);
    assert.deepEqual(measure(model, matrix), { rmse: 0, mae: 0 });
  });

  it("has folds of equal size that differ by seed", () => {
    const folds = assignFolds(103, 5, 1);
    const sizes = [0, 1, 2, 3, 4].map((fold) => folds.filter((value) => value === fold).length);
    assert.deepEqual(sizes, [21, 21, 21, 20, 20]);
    assert.notDeepEqual(folds, assignFolds(103, 5, 2));
  });

  it("is the same on one thread and on several", async () => {
    const { matrix } = generated({ users: 40, items: 30, ratings: 500 });
    const one = await crossValidateAndFit(matrix, smallSettings, { folds: 3, threads: 1 });
    const done: number[] = [];
    const several = await crossValidateAndFit(matrix, smallSettings, {
      folds: 3,
      threads: 3,
      onFold: (fold) => done.push(fold),
    });
    assert.deepEqual(several, one);
    assert.deepEqual(done.sort(), [0, 1, 2]);
  });

  it("can go without cross-validation, and needs a rating a fold", async () => {
    const { matrix } = ratingsOf([{ user: 1, item: 1, rating: 5 }]);
    const { folds, training } = await crossValidateAndFit(matrix, smallSettings, { folds: 0 });
    assert.deepEqual([folds.length, training.rmse], [0, 0]);
    await assert.rejects(
      crossValidateAndFit(matrix, smallSettings, { folds: 5 }),
      /folds is 5, but there are only 1 ratings/,
    );
  });
});
