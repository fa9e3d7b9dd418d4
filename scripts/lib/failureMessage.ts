/** What a prediction pipeline's failure queue holds. */
export type FailureMessage =
  /** The predictor's own: a record that can never be predicted as it is. */
  | { kind: "rejected"; id: string; body: Record<string, unknown> | undefined; reason: string }
  /** Lambda's, of a batch that failed every try: it names a piece of the stream, and holds no record. */
  | { kind: "batch"; batch: StreamBatch }
  /** SQS's, of a message that failed every try: the message itself. */
  | { kind: "record"; id: string; text: string }
  /** Of none of them, or of a message that named no record. */
  | { kind: "unknown"; reason: string };

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html */
export interface StreamBatch {
  streamArn: string;
  shardId: string;
  startSequenceNumber: string;
  endSequenceNumber: string;
}

export function readFailureMessage(text: string): FailureMessage {
  const message = parseObject(text);
  if (!message) return { kind: "unknown", reason: "it is no JSON object" };
  const { DDBStreamBatchInfo: batch, key, body, reason, id } = message;
  if (isObject(batch)) return { kind: "batch", batch: batch as unknown as StreamBatch };
  if (isObject(key) && typeof key.id === "string") {
    return { kind: "rejected", id: key.id, body: isObject(body) ? body : undefined, reason: String(reason) };
  }
  if (isObject(key)) return { kind: "unknown", reason: String(reason) };
  if (typeof id === "string") return { kind: "record", id, text };
  return { kind: "unknown", reason: "it names no record" };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
