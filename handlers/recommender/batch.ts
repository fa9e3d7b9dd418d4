import { gunzipSync } from "node:zlib";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { RequestError } from "../lib/http.ts";
import { flawOf } from "../lib/json.ts";

/** One row of a batch: its number, by which it is answered, and its arguments. */
export interface Row {
  number: number;
  args: unknown[];
  /** Why the arguments are not looked at. */
  flaw?: string;
}

/** Bytes of a batch, unpacked: far above what Snowflake sends, and below what fills a function's memory. */
const largestBatch = 32 * 1024 * 1024;

/**
 * The rows of a request of a Snowflake external function: `{"data": [[0, "a"], [1, "b"]]}`, mostly compressed.
 * https://docs.snowflake.com/en/sql-reference/external-functions-data-format
 * @throws {RequestError} 400 for what is no batch. What is wrong with one row is that row's own answer.
 */
export function readBatch({ headers, body, isBase64Encoded }: APIGatewayProxyEvent): Row[] {
  const format = header(headers, "sf-external-function-format");
  if (format !== undefined && format !== "json") throw malformed(`the format is ${format}; allowed is json`);
  const version = header(headers, "sf-external-function-format-version");
  if (version !== undefined && version !== "1.0") throw malformed(`the format's version is ${version}; allowed is 1.0`);
  const bytes = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
  const { data } = parseObject(unpack(bytes));
  if (!Array.isArray(data)) throw malformed('the batch is not an object with an array "data"', "data");
  const numbers = new Set<number>();
  return data.map((row: unknown, index) => {
    if (!Array.isArray(row) || !Number.isSafeInteger(row[0]) || row[0] < 0) {
      throw malformed(`data[${index}] is not an array that begins with the row's number`, `data.${index}`);
    }
    const [number, ...args] = row as [number, ...unknown[]];
    if (numbers.has(number)) throw malformed(`data[${index}] has number ${number} again`, `data.${index}`);
    numbers.add(number);
    const flaw = flawOf(args);
    return flaw ? { number, args: [], flaw } : { number, args };
  });
}

/** The id under which Snowflake sends a batch again, and polls for it; opaque. */
export const batchId = ({ headers }: Pick<APIGatewayProxyEvent, "headers">): string | undefined =>
  header(headers, "sf-external-function-query-batch-id");

const header = (headers: APIGatewayProxyEvent["headers"] | null, name: string): string | undefined =>
  Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];

/** A proxy may have unpacked the body and kept the header that says otherwise: the bytes themselves say what they are. */
function unpack(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largestBatch });
  } catch {
    throw malformed(`the body cannot be unpacked, or is larger than ${largestBatch} bytes`);
  }
}

function parseObject(bytes: Buffer): Record<string, unknown> {
  try {
    return Object(JSON.parse(bytes.toString("utf8")));
  } catch {
    throw malformed("the body is not JSON");
  }
}

const malformed = (message: string, field?: string) => new RequestError(400, message, field);
