import { type Model, predict } from "../../handlers/lib/model.ts";

export interface Sample {
  /** In the order of the model's features. */
  values: readonly number[];
  /** The true class. */
  target: string;
}

export interface ClassificationMetrics {
  /** Share of samples that are predicted right. */
  accuracy: number;
  perClass: Record<string, ClassMetrics>;
  /** True class, then predicted class, then how many. */
  confusion: Record<string, Record<string, number>>;
}

interface ClassMetrics {
  /** Of those predicted to be of the class, the share that is; 0 when none was. */
  precision: number;
  /** Of those of the class, the share that was found; 0 when there is none. */
  recall: number;
  /** Samples of the class. */
  support: number;
}

export function evaluate(model: Model, samples: readonly Sample[]): ClassificationMetrics {
  const { classes } = model;
  const none = () => Object.fromEntries(classes.map((name) => [name, 0]));
  const confusion = Object.fromEntries(classes.map((name) => [name, none()]));
  for (const { values, target } of samples) confusion[target]![predict(model, values).target]!++;
  const perClass = Object.fromEntries(
    classes.map((name) => {
      const right = confusion[name]![name]!;
      const support = sum(Object.values(confusion[name]!));
      const predicted = sum(classes.map((other) => confusion[other]![name]!));
      return [name, { precision: ratio(right, predicted), recall: ratio(right, support), support }];
    }),
  );
  const right = sum(classes.map((name) => confusion[name]![name]!));
  return { accuracy: ratio(right, samples.length), perClass, confusion };
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
