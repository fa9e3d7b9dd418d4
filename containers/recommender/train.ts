import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Manifest, writeArtifact } from "./artifact.ts";
import { findChannel, readChannel } from "./channel.ts";
import type { Accuracy } from "./factorization.ts";
import { crossValidateAndFit } from "./fits.ts";
import type { Folders } from "./folders.ts";
import { type Hyperparameters, readHyperparameters } from "./hyperparameters.ts";
import { RatingsBuilder } from "./ratings.ts";
import { recommendationsKey, upload, writeRecommendations } from "./recommendations.ts";

/**
 * The training job: reads its ratings, cross-validates, fits on all of them, writes every user's recommendations and
 * then the model.
 *
 * Metrics are printed as `NAME=NUMBER;`, for metric definitions such as `validation:rmse=([0-9.]+);`.
 *
 * @param print takes one line of the log
 */
export async function train(folders: Folders, print: (line: string) => void = console.log): Promise<Manifest> {
  const hyperparameters = await readHyperparameters(folders.config);
  const builder = new RatingsBuilder(hyperparameters);
  const files = await readChannel(await findChannel(folders), builder);
  const ratings = builder.finish();
  const { matrix } = ratings;
  print(
    `${matrix.values.length} ratings of ${matrix.itemCount} items by ${matrix.userCount} users from ${files} file(s); ` +
      `${ratings.duplicates} replaced by a later one, ${ratings.badRows} bad rows skipped`,
  );
  const started = performance.now();
  const { model, training, folds } = await crossValidateAndFit(matrix, hyperparameters, {
    folds: hyperparameters.folds,
    threads: hyperparameters.threads,
    onFold: (fold, { rmse, mae }) => print(`fold ${fold + 1}: rmse=${rmse.toFixed(6)}; mae=${mae.toFixed(6)};`),
  });
  print(`fitted in ${((performance.now() - started) / 1000).toFixed(2)} s`);
  print(`train:rmse=${training.rmse.toFixed(6)}; train:mae=${training.mae.toFixed(6)};`);
  const validation = folds.length > 0 ? average(folds) : undefined;
  if (validation) {
    print(`validation:rmse=${validation.rmse.toFixed(6)}; validation:mae=${validation.mae.toFixed(6)};`);
  }
  const place = await deliver(folders, hyperparameters, (file) => writeRecommendations(file, model, ratings));
  print(`recommendations for ${matrix.userCount} users: ${place}`);
  const metrics = validation ? { training, validation } : { training };
  const manifest = await writeArtifact(folders.model, model, ratings, hyperparameters, metrics);
  print(`model ${manifest.version}: ${folders.model}`);
  return manifest;
}

/** As is usual, the mean of the folds' own errors. */
function average(folds: Accuracy[]): Accuracy {
  const mean = (value: (accuracy: Accuracy) => number) =>
    folds.reduce((sum, fold) => sum + value(fold), 0) / folds.length;
  return { rmse: mean(({ rmse }) => rmse), mae: mean(({ mae }) => mae) };
}

/** Recommendations go to the bucket that the job names, or into its output folder. */
async function deliver(
  folders: Folders,
  { outputTableName, outputS3Uri, region }: Hyperparameters,
  write: (file: string) => Promise<number>,
): Promise<string> {
  const key = recommendationsKey(outputTableName);
  if (!outputS3Uri) {
    const file = join(folders.outputData, key);
    await write(file);
    return file;
  }
  const temporary = await mkdtemp(join(tmpdir(), "recommendations-"));
  try {
    const file = join(temporary, key);
    await write(file);
    return await upload(file, outputS3Uri, key, region);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
