import { isDeepStrictEqual } from "node:util";
import * as z from "zod/mini";
import { httpHandler, json, RequestError } from "../lib/http.ts";
import { logger } from "../lib/logger.ts";
import { parse, parseBody } from "../lib/parse.ts";
import { type Item, newItem, RESERVED } from "./item.ts";
import { measurementId, measurementOf, recordSchema } from "./measurement.ts";
import { settings } from "./settings.ts";
import { createItem, readItem } from "./table.ts";

/**
 * `POST`: takes a record, 201 with its id. The same measurement again is 200 with the same id, and keeps its prediction and
 * its attributes: `ignored` names those that were posted with other values. The record goes into the table, or with `RECORD_QUEUE_URL` to that queue.
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
  const known = recordQueueUrl
    ? await enqueue(recordQueueUrl, id, attributes, createdAt)
    : await createItem(newItem(id, attributes, createdAt)).catch(refuseWhatCannotBeStored);
  logger.debug("ingested", { id, isNew: !known });
  if (!known) return json(201, { id });
  const ignored = Object.keys(record).filter(
    (name) => !features.includes(name) && !isDeepStrictEqual(known[name], record[name]),
  );
  return json(200, { id, ...(ignored.length > 0 && { ignored }) });
});

/** @returns the record that is there already. */
async function enqueue(QueueUrl: string, id: string, record: object, createdAt: string): Promise<Item | undefined> {
  const known = await readItem(id);
  if (known) return known;
  // SQS is loaded only where a queue takes the records.
  const { sendMessage } = await import("./queues.ts");
  await sendMessage(QueueUrl, JSON.stringify({ id, record, created_at: createdAt }));
  return undefined;
}

/** DynamoDB's own rules: numbers out of its range, empty names, for instance. */
function refuseWhatCannotBeStored(error: Error): never {
  if (error.name !== "ValidationException") throw error;
  logger.warn("not storable", error);
  throw new RequestError(400, "the record has attributes that cannot be stored");
}
