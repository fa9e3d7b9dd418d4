import { settings } from "./settings.ts";

/** A record as the table has it: what was posted, and the attributes below. */
export type Item = Record<string, unknown> & { id: string; created_at: string };

/**
 * The indexes, with their keys. All are sorted by `time_key`. Their partitions are a month's shards, so that neither a
 * constant key nor the present moment takes all writes.
 */
export const indexes = {
  /** Every record. */
  byTime: "time_bucket",
  /** Predicted records, by class. */
  byPrediction: "prediction_bucket",
  /** Sparse: records that wait for their prediction. */
  unpredicted: "unpredicted_bucket",
} as const;
export type IndexName = keyof typeof indexes;

/** Set to have a record predicted that was rejected: a time, which the prediction removes. */
export const REDRIVEN = "redriven_at";
/** Attributes that are for the pipeline alone, and that no caller sees. */
const INTERNAL = ["time_key", REDRIVEN, ...Object.values(indexes)];
const PREDICTION = ["pred_target", "pred_probability", "model_version", "predicted_at"];
/** Attributes that are ours to set: a record that brings one is refused. */
export const RESERVED: ReadonlySet<string> = new Set(["id", "created_at", "status", ...INTERNAL, ...PREDICTION]);

/** Newest first is descending; the id tells records of one millisecond apart. */
const timeKey = (createdAt: string, id: string) => `${createdAt}#${id}`;

/** Ids are hashes, so their first digits spread evenly. An id of another kind is summed up. */
function shardOf(id: string): number {
  const digits = Number.parseInt(id.slice(0, 8), 16);
  const number = Number.isNaN(digits) ? [...id].reduce((sum, char) => sum + char.charCodeAt(0), 0) : digits;
  return number % settings.writeShards;
}

/** The partition of an index: `2026-11#3`, or with a class `setosa#2026-11#3`. */
export const bucketOf = (month: string, shard: number, target?: string) =>
  `${target === undefined ? "" : `${target}#`}${month}#${shard}`;

/** A new record, not yet predicted. */
export function newItem(id: string, attributes: Record<string, unknown>, createdAt: string): Item {
  const bucket = bucketOf(createdAt.slice(0, 7), shardOf(id));
  return {
    ...attributes,
    id,
    created_at: createdAt,
    time_key: timeKey(createdAt, id),
    time_bucket: bucket,
    unpredicted_bucket: bucket,
  };
}

/** A class that a model of that version predicts. */
export interface Predicted {
  target: string;
  /** Of the class; a model may have none. */
  probability?: number | undefined;
  version: string;
}

/** What a prediction adds to a record; it leaves the index of the unpredicted at the same time. */
export const predictionAttributes = (id: string, createdAt: string, { target, probability, version }: Predicted) => ({
  pred_target: target,
  ...(probability !== undefined && { pred_probability: probability }),
  model_version: version,
  predicted_at: new Date().toISOString(),
  prediction_bucket: bucketOf(createdAt.slice(0, 7), shardOf(id), target),
});

/** A record as callers see it, with its `status`: its fields by name, for DynamoDB gives them in any order. */
export function publicItem(item: Item): Record<string, unknown> & { status: "predicted" | "pending" } {
  const names = Object.keys(item).filter((name) => !INTERNAL.includes(name));
  const visible = Object.fromEntries(names.sort().map((name) => [name, item[name as keyof Item]]));
  return { ...visible, status: item.pred_target === undefined ? "pending" : "predicted" };
}
