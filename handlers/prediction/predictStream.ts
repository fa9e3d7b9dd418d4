import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { DynamoDBRecord, DynamoDBStreamHandler } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { REDRIVEN } from "./item.ts";
import { predictItem } from "./predictor.ts";
import { itemOf } from "./table.ts";

const processor = new BatchProcessor(EventType.DynamoDBStreams, { logger });

/** Predicts the records of a batch side by side; those that could not be predicted now are tried again. */
export const handler: DynamoDBStreamHandler = async (event, context) => {
  logger.addContext(context);
  metrics.captureColdStartMetric(context.functionName);
  try {
    return await processPartialResponse(event, predictInserted, processor, { context, throwOnFullBatchFailure: false });
  } finally {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
};

/**
 * Predicts what is new, and what was rejected and is put back by setting {@link REDRIVEN}. The event filter says the same;
 * here it keeps a function with another filter from waking itself.
 */
async function predictInserted({ eventName, dynamodb }: DynamoDBRecord): Promise<void> {
  if (eventName === "REMOVE") return;
  if (!dynamodb?.NewImage) {
    throw new Error("The stream has no new images; its view type must be NEW_IMAGE or NEW_AND_OLD_IMAGES");
  }
  const item = itemOf(dynamodb.NewImage as Parameters<typeof itemOf>[0]);
  if (item.pred_target !== undefined) return;
  if (eventName === "INSERT" || item[REDRIVEN] !== undefined) await predictItem(item);
}
