import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { RawResponse } from "../http/raw.ts";
import type { AwsError } from "../service.ts";
import type { OperationShape, ServiceShapes } from "./shapes.ts";

/** A request whose signature is verified. */
export interface WireRequest {
  method: string;
  /** Without query, as sent. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The whole body, or for an operation that streams, its stream. */
  body: Buffer | Readable;
}

/** @param url as sent: path and query. */
export function wireRequest(
  { method = "GET", headers }: { method?: string; headers: IncomingHttpHeaders },
  url: string,
  body: Buffer | Readable,
): WireRequest {
  const at = url.indexOf("?");
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: new URLSearchParams(at < 0 ? "" : url.slice(at + 1)),
    headers,
    body,
  };
}

/** One of AWS's protocols, from the server's side. */
export interface Protocol {
  /** @throws AwsError `UnknownOperationException` (501), `SerializationException`. */
  read(shapes: ServiceShapes, request: WireRequest): { operation: OperationShape; input: object };
  write(shapes: ServiceShapes, operation: OperationShape, output: object, requestId: string): RawResponse;
  writeError(error: AwsError, requestId: string, shapes?: ServiceShapes): RawResponse;
  /** Code for a missing required member, or the whole error. @param missing paths: `vpcId`. */
  invalid: string | ((missing: string[]) => AwsError);
  /** Its codes for signature errors. */
  dialect: "json" | "restJson" | "query" | "s3";
}

/** The body as bytes; protocols that call this have no streams. */
export const bytes = (request: WireRequest): Buffer => request.body as Buffer;
