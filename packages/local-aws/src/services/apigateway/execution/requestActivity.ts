/** What the local cloud tells of each request to a route. */
import type { IncomingMessage } from "node:http";
import { type RequestActivity, tell } from "../../../activity.ts";
import { messageOf, shownPath } from "../../../http/refusal.ts";
import { tellCall } from "../../../routeCall.ts";
import type { Exchange, Reply } from "./exchange.ts";

/** Of a request that reached a method. */
export function tellAnswered(exchange: Exchange, reply: Reply): void {
  tell(() => {
    const { stage, method, startedAt } = exchange;
    const at = Date.now();
    // Field by field: it is made for each of thousands of requests a second.
    const activity: RequestActivity = {
      kind: "request",
      at,
      region: stage.where.region,
      method: exchange.httpMethod,
      path: shownPath(exchange.eventPath),
      status: reply.status,
      milliseconds: at - startedAt,
      api: stage.apiId,
      requestId: exchange.requestId,
      trace: exchange.traceId,
    };
    if (method.functionArn !== undefined) activity.function = method.functionArn;
    const message = whyOf(reply);
    if (message !== undefined) activity.message = message;
    return activity;
  });
}

/** The same with all that was sent and answered. */
export function tellExchanged(exchange: Exchange, reply: Reply): void {
  tellCall(() => {
    const { stage, request, startedAt } = exchange;
    const at = Date.now();
    return {
      at,
      region: stage.where.region,
      api: stage.apiId,
      requestId: exchange.requestId,
      method: exchange.httpMethod,
      url: request.url as string,
      headers: request.rawHeaders,
      body: exchange.body,
      status: reply.status,
      answerHeaders: reply.headers,
      answer: reply.body,
      milliseconds: at - startedAt,
      function: exchange.method.functionArn,
      invocation: exchange.invocation,
    };
  });
}

/** What is told here of requests that reach nothing, by what their callers are told. */
const reasons: Record<string, string> = {
  "Missing Authentication Token": "no API has such a path",
  Forbidden: "there is no such API or stage",
};

/** Of one that reached none. */
export function tellRefused(request: IncomingMessage, path: string, why: { status: number; message: string }): void {
  const { status } = why;
  const message = reasons[why.message] ?? why.message;
  const method = request.method as string;
  tell(() => ({
    kind: "request",
    at: Date.now(),
    region: "",
    method,
    path: shownPath(path),
    status,
    milliseconds: 0,
    message,
  }));
}

/** The gateway's own reason before what the caller is told, which hides it. What a function failed with is told by Lambda. */
function whyOf(reply: Reply): string | undefined {
  const { error } = reply;
  if (!error) return messageOf(reply);
  const { logged, message } = error;
  return logged?.startsWith("Lambda execution failed") ? undefined : (logged ?? message);
}
