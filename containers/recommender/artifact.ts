import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { Accuracy, Factorization } from "./factorization.ts";
import type { Hyperparameters } from "./hyperparameters.ts";
import type { Ratings } from "./ratings.ts";

/**
 * The model's folder, which SageMaker packs as `model.tar.gz`: `manifest.json`, `users.json` and `items.json` (ids), and
 * `users.f32` and `items.f32`: a row for each id, its bias and its factors as little-endian 32-bit floats.
 */
const SCHEMA_VERSION = 1;
const FILES = ["users.json", "items.json", "users.f32", "items.f32"] as const;

const manifestSchema = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** SHA-256 over the files' checksums and the constants below: the same model has the same version. */
  version: z.string(),
  algorithm: z.string(),
  mean: z.number(),
  ratingScale: z.object({ low: z.number(), high: z.number() }),
  factors: z.int(),
  counts: z.object({ users: z.int(), items: z.int(), ratings: z.int(), duplicates: z.int(), badRows: z.int() }),
  hyperparameters: z.record(z.string(), z.unknown()),
  metrics: z.record(z.string(), z.number()),
  files: z.record(z.string(), z.object({ bytes: z.int(), sha256: z.string() })),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** A model as served: `rows` of bias and factors, and the index of each id. */
export interface LoadedModel {
  manifest: Manifest;
  users: ReadonlyMap<string, number>;
  items: ReadonlyMap<string, number>;
  userRows: Float32Array;
  itemRows: Float32Array;
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

/** Writes the model's folder; the manifest comes last, so a folder with a manifest is complete. */
export async function writeArtifact(
  folder: string,
  model: Factorization,
  ratings: Ratings,
  hyperparameters: Hyperparameters,
  metrics: { training: Accuracy; validation?: Accuracy },
): Promise<Manifest> {
  const contents: Record<(typeof FILES)[number], string | Uint8Array> = {
    "users.json": JSON.stringify(ratings.userIds),
    "items.json": JSON.stringify(ratings.itemIds),
    "users.f32": rowsOf(model.userBiases, model.userFactors, model.factors),
    "items.f32": rowsOf(model.itemBiases, model.itemFactors, model.factors),
  };
  const files: Manifest["files"] = {};
  for (const name of FILES) {
    files[name] = { bytes: Buffer.byteLength(contents[name]), sha256: sha256(contents[name]) };
  }
  const core = { mean: model.mean, ratingScale: { low: model.low, high: model.high }, factors: model.factors };
  const manifest: Manifest = {
    schemaVersion: SCHEMA_VERSION,
    version: sha256(JSON.stringify([core, files])).slice(0, 16),
    algorithm: "biased matrix factorization",
    ...core,
    counts: {
      users: ratings.userIds.length,
      items: ratings.itemIds.length,
      ratings: ratings.matrix.values.length,
      duplicates: ratings.duplicates,
      badRows: ratings.badRows,
    },
    hyperparameters: Object.fromEntries(Object.entries(hyperparameters).filter(([, value]) => value !== undefined)),
    metrics: {
      "train:rmse": metrics.training.rmse,
      "train:mae": metrics.training.mae,
      ...(metrics.validation && {
        "validation:rmse": metrics.validation.rmse,
        "validation:mae": metrics.validation.mae,
      }),
    },
    files,
  };
  await mkdir(folder, { recursive: true });
  await rm(join(folder, "manifest.json"), { force: true });
  for (const name of FILES) await writeFile(join(folder, name), contents[name]);
  await writeFile(join(folder, "manifest.json.tmp"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(join(folder, "manifest.json.tmp"), join(folder, "manifest.json"));
  return manifest;
}

function rowsOf(biases: Float64Array, factorRows: Float64Array, factors: number): Uint8Array {
  const rows = new Float32Array(biases.length * (factors + 1));
  for (let row = 0; row < biases.length; row++) {
    rows[row * (factors + 1)] = biases[row]!;
    rows.set(factorRows.subarray(row * factors, (row + 1) * factors), row * (factors + 1) + 1);
  }
  return new Uint8Array(rows.buffer);
}

/**
 * Reads a model's folder and verifies it against its manifest.
 *
 * @throws Error that says which file is missing, damaged or of another schema
 */
export async function readArtifact(folder: string): Promise<LoadedModel> {
  const read = (name: string) =>
    readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      throw new Error(`The model in ${folder} has no readable ${name} (${error.code})`);
    });
  const parsed = manifestSchema.safeParse(parseJson((await read("manifest.json")).toString("utf8"), "manifest.json"));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(
      `The model's manifest.json is not of schema ${SCHEMA_VERSION}: ${issue!.path.join(".")}: ${issue!.message}`,
    );
  }
  const manifest = parsed.data;
  const contents: Record<string, Buffer> = {};
  for (const name of FILES) {
    const content = await read(name);
    if (sha256(content) !== manifest.files[name]?.sha256) {
      throw new Error(`The model's ${name} is damaged: its SHA-256 is not the manifest's`);
    }
    contents[name] = content;
  }
  const ids = (name: string) =>
    new Map((parseJson(contents[name]!.toString("utf8"), name) as string[]).map((id, index) => [id, index]));
  return {
    manifest,
    users: ids("users.json"),
    items: ids("items.json"),
    userRows: floats(contents["users.f32"]!),
    itemRows: floats(contents["items.f32"]!),
  };
}

/** A copy, since a file's buffer need not start where a float may. */
const floats = (bytes: Buffer) => new Float32Array(new Uint8Array(bytes).buffer);

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The model's ${name} is not JSON: ${(error as Error).message}`);
  }
}

/** The predicted rating, on the rating scale. A user or item that training did not see counts as average. */
export function predict(model: LoadedModel, userId: string, itemId: string): number {
  const { factors, mean, ratingScale } = model.manifest;
  const user = model.users.get(userId);
  const item = model.items.get(itemId);
  const p = user === undefined ? -1 : user * (factors + 1);
  const q = item === undefined ? -1 : item * (factors + 1);
  let rating = mean + (p < 0 ? 0 : model.userRows[p]!) + (q < 0 ? 0 : model.itemRows[q]!);
  if (p >= 0 && q >= 0) {
    for (let f = 1; f <= factors; f++) rating += model.userRows[p + f]! * model.itemRows[q + f]!;
  }
  return Math.min(ratingScale.high, Math.max(ratingScale.low, rating));
}
