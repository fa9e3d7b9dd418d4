import { createHash } from "node:crypto";
import * as z from "zod/mini";

/** The artifact's own version of its layout; another one is refused. */
export const MODEL_SCHEMA_VERSION = 1;

const numbers = z.array(z.number().check(z.refine(Number.isFinite, "must be finite")));

const modelSchema = z.object({
  schemaVersion: z.literal(MODEL_SCHEMA_VERSION),
  kind: z.literal("multinomial-logistic-regression"),
  /** First 16 hex digits of the SHA-256 of everything else: see {@link versionOf}. */
  version: z.string(),
  /** Attribute names of a record, in the order of the weights. */
  features: z.array(z.string()).check(z.minLength(1)),
  /** What is predicted, in the order of the weights. */
  classes: z.array(z.string()).check(z.minLength(2)),
  /** A feature is standardized before it is weighed: `(value - mean) / deviation`. */
  scaling: z.object({ means: numbers, deviations: numbers }),
  /** One row a class, one number a feature. */
  weights: z.array(numbers),
  intercepts: numbers,
});

/** A multinomial logistic regression: the probability of a class is the softmax of its weighted, standardized features. */
export type Model = z.infer<typeof modelSchema>;

export interface Prediction {
  /** The most probable class; of equally probable ones the first. */
  target: string;
  /** Its probability. */
  probability: number;
  /** Of every class; they add up to 1. */
  probabilities: Record<string, number>;
}

/** An artifact that cannot be used, in one line. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/** The version that a model's content has: the same content, the same version. */
export function versionOf(model: Omit<Model, "version">): string {
  const { schemaVersion, kind, features, classes, scaling, weights, intercepts } = model;
  const content = [schemaVersion, kind, features, classes, scaling.means, scaling.deviations, weights, intercepts];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16);
}

/**
 * Reads and validates an artifact.
 *
 * @throws ModelError that says what is wrong: no JSON (truncated), another schema, sizes that do not fit, or content that
 * is not what its version says
 */
export function parseModel(text: string): Model {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ModelError(`The model is not JSON: ${(error as Error).message}`);
  }
  const parsed = modelSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue!.path.join(".") || "the whole";
    throw new ModelError(`The model is not of schema ${MODEL_SCHEMA_VERSION}: ${field}: ${issue!.message}`);
  }
  const model = parsed.data;
  const { features, classes, scaling, weights, intercepts } = model;
  const sizes: [string, number, number][] = [
    ["scaling.means", scaling.means.length, features.length],
    ["scaling.deviations", scaling.deviations.length, features.length],
    ["weights", weights.length, classes.length],
    ["intercepts", intercepts.length, classes.length],
    ...weights.map((row, index): [string, number, number] => [`weights.${index}`, row.length, features.length]),
  ];
  for (const [name, found, expected] of sizes) {
    if (found !== expected) throw new ModelError(`The model's ${name} has ${found} entries, expected ${expected}`);
  }
  if (scaling.deviations.some((deviation) => deviation <= 0)) {
    throw new ModelError("The model's scaling.deviations must be above 0");
  }
  if (model.version !== versionOf(model)) {
    throw new ModelError(`The model's version is ${model.version}, but its content has ${versionOf(model)}`);
  }
  return model;
}

/**
 * Predicts from values in the order of `model.features`.
 *
 * @throws RangeError when their number differs or one is not finite
 */
export function predict(model: Model, values: readonly number[]): Prediction {
  if (values.length !== model.features.length || !values.every(Number.isFinite)) {
    throw new RangeError(`Expected ${model.features.length} finite numbers`);
  }
  const { means, deviations } = model.scaling;
  const standardized = values.map((value, index) => bounded((value - means[index]!) / deviations[index]!));
  const scores = model.weights.map((row, index) =>
    row.reduce((sum, weight, feature) => sum + weight * standardized[feature]!, model.intercepts[index]!),
  );
  const probabilities = softmax(scores);
  let best = 0;
  for (let index = 1; index < probabilities.length; index++) {
    if (probabilities[index]! > probabilities[best]!) best = index;
  }
  return {
    target: model.classes[best]!,
    probability: probabilities[best]!,
    probabilities: Object.fromEntries(model.classes.map((name, index) => [name, probabilities[index]!])),
  };
}

/** Far beyond any measurement, and far from where sums overflow. */
const bounded = (value: number) => Math.min(1e100, Math.max(-1e100, value));

/** Exponentials relative to the largest, so that none overflows. */
export function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
