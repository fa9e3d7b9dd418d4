/** Receipt handles: opaque to clients, they say which message of which queue was received when, and that it was. */
import { randomBytes } from "node:crypto";
import { AwsError } from "../errors.ts";
import type { Queue } from "../storage/queues.ts";

/** What AWS's handles begin with, too: `AQEB`. */
const mark = 0x010101;
/** Mark, queue, message and time, which are in 6 bytes each, and 9 bytes that nobody guesses. */
const length = 30;

export interface Receipt {
  /** The message's place. */
  id: number;
  /** When it was received, in milliseconds since the epoch. */
  at: number;
}

export function newHandle(queue: Queue, { id, at }: Receipt): string {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(mark, 0, 3);
  bytes.writeUIntBE(queue.id, 3, 6);
  bytes.writeUIntBE(id, 9, 6);
  bytes.writeUIntBE(at, 15, 6);
  randomBytes(9).copy(bytes, 21);
  return bytes.toString("base64");
}

/** @throws AwsError `ReceiptHandleIsInvalid` for a text that is no handle of that queue. */
export function readHandle(queue: Queue, handle: string): Receipt {
  const bytes = Buffer.from(handle, "base64");
  const isHandle =
    bytes.length === length &&
    bytes.toString("base64") === handle &&
    bytes.readUIntBE(0, 3) === mark &&
    bytes.readUIntBE(3, 6) === queue.id;
  if (isHandle) return { id: bytes.readUIntBE(9, 6), at: bytes.readUIntBE(15, 6) };
  throw new AwsError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    400,
  );
}
