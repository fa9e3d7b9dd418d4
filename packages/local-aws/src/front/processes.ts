/**
 * Unsigned requests to the endpoint by processes of the cloud, below secret paths: Lambda's Runtime API, and the
 * credentials of containers. An invocation makes two of them, so they skip all that other requests go through.
 */
import type { IncomingMessage } from "node:http";
import type { RawRequest, RawResponse } from "../http/raw.ts";
import { refusal } from "./door.ts";
import type { Part } from "./server.ts";

/** Bytes of a request's URL and headers: Node's own limit, which holds for every request but those of processes. */
const usualHead = 16 * 1024;
/** A runtime reports an error's stack in a header of up to 1 MB (`Lambda-Runtime-Function-XRay-Error-Cause`), beside usual ones. */
export const largestHead = 1024 * 1024 + usualHead;

/** A handler of such requests. */
export interface ProcessApi {
  /** Whether that path belongs to it. */
  owns(url: string): boolean;
  /** @param signal aborted when the client has disconnected. */
  answer(request: RawRequest, signal: AbortSignal): Promise<RawResponse>;
}

/** @param opened resolves when the services have started. */
export const processRequests =
  (apis: ProcessApi[], opened: Promise<void>): Part =>
  (request, response) => {
    const { method = "GET", url = "", headers } = request;
    const api = apis.find((one) => one.owns(url));
    if (!api) {
      if (sizeOf(request) <= usualHead) return false;
      response.writeHead(431, { connection: "close", "content-length": 0 }).end();
      return true;
    }
    if (refusal(headers, () => false)) {
      response.writeHead(403).end();
      return true;
    }
    const gone = new AbortController();
    response.once("close", () => response.writableFinished || gone.abort());
    opened
      .then(() => api.answer({ method, url, headers, body: request }, gone.signal))
      .then(
        ({ status, headers: given, body }) => response.writeHead(status, withLength(given, body)).end(body),
        (error) => {
          // A runtime that went away before it had sent everything: no one reads the answer.
          if (!gone.signal.aborted) console.error("the AWS endpoint, for a process:", error);
          response.destroy();
        },
      );
    return true;
  };

const sizeOf = ({ url = "", rawHeaders }: IncomingMessage) =>
  rawHeaders.reduce((sum, text) => sum + text.length, url.length);

/** With its length an answer needs no chunks. */
const withLength = (headers: RawResponse["headers"], body: RawResponse["body"]) => ({
  ...headers,
  ...((typeof body === "string" || body instanceof Buffer) && { "content-length": String(Buffer.byteLength(body)) }),
});
