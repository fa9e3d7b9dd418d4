/**
 * What processes of the cloud ask the endpoint for, unsigned, below paths that are secrets: Lambda's Runtime API, and the
 * credentials of containers. An invocation asks twice, so it comes before all that other requests go through.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { RawRequest, RawResponse } from "../service.ts";
import { refusal } from "./door.ts";

/** Who answers processes. */
export interface ProcessApi {
  /** Whether that path is below its own. */
  owns(url: string): boolean;
  /** @param signal aborted when whoever asks has gone. */
  answer(request: RawRequest, signal: AbortSignal): Promise<RawResponse>;
}

/** @param opened resolves when the services have started. */
export function serveProcesses(server: Server, apis: ProcessApi[], opened: Promise<void>): void {
  const [endpoint] = server.listeners("request") as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    const { method = "GET", url = "", headers } = request;
    const api = apis.find((one) => one.owns(url));
    if (!api) {
      endpoint?.(request, response);
      return;
    }
    if (refusal(headers, () => false)) {
      response.writeHead(403).end();
      return;
    }
    const gone = new AbortController();
    response.once("close", () => response.writableFinished || gone.abort());
    opened
      .then(() => api.answer({ method, url, headers, body: request }, gone.signal))
      .then(
        ({ status, headers: given, body }) => response.writeHead(status, given).end(body),
        (error) => {
          // A runtime that went away before it had said all: nobody reads the answer.
          if (!gone.signal.aborted) console.error("the AWS endpoint, for a process:", error);
          response.destroy();
        },
      );
  });
}
