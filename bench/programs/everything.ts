import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { Tracer } from "@aws-lambda-powertools/tracer";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { SQSEvent, SQSHandler, SQSRecord } from "aws-lambda";
import * as z from "zod/mini";

/** A handler with everything that handlers use: what its bundle weighs is the price of the platform. */
const logger = new Logger();
const metrics = new Metrics();
const client = new Tracer().captureAWSv3Client(new DynamoDBClient());
const processor = new BatchProcessor(EventType.SQS);
const schema = z.object({ id: z.string() });

export const handler: SQSHandler = async (event: SQSEvent, context) =>
  processPartialResponse(
    event,
    async ({ body }: SQSRecord) => {
      const { id } = schema.parse(JSON.parse(body));
      await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { id: { S: id } } }));
      metrics.addMetric("stored", "Count", 1);
      logger.info("stored", { id });
    },
    processor,
    { context, throwOnFullBatchFailure: false },
  );
