/**
 * Each call of a route with what was sent and what was answered, for a console that keeps the last ones. Unlike what
 * activity.ts tells, it holds bodies, headers and secrets: whoever shows it hides those (console/secrets.ts).
 */
import { channel } from "node:diagnostics_channel";

/** Each {@link RouteCall} is published here, by reference: nothing is copied, and nothing read that nobody asks for. */
export const routeCallChannel = channel("local-cloud:route-call");

/** A request to a route of a REST API, an HTTP API or a function URL, and its answer. */
export interface RouteCall {
  /** When it was answered, in milliseconds since 1970. */
  at: number;
  region: string;
  /** Id of the API or function URL. */
  api: string;
  requestId: string;
  method: string;
  /** Path and query as sent, on the port of routes. */
  url: string;
  /** Names and values in turn, as sent. */
  headers: string[];
  body: Buffer | undefined;
  status: number;
  /** Names and values in turn. */
  answerHeaders: string[];
  /** Before it is compressed. */
  answer: Buffer | string;
  milliseconds: number;
  /** ARN of the function behind the route, maybe with a qualifier. */
  function: string | undefined;
  /** Request id of the function's invocation. */
  invocation: string | undefined;
}

/** @param describe called only where somebody listens. */
export function tellCall(describe: () => RouteCall): void {
  if (routeCallChannel.hasSubscribers) routeCallChannel.publish(describe());
}
