import { createHash } from "node:crypto";
import { GetObjectCommand, NoSuchKey, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Row } from "./batch.ts";
import { s3 } from "./clients.ts";
import { settings } from "./settings.ts";

/** A batch that is not finished: its rows, and at their places the answers so far, each in an array of its own. */
export interface SavedBatch {
  rows: Row[];
  answers: ([unknown] | null)[];
}

/** The bucket's lifecycle forgets what is below it after a day. */
const keyOf = (name: string, id: string): string =>
  `batches/${name}/${createHash("sha256").update(id).digest("hex")}.json`;

export async function saveBatch(name: string, id: string, batch: SavedBatch): Promise<void> {
  await s3.send(
    new PutObjectCommand({
      Bucket: settings.bucket,
      Key: keyOf(name, id),
      Body: JSON.stringify(batch),
      ContentType: "application/json",
    }),
  );
}

/** @returns undefined when there is none, or no more. */
export async function loadBatch(name: string, id: string): Promise<SavedBatch | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: settings.bucket, Key: keyOf(name, id) }));
    return JSON.parse(await Body!.transformToString());
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}
