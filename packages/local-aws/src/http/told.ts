/** What is told of a request to a function URL or an HTTP API: in short, and with all that was sent and answered. */
import type { IncomingMessage } from "node:http";
import { tell } from "../activity.ts";
import { type RouteCall, tellCall } from "../routeCall.ts";
import { messageOf, shownPath } from "./refusal.ts";
import type { HttpReply } from "./site.ts";

interface Answered extends Pick<RouteCall, "region" | "api" | "requestId" | "body" | "function" | "invocation"> {
  request: IncomingMessage;
  /** Without query, API and stage. */
  path: string;
  /** When it came, in milliseconds since 1970. */
  began: number;
  /** As it is written, with each header. */
  reply: HttpReply;
}

export function tellRequest({
  request,
  path,
  began,
  reply,
  body,
  invocation,
  function: called,
  ...way
}: Answered): void {
  const at = Date.now();
  const method = request.method as string;
  const common = { ...way, at, method, status: reply.status, milliseconds: at - began };
  tell(() => {
    const message = messageOf(reply);
    return {
      ...{ kind: "request", ...common, path: shownPath(path) },
      ...(called !== undefined && { function: called }),
      ...(message !== undefined && { message }),
    };
  });
  tellCall(() => ({
    ...{ ...common, url: request.url as string, headers: request.rawHeaders, body },
    ...{ answerHeaders: reply.headers, answer: reply.body, function: called, invocation },
  }));
}
