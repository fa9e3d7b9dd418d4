/** Requests and answers as the wire has them, for services that read it themselves, and for their web pages. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Duplex, Readable, Writable } from "node:stream";

/** An HTTP request whose signature is verified, for a service that reads the wire itself (S3, and engines behind us). */
export interface RawRequest {
  method: string;
  /** Path and query as sent. */
  url: string;
  headers: IncomingHttpHeaders;
  /** As it arrives. Whoever reads it compares it with the hash in `x-amz-content-sha256`, which is what was signed. */
  body: Readable;
  /** The body, where it has been read already. */
  whole?: Buffer;
}

/** A request with its whole body, for `Cloud.send`. */
export interface SentRequest extends Omit<RawRequest, "body" | "whole"> {
  body: Buffer;
}

export interface RawResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body?: Readable | SentBody | Buffer | string;
}

/** A stream that writes itself into a response faster than piping it does. */
export interface SentBody extends Readable {
  /** Ends the response, too. Fails when the client goes away, and when there is nothing to be read. */
  sendTo(response: Writable): Promise<void>;
}

/** Web pages of a service, at a host of their own: `NAME.REGION.SERVICE.localhost`. The service checks itself who may see them. */
export interface Site {
  /** @param name the part of the host before region and service, in lower case. */
  handle(request: IncomingMessage, response: ServerResponse, name: string): void;
  /** Handles WebSockets. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, name: string): void;
}
