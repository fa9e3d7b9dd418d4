/**
 * Messages between an execution environment (a worker thread) and the service. Tuples of strings and numbers: they
 * are the cheapest thing to send, and one environment serves one request at a time, so no message needs an id.
 */

/** Given to a worker when it starts, as `workerData`. */
export interface EnvironmentStart {
  /** The unpacked deployment package: `/var/task` on AWS. Its real path. */
  taskRoot: string;
  /** The unpacked layers, merged: `/opt` on AWS. Its real path; absent without layers. */
  layerRoot?: string;
  /** As in the function's configuration: `index.handler`. */
  handler: string;
  /** Whether the runtime still takes `(event, context, callback)`: up to nodejs22.x. */
  callbacks: boolean;
  logFormat: "Text" | "JSON";
  /** Lowest level that the console emits; JSON format only. */
  logLevel?: string;
  /** A module of this program: the AWS SDK that the runtime offers is found from there. */
  sdkRoot: string;
  /** Where the routes of APIs answer: `http://localhost:3000`. */
  apiOrigin: string;
}

/** One invocation: request id, payload, deadline (ms since the epoch), ARN as invoked, trace header, client context. */
export type InvocationMessage = [
  requestId: string,
  payload: string,
  deadline: number,
  functionArn: string,
  trace: string,
  clientContext: string | undefined,
];

/** Kinds of messages from a worker. */
export const ready = 0;
export const result = 1;
export const failure = 2;
export const log = 3;
export const badPayload = 4;

export type EnvironmentMessage =
  /** The module is loaded; from now on it accepts invocations. */
  | [kind: typeof ready]
  /** The handler's answer as JSON. */
  | [kind: typeof result, json: string]
  /** An error of the handler or of the initialisation: JSON of `{errorType, errorMessage, trace}`, and its type. */
  | [kind: typeof failure, json: string, errorType: string, fatal: boolean]
  /** Lines for the log: time (ms since the epoch) and text. */
  | [kind: typeof log, timestamp: number, message: string]
  /** The payload is not JSON; the parser's message. */
  | [kind: typeof badPayload, message: string];
