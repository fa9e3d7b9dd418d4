import type { Table } from "@pulumi/aws/dynamodb";
import type { Resource } from "@pulumi/pulumi";
import { createTable } from "../table.ts";

/** Partition keys of the indexes: a month and a shard (`2026-11#3`), so that no partition takes all writes. */
const indexes = [
  { name: "byTime", hashKey: "time_bucket", projectionType: "ALL" },
  { name: "byPrediction", hashKey: "prediction_bucket", projectionType: "ALL" },
  // Sparse: a record leaves it with its prediction, so that it lists what is left behind.
  { name: "unpredicted", hashKey: "unpredicted_bucket", projectionType: "KEYS_ONLY" },
];
// Indexes are declared the provider's older way: with `keySchema`, it still reports differences where there are none.
const rangeKey = "time_key";

/**
 * The table of records: key `id`, new images in its stream, and indexes by time, by predicted class and of what has no
 * prediction.
 */
export const createRecordTable = (name: string, parent: Resource): Table =>
  createTable(
    `${name}-records`,
    {
      hashKey: "id",
      attributes: ["id", rangeKey, ...indexes.map(({ hashKey }) => hashKey)].map((key) => ({ name: key, type: "S" })),
      globalSecondaryIndexes: indexes.map((index) => ({ ...index, rangeKey })),
      streamEnabled: true,
      streamViewType: "NEW_IMAGE",
    },
    parent,
  );
