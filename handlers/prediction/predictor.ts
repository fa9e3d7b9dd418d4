import * as z from "zod/mini";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { type Model, predict } from "../lib/model.ts";
import { type Item, newItem, type Predicted, predictionAttributes } from "./item.ts";
import { measurementOf, recordSchema } from "./measurement.ts";
import { ModelSource } from "./modelSource.ts";
import type { RemotePredictor } from "./remotePredictor.ts";
import { settings } from "./settings.ts";
import { createItem, readItem, savePrediction } from "./table.ts";

/** A larger message than this is sent without its body, which the table has. */
const LARGEST_MESSAGE = 250 * 1024;

/** Why a record is not predicted, now or ever. */
class Rejection extends Error {}

/** What the failure queue gets of a rejected record. */
interface RejectedRecord {
  /** The record's key, or what else names it. */
  key: Record<string, string>;
  /** Attributes as given; none when they are too large for a message. */
  body?: unknown;
  /** One sentence. */
  reason: string;
}

let source: ModelSource | undefined;
/** One model per environment. */
function currentModel(): Promise<Model> {
  source ??= new ModelSource(settings.modelUri, settings.features, settings.modelCheckSeconds);
  return source.current();
}

/** @throws Rejection that names the attribute that is missing or no number. */
async function byOwnModel(record: unknown): Promise<Predicted> {
  const model = await currentModel();
  const { target, probability } = predict(model, measurementOf(model.features, parsed(model.features, record)).values);
  return { target, probability, version: model.version };
}

let predictRecord: (record: unknown) => Promise<Predicted> = byOwnModel;

/** Predicts by the model of another function from now on; what it has to say against a record is why that is rejected. */
export function predictBy(remote: RemotePredictor): void {
  predictRecord = async (record) => {
    const { version, result } = await remote.predict(parsed(settings.features, record));
    if ("error" in result) throw new Rejection(result.error);
    return { ...result, version };
  };
}

function parsed(features: readonly string[], record: unknown): Record<string, number> {
  const { success, data, error } = z.safeParse(recordSchema(features), record);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  throw new Rejection(path.length > 0 ? `${path.join(".")}: ${message}` : message);
}

/** Predicts a record of the table: exactly once, however often it is asked to. */
export async function predictItem(item: Item): Promise<void> {
  await orReject({ id: item.id }, item, async () => {
    const createdAt = typeof item.created_at === "string" ? item.created_at : new Date().toISOString();
    const isNew = await savePrediction(item.id, createdAt, await predictRecord(item));
    if (isNew) metrics.addMetric("Predicted", "Count", 1);
  });
}

const messageSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(900)),
  /** Without it the record is read from the table: so a rejected one is put back. */
  record: z.optional(z.record(z.string(), z.unknown())),
  created_at: z.optional(z.iso.datetime()),
});

/** Predicts the record of a message and writes both at once, unless the record is there already. */
export async function predictMessage(messageId: string, body: string): Promise<void> {
  let message: z.infer<typeof messageSchema>;
  try {
    message = z.parse(messageSchema, JSON.parse(body));
  } catch {
    return reject({ messageId }, body, "The message is not a record: expected {id, record, created_at}");
  }
  const { id, record, created_at: createdAt = new Date().toISOString() } = message;
  if (!record) {
    const item = await readItem(id);
    return item ? predictItem(item) : reject({ id }, undefined, "There is no such record");
  }
  await orReject({ id }, record, async () => {
    const prediction = await predictRecord(record);
    const { unpredicted_bucket: _, ...item } = newItem(id, record, createdAt);
    const predicted = { ...item, ...predictionAttributes(id, createdAt, prediction) } as Item;
    const isNew = !(await createItem(predicted)) || (await savePrediction(id, createdAt, prediction));
    if (isNew) metrics.addMetric("Predicted", "Count", 1);
  });
}

/** What can never succeed goes to the failure queue at once and blocks nobody; other errors are for the next try. */
async function orReject(key: Record<string, string>, body: unknown, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = rejectionReason(error as Error);
    if (reason === undefined) throw error;
    await reject(key, body, reason);
  }
}

function rejectionReason(error: Error): string | undefined {
  if (error instanceof Rejection) return error.message;
  // The item has grown to its limit, or a message brought what DynamoDB does not store.
  return error.name === "ValidationException" ? "The record cannot be stored with its prediction" : undefined;
}

async function reject(key: Record<string, string>, body: unknown, reason: string): Promise<void> {
  logger.warn("rejected", { key, reason });
  metrics.addMetric("Rejected", "Count", 1);
  const whole = JSON.stringify({ key, body, reason } satisfies RejectedRecord);
  const MessageBody = Buffer.byteLength(whole) > LARGEST_MESSAGE ? JSON.stringify({ key, reason }) : whole;
  // SQS is loaded with the first record that is rejected.
  const { sendMessage } = await import("./queues.ts");
  await sendMessage(settings.failureQueueUrl, MessageBody);
}
