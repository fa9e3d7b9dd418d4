import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSHandler, SQSRecord } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { predictMessage } from "./predictor.ts";

const processor = new BatchProcessor(EventType.SQS, { logger });

/** Predicts the messages of a batch side by side; those that could not be predicted now come again. */
export const handler: SQSHandler = async (event, context) => {
  logger.addContext(context);
  metrics.captureColdStartMetric(context.functionName);
  try {
    return await processPartialResponse(event, predictRecord, processor, {
      context,
      throwOnFullBatchFailure: false,
    });
  } finally {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  }
};

const predictRecord = ({ messageId, body }: SQSRecord) => predictMessage(messageId, body);
