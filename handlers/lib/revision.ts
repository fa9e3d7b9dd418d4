import { createHash } from "node:crypto";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { RequestError } from "./http.ts";

/** A header, whatever its case. */
export function headerOf({ headers }: Pick<APIGatewayProxyEvent, "headers">, name: string): string | undefined {
  const found = Object.keys(headers ?? {}).find((key) => key.toLowerCase() === name);
  return found === undefined ? undefined : headers[found];
}

/** The entity tag of an item. https://www.rfc-editor.org/rfc/rfc9110#field.etag */
export const etagOf = (revision: unknown): string => `"${revision}"`;

/**
 * Whether the item still is as the caller saw it, where `If-Match` says what that was.
 * @throws {RequestError} 412 when it is not. https://www.rfc-editor.org/rfc/rfc9110#field.if-match
 */
export function checkIfMatch(event: APIGatewayProxyEvent, revision: unknown): void {
  const tags = headerOf(event, "if-match")
    ?.split(",")
    .map((tag) => tag.trim());
  if (tags === undefined || tags.includes("*") || tags.includes(etagOf(revision))) return;
  throw changedMeanwhile();
}

/** What `If-Match` asks for does not hold. */
export const changedMeanwhile = (): RequestError =>
  new RequestError(412, "it has changed since it was read; read it again", "If-Match");

/** A request that its caller may send again: what it is known by, and what it said. */
export interface Repeatable {
  /** Hash of the key and of what is asked for. */
  key: string;
  /** Hash of the body. */
  request: string;
}

/**
 * What the header `Idempotency-Key` says of a request; undefined without one.
 * @param scope what the key is for: `POST /notebooks`.
 * @throws {RequestError} 400 for a key that is none.
 */
export function repeatable(event: APIGatewayProxyEvent, scope: string): Repeatable | undefined {
  const given = headerOf(event, "idempotency-key");
  if (given === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(given)) {
    throw new RequestError(
      400,
      `Idempotency-Key: is ${JSON.stringify(given.slice(0, 40))}; allowed is 1 to 255 visible characters`,
      "Idempotency-Key",
    );
  }
  return { key: hashOf(scope, given), request: hashOf(event.body ?? "") };
}

/** An idempotency key that came with another request before. */
export const reusedKey = (): RequestError =>
  new RequestError(
    422,
    "Idempotency-Key: came with another request before; give each request its own",
    "Idempotency-Key",
  );

/** 32 hexadecimal digits for any number of texts. */
export const hashOf = (...parts: string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
