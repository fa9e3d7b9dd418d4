import type { APIGatewayProxyEvent } from "aws-lambda";
import * as z from "zod/mini";
import { RequestError } from "./http.ts";
import { parseJson } from "./json.ts";

/** Bytes of a body: more than any record needs, and too few to make work of. */
const LONGEST_BODY = 8 * 1024;

/**
 * The request's body as text.
 * @throws {RequestError} 413 when it is longer than 8 KB.
 */
export function bodyText({ body, isBase64Encoded }: Pick<APIGatewayProxyEvent, "body" | "isBase64Encoded">): string {
  const bytes = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > LONGEST_BODY) throw new RequestError(413, `the body is larger than ${LONGEST_BODY} bytes`);
  return bytes.toString();
}

/**
 * The request's body as `schema` types it.
 * @throws {RequestError} 413 when it is longer than 8 KB; 400, naming the field that is wrong.
 * @example const { name } = parseBody(event, z.object({ name: z.string().check(z.minLength(1)) }));
 */
export function parseBody<Schema extends z.ZodMiniType>(event: APIGatewayProxyEvent, schema: Schema): z.infer<Schema> {
  const text = bodyText(event);
  if (!text) throw new RequestError(400, "the body is empty");
  return parse(parseJson(text), schema);
}

/**
 * A value as `schema` types it: of a body, a query, a message.
 * @throws {RequestError} 400, naming the field that is wrong.
 */
export function parse<Schema extends z.ZodMiniType>(value: unknown, schema: Schema): z.infer<Schema> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const { path, message } = issue!;
  // A field that there is none of is nowhere in the schema: its message begins with its name.
  if (issue!.code === "unrecognized_keys") throw new RequestError(400, message, issue!.keys[0]);
  const field = path.join(".");
  throw new RequestError(400, field ? `${field}: ${message}` : message, field || undefined);
}
