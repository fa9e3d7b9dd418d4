/**
 * What the console's pages and the cloud say to each other: paths, the token's header, and JSON that keeps bytes and times.
 * Runs in a browser, too.
 */

export type { KeptMail } from "../mail.ts";

/** Of the AWS endpoint: no bucket's name has an underscore. */
export const consolePath = "/_console/";
/** Carries the token of this start. A page of another site cannot send it without asking first, and is refused. */
export const tokenHeader = "x-console-token";

/** `POST api/call`: an operation of a service, by the names of `cloud.call`, as the account's root. */
export interface Question {
  service: string;
  operation: string;
  input: object;
  /** Default: the region of the run. */
  region?: string;
  /** Answered with null, and not with the error, where there is none of it. Default: false. */
  orNone?: boolean;
}

/** `POST api/look`: what a service shows the console alone. */
export interface Look {
  service: string;
  /** `Messages` */
  name: string;
  about: object;
}

/** An action that a statement of a role allows, and that no call has used since the start, on whichever resource. */
export interface UnusedRight {
  /** ARN. */
  role: string;
  /** Its name, or an attached one's ARN. */
  policy: string;
  /** As the statement has it: `s3:Get*`. */
  action: string;
  resources: string[];
}

/** A queue's message, looked at where it lies. Times are milliseconds since 1970. */
export interface LookedAt {
  MessageId: string;
  Body: string;
  Sent: number;
  /** When it can be received; later than now of one that is in flight or delayed. */
  Visible: number;
  Receives: number;
  Group?: string;
  /** As senders gave them. */
  Attributes?: Record<string, unknown>;
}

/** `POST api/send`: a request to the routes of deployed APIs. */
export interface Sent {
  method: string;
  /** Path and query, beginning with `/`. */
  path: string;
  headers: Record<string, string>;
  /** Default: none. */
  body?: string;
  /** Signed for `execute-api` as the account's root, as routes with AWS_IAM demand. Default: false. */
  signed?: boolean;
}

/** The answer to it. */
export interface Received {
  status: number;
  headers: Record<string, string>;
  body: string;
  milliseconds: number;
}

/** A body of a call that is kept. */
export interface ShownBody {
  /** How many it had. */
  bytes: number;
  /** Absent where it is no text, or was too long to be kept. */
  text?: string;
}

/** `GET api/route-call?api=…&id=…`: a call of a route, without credentials, tokens and cookies. */
export interface ShownCall {
  /** When it was answered, in milliseconds since 1970. */
  at: number;
  requestId: string;
  method: string;
  /** Path and query. */
  url: string;
  /** Whether it had a signature (SigV4). */
  signed: boolean;
  headers: Record<string, string>;
  body: ShownBody;
  status: number;
  milliseconds: number;
  answerHeaders: Record<string, string>;
  answer: ShownBody;
  /** ARN of the function behind the route, and the request id of its invocation. */
  function?: string;
  invocation?: string;
}

/** `POST api/replay`: sends a kept call again, answered as {@link Received}. */
export interface Replay {
  /** Id of the API. */
  api: string;
  requestId: string;
  /** Signed anew as the account's root; otherwise without a signature, with its other credentials. Default: false. */
  signed?: boolean;
}

/** What is answered in place of a result. */
export interface Refusal {
  /** AWS's, as `ResourceNotFoundException`. */
  code: string;
  message: string;
}

/** Times become `{ "$date": milliseconds }`, bytes `{ "$bytes": base64 }`; all else is JSON. */
export function encode(value: unknown): string {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, given) {
    const own = this[key];
    if (own instanceof Date) return { $date: own.getTime() };
    if (own instanceof Uint8Array) return { $bytes: base64(own) };
    return given;
  });
}

/** What {@link encode} was given. @throws SyntaxError where it is no JSON. */
export function decode(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value);
    const [name, given] = entries.length === 1 ? entries[0]! : [];
    if (name === "$date" && typeof given === "number") return new Date(given);
    if (name === "$bytes" && typeof given === "string") return bytes(given);
    return value;
  });
}

function base64(given: Uint8Array): string {
  let text = "";
  // Arguments of one call are limited in number.
  for (let at = 0; at < given.length; at += 8_192) text += String.fromCharCode(...given.subarray(at, at + 8_192));
  return btoa(text);
}

const bytes = (given: string): Uint8Array => Uint8Array.from(atob(given), (character) => character.charCodeAt(0));
