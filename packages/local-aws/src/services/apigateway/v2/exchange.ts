import type { IncomingMessage } from "node:http";
import type { HttpRequestContext } from "../../../http/event.ts";
import { type HttpReply, jsonReply } from "../../../http/site.ts";
import type { Definition, HttpApi, Route, Stage } from "./model.ts";

/** What became of a request, also where it was refused. */
export interface Way {
  body: Buffer | undefined;
  /** ARN of the function that it came to. */
  function: string | undefined;
  /** Request id of that one's invocation. */
  invocation: string | undefined;
}

/** One request to an HTTP API, on its way. */
export interface HttpExchange {
  request: IncomingMessage;
  api: HttpApi;
  stage: Stage;
  definition: Definition;
  route: Route;
  pathParameters: Record<string, string>;
  /** What is told of it afterwards. */
  way: Way;
  /** As sent, with the stage if it is in the path. */
  path: string;
  /** Without the stage. */
  routePath: string;
  query: string;
  body: Buffer | undefined;
  context: HttpRequestContext;
  /** `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/METHOD/path` of the route: what calls on its behalf come from. */
  sourceArn: string;
}

/** Thrown anywhere on a request's way: it ends with this answer. */
export class HttpFailure extends Error {
  readonly reply: HttpReply;

  constructor(status: number, message: string) {
    super(message);
    this.reply = jsonReply(status, { message });
  }
}

export const unauthorized = () => new HttpFailure(401, "Unauthorized");
export const forbidden = () => new HttpFailure(403, "Forbidden");
export const failed = () => new HttpFailure(500, "Internal Server Error");

/** The value of `$request.header.NAME`, `$request.querystring.NAME`, `$context.NAME`, `$stageVariables.NAME` and so on. */
export function selected(expression: string, exchange: HttpExchange): string | undefined {
  const [, source = "", name = ""] =
    /^\$\{?([a-zA-Z]+(?:\.(?:header|querystring|path|body))?)\.?([^}]*)\}?$/.exec(expression) ?? [];
  const { request, query, pathParameters, context, stage } = exchange;
  switch (source) {
    case "request.header": {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(",") : value;
    }
    case "request.querystring":
      return new URLSearchParams(query).getAll(name).join(",") || undefined;
    case "request.path":
      return name === "" ? exchange.path : pathParameters[name];
    case "stageVariables":
      return stage.StageVariables[name];
    case "context": {
      const value = name.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], {
        ...context,
        path: exchange.path,
        httpMethod: request.method,
      });
      return value === undefined || value === null ? undefined : String(value);
    }
  }
  return undefined;
}
