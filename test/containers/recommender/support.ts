import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type ClientRequest, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Folders, sageMakerFolders } from "../../../containers/recommender/folders.ts";
import {
  type GeneratedRating,
  generateRatings,
  type RatingStructure,
} from "../../../containers/recommender/generate.ts";
import type { FitSettings } from "../../../containers/recommender/hyperparameters.ts";
import { type Ratings, RatingsBuilder } from "../../../containers/recommender/ratings.ts";

/** The defaults of the hyperparameters. */
export const defaultSettings: FitSettings = {
  epochs: 20,
  factors: 100,
  learningRate: 0.005,
  regularization: 0.02,
  initialDeviation: 0.1,
  seed: 42,
};

/** Few and small, for tests that need a model and not a good one. */
export const smallSettings: FitSettings = { ...defaultSettings, epochs: 3, factors: 7 };

export const requiredHyperparameters = { input_table_name: "ratings_train_data", output_table_name: "recommendations" };

export function ratingsOf(rows: { user: unknown; item: unknown; rating: unknown; timestamp?: unknown }[]): Ratings {
  const builder = new RatingsBuilder();
  for (const [index, row] of rows.entries()) builder.add(row, () => `row ${index}`);
  return builder.finish();
}

export const generated = (structure: RatingStructure): Ratings => ratingsOf(generateRatings(structure));

export const csvOf = (rows: GeneratedRating[]) =>
  rows.map(({ user, item, rating }) => `${user},${item},${rating}\n`).join("");

/** A folder like `/opt/ml`, with these files in its channel `training`. */
export async function jobFolder(
  hyperparameters: Record<string, string>,
  files: Record<string, string | Uint8Array>,
): Promise<{ root: string; folders: Folders; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "sagemaker-"));
  const folders = sageMakerFolders(root);
  await mkdir(folders.config, { recursive: true });
  await writeFile(join(folders.config, "hyperparameters.json"), JSON.stringify(hyperparameters));
  await mkdir(join(folders.data, "training"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folders.data, "training", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return { root, folders, remove: () => rm(root, { recursive: true, force: true }) };
}

/** A request to an endpoint whose body is not at its end yet; the endpoint is at work on it when this resolves. */
export async function openInvocation(url: string): Promise<{ request: ClientRequest; answer: Promise<Answer> }> {
  const headers = { "content-type": "text/csv", "transfer-encoding": "chunked", expect: "100-continue" };
  const request = httpRequest(`${url}/invocations`, { method: "POST", agent: false, headers });
  const answer = once(request, "response").then(async ([response]) => {
    let body = "";
    for await (const chunk of response) body += chunk;
    return { status: response.statusCode as number, body };
  });
  // Whoever breaks a request off does not wait for its answer.
  answer.catch(() => {});
  request.flushHeaders();
  await Promise.race([once(request, "continue"), answer]);
  return { request, answer };
}

interface Answer {
  status: number;
  body: string;
}
