/**
 * AWS Signature Version 4, computed from a request as it arrived.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import type { WireRequest } from "../wire/index.ts";
import type { Authorization } from "./authorization.ts";

/** S3 takes paths as they are; every other service normalizes and encodes them a second time. */
export const isS3 = (service: string): boolean => service === "s3" || service === "s3express";

/** @param payloadHash SHA-256 of the body in hex, or S3's substitutes (`UNSIGNED-PAYLOAD`, `STREAMING-…`). */
export function computeSignature(
  request: WireRequest,
  authorization: Authorization,
  secret: string,
  payloadHash: string,
): string {
  const { date, region, service, timestamp } = authorization;
  const canonical = canonicalRequest(request, authorization, payloadHash);
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", timestamp, scope, sha256(canonical)].join("\n");
  return createHmac("sha256", signingKey(secret, date, region, service))
    .update(toSign)
    .digest("hex");
}

export const sha256 = (data: string | Buffer): string => hash("sha256", data);

const keys = new Map<string, KeyObject>();

/** Valid for a day; saves four HMACs per request. Bytes would be made a key for each HMAC, which takes longer than the HMAC. */
export function signingKey(secret: string, date: string, region: string, service: string): KeyObject {
  const id = `${secret}/${date}/${region}/${service}`;
  let key = keys.get(id);
  if (!key) {
    const bytes = [date, region, service, "aws4_request"].reduce<Buffer>(
      (previous, part) => createHmac("sha256", previous).update(part).digest(),
      Buffer.from(`AWS4${secret}`),
    );
    key = createSecretKey(bytes);
    if (keys.size > 1_000) keys.clear();
    keys.set(id, key);
  }
  return key;
}

/** Clients sign the bytes that they send, most of them UTF-8; a header that was read has a character for each byte. */
const asSigned = (value: string): string => (beyondAscii.test(value) ? Buffer.from(value, "latin1").toString() : value);
const beyondAscii = /[\x80-\xff]/;

function canonicalRequest(request: WireRequest, authorization: Authorization, payloadHash: string): string {
  const headers = authorization.signedHeaders.map(
    (name) =>
      // HTTP/2's name of the host, which is signed in its place.
      `${name}:${asSigned(String(request.headers[name === ":authority" ? "host" : name] ?? ""))
        .trim()
        .replace(/\s+/g, " ")}\n`,
  );
  return [
    request.method,
    isS3(authorization.service) ? encodePath(decodePath(request.path)) : encodePath(normalize(request.path)),
    canonicalQuery(request.query),
    headers.join(""),
    authorization.signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

/** RFC 3986: everything but letters, digits and `-_.~`. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const encodePath = (path: string): string => path.split("/").map(encode).join("/");

function decodePath(path: string): string {
  try {
    // A slash within a name (`%2F`) is a slash of the canonical path, as on S3 itself.
    return path.split("/").map(decodeURIComponent).join("/");
  } catch {
    return path;
  }
}

function normalize(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") kept.pop();
    else kept.push(segment);
  }
  return `/${kept.join("/")}${kept.length > 0 && path.endsWith("/") ? "/" : ""}`;
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs: [string, string][] = [];
  for (const [name, value] of query) if (name !== "X-Amz-Signature") pairs.push([encode(name), encode(value)]);
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return pairs
    .sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}
