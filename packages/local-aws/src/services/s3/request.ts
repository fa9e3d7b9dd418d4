/** Reads S3's requests: which operation, by method, bucket or key, and subresource; and the body. */
import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { bucketOfHost } from "../../front/bucketHost.ts";
import { AwsError } from "../../service.ts";
import type { OperationShape, ServiceShapes, WireRequest } from "../../wire/index.ts";
import { readBindings } from "../../wire/rest.ts";
import { readXml } from "../../wire/xml.ts";
import { badDigest, statedChecksum } from "./checksum.ts";
import { invalidArgument, malformedXml } from "./errors.ts";
import { checksumOf } from "./hashers.ts";
import { Incoming } from "./incoming.ts";
import { checkMd5 } from "./receive.ts";

export interface Target {
  bucket: string | undefined;
  key: string | undefined;
}

/** `/bucket/key`, or `/key` at a host that names the bucket. */
export function readTarget(path: string, host?: string): Target {
  const named = bucketOfHost(host);
  const slash = named === undefined ? path.indexOf("/", 1) : 0;
  const bucket = named ?? decode(path.slice(1, slash < 0 ? undefined : slash));
  const key = slash < 0 ? "" : decode(path.slice(slash + 1));
  return { bucket: bucket || undefined, key: key || undefined };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.", 400, { URI: text });
  }
}

/** `GET object tagging` -> `GetObjectTagging`, from the paths that the SDK's schemas state. */
const bySubresource = new WeakMap<ServiceShapes, Map<string, string>>();

function subresources(shapes: ServiceShapes): Map<string, string> {
  let found = bySubresource.get(shapes);
  if (found) return found;
  found = new Map();
  for (const { name, http } of shapes.operations.values()) {
    const [method, template] = http ?? ["", ""];
    const [path, query = ""] = template.split("?");
    const subresource = query.split("&")[0] ?? "";
    // Of what a bucket has several, one is asked for by its id, and all of them without.
    const all = name.startsWith("List") && /^(analytics|intelligent-tiering|inventory|metrics)$/.test(subresource);
    if (subresource && !subresource.includes("=")) {
      found.set(`${method} ${path === "/" ? "bucket" : "object"} ${subresource}${all ? " all" : ""}`, name);
    }
  }
  bySubresource.set(shapes, found);
  return found;
}

/** Whether a request uploads by an HTML form: to the bucket itself, with none of its subresources. */
export const isForm = ({ method, query }: WireRequest, { bucket, key }: Target): boolean =>
  method === "POST" && bucket !== undefined && key === undefined && !query.has("delete");

/** @throws AwsError `MethodNotAllowed`, `InvalidRequest` */
export function operationOf(shapes: ServiceShapes, request: WireRequest, { bucket, key }: Target): string {
  const { method, query, headers } = request;
  if (bucket === undefined) {
    if (method === "GET" || method === "HEAD") return "ListBuckets";
    throw methodNotAllowed(method);
  }
  const level = key === undefined ? "bucket" : "object";
  const known = subresources(shapes);
  for (const name of query.keys()) {
    const asked = `${method} ${level} ${name}`;
    const found = (query.has("id") ? undefined : known.get(`${asked} all`)) ?? known.get(asked);
    if (found) return found;
  }
  const copies = headers["x-amz-copy-source"] !== undefined;
  const upload = query.has("uploadId");
  if (level === "bucket") {
    switch (method) {
      case "GET":
        return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
      case "PUT":
        return "CreateBucket";
      case "HEAD":
        return "HeadBucket";
      case "DELETE":
        return "DeleteBucket";
    }
    throw methodNotAllowed(method);
  }
  switch (method) {
    case "GET":
      return upload ? "ListParts" : "GetObject";
    case "HEAD":
      return "HeadObject";
    case "PUT":
      if (query.has("partNumber") || upload) return copies ? "UploadPartCopy" : "UploadPart";
      return copies ? "CopyObject" : "PutObject";
    case "DELETE":
      return upload ? "AbortMultipartUpload" : "DeleteObject";
    case "POST":
      if (upload) return "CompleteMultipartUpload";
  }
  throw methodNotAllowed(method);
}

const methodNotAllowed = (Method: string) =>
  new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405, { Method });

/** Largest XML body: 1,000 keys to be deleted, or 10,000 parts with checksums. */
const maxXml = 8 * 1024 ** 2;

export async function readInput(
  operation: OperationShape,
  request: WireRequest,
  { bucket, key }: Target,
): Promise<Record<string, unknown>> {
  // An invalid date is still the object's `Expires`: it is kept as text.
  const { expires, ...headers } = { ...inUrl(request), ...request.headers };
  const labels = { ...(bucket && { Bucket: bucket }), ...(key && { Key: key }) };
  const bound = { ...request, headers: headers as IncomingHttpHeaders };
  let read: ReturnType<typeof readBindings>;
  try {
    read = readBindings(operation, bound, labels);
  } catch (error) {
    throw error instanceof AwsError ? invalidArgument(error.message, "request", "") : error;
  }
  const { input, payload } = read;
  if (expires !== undefined) input.Expires = expires;
  const [name, member] = payload ?? [];
  if (!name || !member) return input;
  if (member.isStreaming()) {
    input[name] = framed(request, input);
    return input;
  }
  const body = await framed(request, {}).collect(maxXml, malformedXml);
  await checkIntegrity(input, body);
  if (member.isStringSchema()) input[name] = body.toString();
  else if (body.length > 0) input[name] = readXml(member, body);
  return input;
}

/** Parameters that are no headers: one of signatures, and checksums, which SDKs compute before there is a body. */
const inUrlOnly = /^(expires|x-amz-checksum-.*|x-amz-sdk-checksum-algorithm)$/;

/** A presigned URL may hold headers as parameters. */
function inUrl({ query }: WireRequest): IncomingHttpHeaders {
  if (!query.has("X-Amz-Signature") && !query.has("Signature")) return {};
  const lower = [...query].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return Object.fromEntries(lower.filter(([name]) => !inUrlOnly.test(name)));
}

/** The body; of a framed one, its length without the framing. */
function framed(request: WireRequest, input: Record<string, unknown>): Incoming {
  const { headers } = request;
  const body = new Incoming(request.body as Readable, headers);
  if (!body.framing) return body;
  const length = headers["x-amz-decoded-content-length"];
  if (length === undefined) {
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  }
  input.ContentLength = Number(length);
  return body;
}

async function checkIntegrity(input: Record<string, unknown>, body: Buffer): Promise<void> {
  if (typeof input.ContentMD5 === "string") checkMd5(input.ContentMD5, hash("md5", body));
  // A completed upload's checksum is in the same header: it is not that of this body.
  if (input.UploadId !== undefined) return;
  const stated = statedChecksum(input);
  if (stated && (await checksumOf(stated.algorithm, body)) !== stated.value) throw badDigest(stated.algorithm);
}
