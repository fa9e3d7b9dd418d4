/** The endpoint's server: each request goes to the first of its parts that takes it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { pipeline, Readable } from "node:stream";
import type { RawResponse } from "../http/raw.ts";

/** @returns whether the request is this part's; it is then answered by it. */
export type Part = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface ServerOptions {
  /** In the order in which they are asked. */
  parts: Part[];
  /** Whether a connection's `Upgrade` is handled: elsewhere it is a client's offer that is ignored. */
  mayUpgrade(request: IncomingMessage): boolean;
  /** Takes what cannot be read as HTTP/1.1. */
  unreadable(error: Error & { code?: string; rawPacket?: unknown }, socket: Socket): void;
  /** Bytes of a request's URL and headers. */
  largestHead: number;
}

/** As long as an SDK keeps a connection that it does not use, and a little more: none is closed under a request. */
const keepAliveTimeout = 72_000;

export function createEndpoint({ parts, mayUpgrade, unreadable, largestHead }: ServerOptions): Server {
  const server = createServer(
    // A request may take as long as it wants: uploads and long polls do.
    { keepAliveTimeout, requestTimeout: 0, maxHeaderSize: largestHead, shouldUpgradeCallback: mayUpgrade },
    (request, response) => {
      if (!parts.some((part) => part(request, response))) response.destroy();
    },
  );
  server.on("clientError", unreadable);
  return server;
}

/** Writes an answer. A body that fails midway ends the connection: its status has been sent. */
export function send(response: ServerResponse, { status, headers, body }: RawResponse): void {
  if (body instanceof Readable) {
    response.statusCode = status;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!("sendTo" in body)) pipeline(body, response, () => {});
    else {
      body.sendTo(response).catch((error: NodeJS.ErrnoException) => {
        // A client that went away does not read it either.
        if (!response.headersSent && !response.destroyed) console.error("the answer cannot be read:", error);
        response.destroy();
      });
    }
    return;
  }
  // Without a body an answer to HEAD states the length of what GET would give.
  const says = status === 204 || status === 304 || (response.req.method === "HEAD" && !body);
  const length = says ? undefined : { "content-length": body === undefined ? 0 : Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length }).end(body);
}

export function sendJson(response: ServerResponse, status: number, value: object): void {
  send(response, {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  });
}
