import * as z from "zod/mini";
import { httpHandler, json, RequestError } from "../lib/http.ts";
import { logger } from "../lib/logger.ts";
import { parse, parseBody } from "../lib/parse.ts";
import { newItem, RESERVED } from "./item.ts";
import { measurementId, measurementOf, recordSchema } from "./measurement.ts";
import { settings } from "./settings.ts";
import { createItem, readItem } from "./table.ts";

/**
 * `POST`: takes a record, 201 with its id. The same measurement again is 200 with the same id, and keeps its prediction.
 * The record goes into the table, or with `RECORD_QUEUE_URL` to that queue.
 */
export const handler = httpHandler(async (event) => {
  const record = parseBody(event, z.record(z.string(), z.unknown(), "the body is no JSON object"));
  const { features, recordQueueUrl } = settings;
  const measured = parse(record, recordSchema(features));
  const reserved = Object.keys(record).find((name) => RESERVED.has(name) && !features.includes(name));
  if (reserved !== undefined) throw new RequestError(400, `${reserved}: is set by the service`, reserved);
  const id = measurementId(measurementOf(features, measured));
  const createdAt = new Date().toISOString();
  const attributes = { ...record, ...measured };
  const isNew = recordQueueUrl
    ? await enqueue(recordQueueUrl, id, attributes, createdAt)
    : await createItem(newItem(id, attributes, createdAt)).catch(refuseWhatCannotBeStored);
  logger.debug("ingested", { id, isNew });
  return json(isNew ? 201 : 200, { id });
});

async function enqueue(QueueUrl: string, id: string, record: object, createdAt: string): Promise<boolean> {
  if (await readItem(id)) return false;
  // SQS is loaded only where a queue takes the records.
  const { sendMessage } = await import("./queues.ts");
  await sendMessage(QueueUrl, JSON.stringify({ id, record, created_at: createdAt }));
  return true;
}

/** DynamoDB's own rules: numbers out of its range, empty names, for instance. */
function refuseWhatCannotBeStored(error: Error): never {
  if (error.name !== "ValidationException") throw error;
  logger.warn("not storable", error);
  throw new RequestError(400, "the record has attributes that cannot be stored");
}
