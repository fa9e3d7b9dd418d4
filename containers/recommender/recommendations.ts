import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Factorization } from "./factorization.ts";
import type { Ratings } from "./ratings.ts";
import { topUnseenItems } from "./topItems.ts";

/** How many items a user is recommended: the name of the Snowflake column, `TOP_10_RECOMMENDATIONS`, says so. */
const RECOMMENDED_ITEMS = 10;
const HEADER = "USERID,TOP_10_RECOMMENDATIONS\n";
const ROWS_A_CHUNK = 512;

/**
 * The recommendations as gzipped CSV: a user's id, and a JSON array of item ids, best first, for a VARIANT column.
 * Ids are JSON numbers when all of them are whole numbers, strings otherwise. A file that is there is replaced, whole.
 *
 * @returns the number of users
 */
export async function writeRecommendations(file: string, model: Factorization, ratings: Ratings): Promise<number> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.tmp`;
  try {
    await pipeline(Readable.from(csvChunks(model, ratings)), createGzip(), createWriteStream(temporary));
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return ratings.userIds.length;
}

function* csvChunks(model: Factorization, { matrix, userIds, itemIds }: Ratings): Generator<string> {
  const whole = itemIds.every((id) => /^(0|-?[1-9]\d{0,14})$/.test(id));
  const json = itemIds.map((id) => (whole ? id : JSON.stringify(id)));
  let chunk = HEADER;
  let rows = 0;
  for (const { user, items } of topUnseenItems(model, matrix, RECOMMENDED_ITEMS)) {
    chunk += `${csvField(userIds[user]!)},${csvField(`[${items.map((item) => json[item]).join(",")}]`)}\n`;
    if (++rows % ROWS_A_CHUNK === 0) {
      yield chunk;
      chunk = "";
    }
  }
  yield chunk;
}

const csvField = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** `OUTPUT_TABLE/recommendations.csv.gz`: the same for every run, so that a later one replaces it. */
export const recommendationsKey = (outputTable: string) => join(outputTable, "recommendations.csv.gz");

/**
 * Uploads a file to `s3://BUCKET/PREFIX/KEY`, replacing the object. Credentials come from the SDK's default chain, the
 * endpoint from `AWS_ENDPOINT_URL` if it is set.
 *
 * @returns the object's URI
 */
export async function upload(file: string, uri: string, key: string, region?: string): Promise<string> {
  // Loaded when needed: serving and local training do without.
  const { S3Client, PutObjectCommand } = await import("@aws-sdk/client-s3");
  const { hostname: bucket, pathname } = new URL(uri);
  const fullKey = [...pathname.split("/"), key].filter(Boolean).join("/");
  const client = new S3Client(region ? { region } : {});
  try {
    const { size } = await stat(file);
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: fullKey,
        Body: createReadStream(file),
        ContentLength: size,
        ContentType: "application/gzip",
      }),
    );
  } catch (error) {
    throw new Error(
      `Upload to s3://${bucket}/${fullKey} failed: ${(error as Error).name}: ${(error as Error).message}`,
    );
  } finally {
    client.destroy();
  }
  return `s3://${bucket}/${fullKey}`;
}
