import type { APIGatewayProxyEvent } from "aws-lambda";
import * as z from "zod/mini";
import { RequestError } from "./http.ts";

/**
 * The request's body as `schema` types it.
 * @throws {RequestError} 400, naming the field that is wrong.
 * @example const { name } = parseBody(event, z.object({ name: z.string().check(z.minLength(1)) }));
 */
export function parseBody<Schema extends z.ZodMiniType>(event: APIGatewayProxyEvent, schema: Schema): z.infer<Schema> {
  const { body, isBase64Encoded } = event;
  if (!body) throw new RequestError(400, "the body is empty");
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString() : body;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RequestError(400, "the body is not JSON");
  }
  return parse(value, schema);
}

/**
 * A value as `schema` types it: of a body, a query, a message.
 * @throws {RequestError} 400, naming the field that is wrong.
 */
export function parse<Schema extends z.ZodMiniType>(value: unknown, schema: Schema): z.infer<Schema> {
  const result = z.safeParse(schema, value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const field = path.join(".");
  throw new RequestError(400, field ? `${field}: ${message}` : message, field || undefined);
}
