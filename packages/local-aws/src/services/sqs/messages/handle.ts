/** Receipt handles: opaque to clients, they say which message of which queue was received when, and that it was. */
import { hash } from "node:crypto";
import { AwsError } from "../errors.ts";
import type { Queue } from "../storage/queues.ts";

/** What AWS's handles begin with, too: `AQEB`. */
const mark = 0x010101;
/** Mark, message, time and count, in 3 and 6 bytes each; a seal of 9 bytes follows. */
const sealedAt = 21;
const length = 30;

export interface Receipt {
  /** The message's place. */
  id: number;
  /** When it was received, in milliseconds since the epoch. */
  at: number;
  /** Which of its receives it was. */
  receives: number;
}

export function newHandle(queue: Queue, { id, at, receives }: Receipt): string {
  const bytes = Buffer.alloc(length);
  bytes.writeUIntBE(mark, 0, 3);
  bytes.writeUIntBE(id, 3, 6);
  bytes.writeUIntBE(at, 9, 6);
  bytes.writeUIntBE(receives, 15, 6);
  seal(queue, bytes).copy(bytes, sealedAt);
  return bytes.toString("base64");
}

/** @throws AwsError `ReceiptHandleIsInvalid` for a text that is no handle which that queue gave. */
export function readHandle(queue: Queue, handle: string): Receipt {
  const bytes = Buffer.from(handle, "base64");
  const isHandle =
    bytes.length === length &&
    bytes.toString("base64") === handle &&
    seal(queue, bytes).equals(bytes.subarray(sealedAt));
  if (isHandle) {
    return { id: bytes.readUIntBE(3, 6), at: bytes.readUIntBE(9, 6), receives: bytes.readUIntBE(15, 6) };
  }
  throw new AwsError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    400,
  );
}

/** What only who knows the queue's secret can tell of the rest. */
const seal = ({ secret }: Queue, bytes: Buffer): Buffer =>
  hash("sha256", Buffer.concat([Buffer.from(secret), bytes.subarray(0, sealedAt)]), "buffer").subarray(
    0,
    length - sealedAt,
  );
