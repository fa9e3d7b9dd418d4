import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Accuracy, type Factorization, fit, type HeldOut, measure } from "./factorization.ts";
import { UserError } from "./failure.ts";
import type { FitSettings } from "./hyperparameters.ts";
import { Random } from "./random.ts";
import type { RatingMatrix } from "./ratings.ts";

/** What a thread is given once. */
export interface FitContext {
  matrix: RatingMatrix;
  settings: FitSettings;
  foldOf: Uint8Array;
}

/** One fit: of a fold, which yields its accuracy, or of everything (no fold), which yields the model as well. */
interface FitResult {
  fold?: number;
  model?: Factorization;
  accuracy: Accuracy;
}

/** Every rating's fold: equal shares (they differ by at most one rating), at random by the seed. */
export function assignFolds(count: number, folds: number, seed: number): Uint8Array {
  const foldOf = new Uint8Array(new SharedArrayBuffer(count));
  for (let rating = 0; rating < count; rating++) foldOf[rating] = rating % folds;
  // Another stream of random numbers than the one that fits.
  new Random(seed ^ 0x5f01d5).shuffle(foldOf);
  return foldOf;
}

export function runFit({ matrix, settings, foldOf }: FitContext, fold?: number): FitResult {
  if (fold === undefined) {
    const model = fit(matrix, settings);
    return { model, accuracy: measure(model, matrix) };
  }
  const heldOut: HeldOut = { foldOf, fold };
  return { fold, accuracy: measure(fit(matrix, settings, heldOut), matrix, heldOut) };
}

/**
 * Cross-validates and fits on everything, the fits side by side on several threads, which share one copy of the data.
 *
 * @param options.folds 0: no cross-validation
 * @param options.threads default: one a core; 1: all in this thread, which hears no signal until it is done
 * @param options.onFold called as each fold is done, in whatever order that happens
 */
export async function crossValidateAndFit(
  matrix: RatingMatrix,
  settings: FitSettings,
  options: { folds: number; threads?: number | undefined; onFold?(fold: number, accuracy: Accuracy): void },
): Promise<{ model: Factorization; training: Accuracy; folds: Accuracy[] }> {
  const count = matrix.values.length;
  if (count < options.folds) throw new UserError(`folds is ${options.folds}, but there are only ${count} ratings`);
  const context: FitContext = { matrix, settings, foldOf: assignFolds(count, options.folds || 1, settings.seed) };
  const tasks: (number | undefined)[] = [undefined, ...Array.from({ length: options.folds }, (_, fold) => fold)];
  const folds: Accuracy[] = new Array(options.folds);
  let whole: FitResult | undefined;
  const take = (result: FitResult) => {
    if (result.fold === undefined) whole = result;
    else {
      folds[result.fold] = result.accuracy;
      options.onFold?.(result.fold, result.accuracy);
    }
  };
  const threads = Math.min(options.threads ?? availableParallelism(), tasks.length);
  if (options.threads === 1) for (const fold of tasks) take(runFit(context, fold));
  else await onThreads(threads, tasks, context, take);
  return { model: whole!.model!, training: whole!.accuracy, folds };
}

/** The thread's program: its source while developing, its own bundle in the image. */
const worker = new URL(import.meta.url.endsWith(".ts") ? "./fitWorker.ts" : "./fitWorker.mjs", import.meta.url);

async function onThreads(
  threads: number,
  tasks: (number | undefined)[],
  context: FitContext,
  take: (result: FitResult) => void,
): Promise<void> {
  const left = [...tasks];
  const workers = Array.from({ length: threads }, () => new Worker(worker, { workerData: context }));
  const work = (thread: Worker) =>
    new Promise<void>((resolve, reject) => {
      const next = () => {
        if (left.length === 0) return resolve();
        thread.postMessage({ fold: left.shift() });
      };
      thread.on("message", (result: FitResult) => {
        take(result);
        next();
      });
      thread.on("error", reject);
      thread.on("exit", (code) => reject(new Error(`A training thread ended with exit code ${code}`)));
      next();
    });
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((thread) => thread.terminate()));
  }
}
