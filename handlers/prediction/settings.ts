/** What the component tells its functions by environment variables. */

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`The environment variable ${name} is missing`);
  return value;
}

function integer(name: string, fallback: number): number {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${name} is ${process.env[name]}, expected an integer above 0`);
  return value;
}

export const settings = {
  /** The table of records: its name. */
  get table(): string {
    return required("PREDICTION_TABLE");
  },
  /** `FEATURES`: names of the attributes that are predicted from, separated by commas. */
  get features(): string[] {
    return required("FEATURES").split(",");
  },
  /** `s3://BUCKET/KEY` of the model's artifact. */
  get modelUri(): string {
    return required("MODEL_URI");
  },
  /** ARN of the function that has the model; none where the predictor itself predicts. */
  get predictorFunction(): string | undefined {
    return process.env.PREDICTOR_FUNCTION || undefined;
  },
  /** How long a model is used before a newer one is looked for. Default 60 s. */
  get modelCheckSeconds(): number {
    return integer("MODEL_CHECK_SECONDS", 60);
  },
  /** The queue for records that cannot be predicted. */
  get failureQueueUrl(): string {
    return required("FAILURE_QUEUE_URL");
  },
  /** The queue that takes records instead of the table; none in ingest mode `table`. */
  get recordQueueUrl(): string | undefined {
    return process.env.RECORD_QUEUE_URL || undefined;
  },
  /** Partitions that one month of an index is spread over: each takes 1,000 writes a second. Default 8. */
  get writeShards(): number {
    return integer("WRITE_SHARDS", 8);
  },
};
