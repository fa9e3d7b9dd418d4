import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { UserError } from "./failure.ts";

/** What SGD needs to know; defaults are those of the usual SVD (Surprise's), which reaches RMSE 0.93 on MovieLens 100k. */
export interface FitSettings {
  /** Passes over all ratings. 1 to 1,000; default 20. */
  epochs: number;
  /** Length of a user's and an item's factor vector. 0 (biases alone) to 1,000; default 100. */
  factors: number;
  /** Step of gradient descent. Above 0, at most 1; default 0.005. */
  learningRate: number;
  /** Weight of the squared norm of biases and factors. 0 to 10; default 0.02. */
  regularization: number;
  /** Standard deviation of the factors before training. 0 to 10; default 0.1. */
  initialDeviation: number;
  /** Same seed, same data, same model. Default 42. */
  seed: number;
}

export interface Hyperparameters extends FitSettings {
  /** Snowflake table that the ratings were unloaded from; recorded in the model's manifest. */
  inputTableName: string;
  /** Snowflake table that the recommendations are for; names their folder. */
  outputTableName: string;
  /** Region of the bucket; default: the environment's (`AWS_REGION`). */
  region?: string | undefined;
  /** Where recommendations go, `s3://BUCKET[/PREFIX]`; default: `output/data` of the job. */
  outputS3Uri?: string | undefined;
  /** Cross-validation folds: 0 (none) or 2 to 20; default 5. */
  folds: number;
  /** Bad rows that are skipped before the job fails; default 0. */
  maxBadRows: number;
  /** Rating scale: predictions are clipped to it, ratings outside it are bad rows; default: lowest and highest seen. */
  ratingMin?: number | undefined;
  ratingMax?: number | undefined;
  /** Threads that fit folds side by side; default: one a core. */
  threads?: number | undefined;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const TABLE = /^([A-Za-z_][\w$]{0,254}\.){0,2}[A-Za-z_][\w$]{0,254}$/;
const S3_URI = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w!.*'()/-]*)?$/;

/** SageMaker hands every value over as a string. */
const text = (pattern: RegExp, allowed: string) => z.string(allowed).check(z.regex(pattern, allowed));
const number = (
  low: number,
  high: number,
  kind: "a number" | "an integer",
  allowed = `${kind} from ${low} to ${high}`,
) =>
  z.pipe(
    text(NUMBER, allowed),
    z.pipe(
      z.transform(Number),
      z
        .number()
        .check(
          z.refine(
            (value) => value >= low && value <= high && (kind === "a number" || Number.isInteger(value)),
            allowed,
          ),
        ),
    ),
  );
const table = text(TABLE, "a table name: letters, digits, _ and $, with at most two qualifiers (DB.SCHEMA.TABLE)");

const schema = z.object({
  input_table_name: table,
  output_table_name: table,
  region: z.optional(text(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region such as us-east-1")),
  output_s3_uri: z.optional(text(S3_URI, "s3://BUCKET or s3://BUCKET/PREFIX")),
  epochs: z._default(number(1, 1000, "an integer"), 20),
  factors: z._default(number(0, 1000, "an integer"), 100),
  learning_rate: z._default(number(1e-6, 1, "a number"), 0.005),
  regularization: z._default(number(0, 10, "a number"), 0.02),
  init_std_dev: z._default(number(0, 10, "a number"), 0.1),
  seed: z._default(number(0, 2 ** 32 - 1, "an integer"), 42),
  folds: z._default(
    number(0, 20, "an integer", "0 (no cross-validation), or an integer from 2 to 20").check(
      z.refine((folds) => folds !== 1, "0 (no cross-validation), or an integer from 2 to 20"),
    ),
    5,
  ),
  max_bad_rows: z._default(number(0, 1e9, "an integer"), 0),
  rating_min: z.optional(number(-1e6, 1e6, "a number")),
  rating_max: z.optional(number(-1e6, 1e6, "a number")),
  threads: z.optional(number(1, 64, "an integer")),
});

/** SageMaker and its tuning jobs add parameters of their own under these prefixes. */
const SAGEMAKERS_OWN = /^(sagemaker_|_tuning_)/;

/**
 * Validates hyperparameters as SageMaker gives them: an object of strings.
 *
 * @throws UserError that names every wrong parameter, its value and what is allowed
 */
export function parseHyperparameters(raw: unknown): Hyperparameters {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    throw new UserError("Hyperparameters must be a JSON object of strings");
  }
  const given = Object.fromEntries(
    Object.entries(raw)
      .filter(([name]) => !SAGEMAKERS_OWN.test(name))
      .map(([name, value]) => [name, typeof value === "number" ? String(value) : value]),
  );
  const problems = Object.keys(given)
    .filter((name) => !(name in schema.shape))
    .map((name) => `${name} is not known; allowed are ${Object.keys(schema.shape).join(", ")}`);
  const parsed = schema.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0]);
    problems.push(
      name in given ? `${name} is ${JSON.stringify(given[name])}, expected ${issue.message}` : `${name} is missing`,
    );
  }
  const { rating_min: low, rating_max: high } = parsed.data ?? {};
  if (low !== undefined && high !== undefined && low >= high) {
    problems.push(`rating_min is ${low}, expected less than rating_max, which is ${high}`);
  }
  if (problems.length > 0 || !parsed.data) throw new UserError(`Hyperparameter ${problems.join("; ")}`);
  const values = parsed.data;
  return {
    inputTableName: values.input_table_name,
    outputTableName: values.output_table_name,
    region: values.region,
    outputS3Uri: values.output_s3_uri,
    epochs: values.epochs,
    factors: values.factors,
    learningRate: values.learning_rate,
    regularization: values.regularization,
    initialDeviation: values.init_std_dev,
    seed: values.seed,
    folds: values.folds,
    maxBadRows: values.max_bad_rows,
    ratingMin: low,
    ratingMax: high,
    threads: values.threads,
  };
}

/** Reads `hyperparameters.json` from the job's configuration folder. */
export async function readHyperparameters(configFolder: string): Promise<Hyperparameters> {
  const file = join(configFolder, "hyperparameters.json");
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch {
    throw new UserError(`Hyperparameters are missing: there is no ${file}`);
  }
  let raw: unknown;
  try {
    raw = JSON.parse(content);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  return parseHyperparameters(raw);
}
