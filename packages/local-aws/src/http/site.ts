/** What answers on the port of routes besides REST APIs: function URLs and HTTP APIs. */
import type { IncomingMessage, ServerResponse } from "node:http";

export interface HttpSite {
  /** Whether a request is for it. @param host without a port, in lower case. @param path without the query, as sent. */
  owns(host: string, path: string): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Where such sites are added. */
export interface HttpSites {
  /** `http://localhost:3000`; known once it listens. */
  readonly origin: string;
  addSite(site: HttpSite): void;
}

/** An answer, before it is written. */
export interface HttpReply {
  status: number;
  /** Names and values in turn, as `writeHead` takes them; a name may occur twice. */
  headers: string[];
  body: Buffer | string;
}

/** @param extra further headers, which the gateway itself adds. */
export function writeReply(response: ServerResponse, { status, headers, body }: HttpReply, extra: string[] = []): void {
  const all = [...headers, ...extra];
  // Said here, Node.js does not add how long it keeps the connection.
  if (response.shouldKeepAlive) all.push("Connection", "keep-alive");
  if (status !== 204 && status !== 304) all.push("Content-Length", String(Buffer.byteLength(body)));
  response.writeHead(status, all);
  response.end(body);
}

/** An answer in JSON. */
export const jsonReply = (status: number, body: object, headers: string[] = []): HttpReply => ({
  status,
  headers: ["Content-Type", "application/json", ...headers],
  body: JSON.stringify(body),
});
