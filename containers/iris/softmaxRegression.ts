import { softmax } from "../../handlers/lib/model.ts";

interface SoftmaxRegression {
  /** One row a class, one number a feature. */
  weights: number[][];
  intercepts: number[];
  /** Newton's steps that were made. */
  steps: number;
}

/**
 * Multinomial logistic regression by Newton's method: minimizes the cross-entropy summed over the rows plus
 * `penalty / 2` times the squared weights (not the intercepts).
 *
 * @param rows features, standardized by the caller
 * @param labels class of each row, from 0 to `classCount - 1`
 * @param options.penalty L2 regularization; default 1, as usual elsewhere
 * @throws Error when it does not converge
 */
export function fitSoftmaxRegression(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  classCount: number,
  options: { penalty?: number; tolerance?: number; maxSteps?: number } = {},
): SoftmaxRegression {
  const { penalty = 1, tolerance = 1e-10, maxSteps = 100 } = options;
  const width = rows[0]!.length + 1;
  const size = classCount * width;
  // Per class its weights and then its intercept. A common shift of all intercepts changes nothing, so a penalty too
  // small to matter holds them in place.
  const parameters = new Array<number>(size).fill(0);
  const penalties = parameters.map((_, index) => (index % width === width - 1 ? 1e-9 : penalty));
  const inputs = rows.map((row) => [...row, 1]);
  for (let steps = 0; steps < maxSteps; steps++) {
    const gradient = parameters.map((value, index) => penalties[index]! * value);
    const hessian = Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => (row === column ? penalties[row]! : 0)),
    );
    for (const [index, input] of inputs.entries()) {
      const scores = Array.from({ length: classCount }, (_, k) => dot(parameters, k * width, input));
      addRow(gradient, hessian, input, softmax(scores), labels[index]!);
    }
    if (Math.max(...gradient.map(Math.abs)) < tolerance) {
      const rowOf = (k: number) => parameters.slice(k * width, (k + 1) * width - 1);
      const classes = Array.from({ length: classCount }, (_, k) => k);
      return { weights: classes.map(rowOf), intercepts: classes.map((k) => parameters[(k + 1) * width - 1]!), steps };
    }
    for (const [index, change] of solve(hessian, gradient).entries()) parameters[index]! -= change;
  }
  throw new Error(`The regression did not converge in ${maxSteps} steps`);
}

const dot = (parameters: number[], from: number, input: number[]) =>
  input.reduce((sum, value, index) => sum + parameters[from + index]! * value, 0);

/** One row's share of the cross-entropy's gradient and Hessian. */
function addRow(
  gradient: number[],
  hessian: number[][],
  input: number[],
  probabilities: number[],
  label: number,
): void {
  const width = input.length;
  for (const [k, p] of probabilities.entries()) {
    const error = p - (k === label ? 1 : 0);
    for (let i = 0; i < width; i++) gradient[k * width + i]! += error * input[i]!;
    for (const [l, r] of probabilities.entries()) {
      const curvature = p * ((k === l ? 1 : 0) - r);
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < width; j++) hessian[k * width + i]![l * width + j]! += curvature * input[i]! * input[j]!;
      }
    }
  }
}

/** Solves `matrix x = vector` for a symmetric positive definite matrix by Cholesky's decomposition, in place. */
function solve(matrix: number[][], vector: readonly number[]): number[] {
  const size = vector.length;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let value = matrix[row]![column]!;
      for (let k = 0; k < column; k++) value -= matrix[row]![k]! * matrix[column]![k]!;
      matrix[row]![column] = row === column ? Math.sqrt(value) : value / matrix[column]![column]!;
    }
  }
  const x = [...vector];
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) x[row]! -= matrix[row]![k]! * x[k]!;
    x[row]! /= matrix[row]![row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row]! -= matrix[k]![row]! * x[k]!;
    x[row]! /= matrix[row]![row]!;
  }
  return x;
}
