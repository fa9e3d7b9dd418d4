/**
 * Payload format 2.0: the event that a function gets of an HTTP API and of its URL, and what its answer means.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { parseJson } from "../jsonText.ts";
import type { HttpReply } from "./site.ts";
import { clfTime } from "./time.ts";

export interface HttpRequestContext {
  accountId: string;
  apiId: string;
  domainName: string;
  requestId: string;
  /** `$default`, `GET /pets/{id}` */
  routeKey: string;
  stage: string;
  /** What is known of an authorized caller. */
  authorizer?: object;
}

export interface HttpRequestParts {
  request: IncomingMessage;
  /** Within the site, as sent. */
  path: string;
  /** Without the question mark. */
  query: string;
  body: Buffer | undefined;
  context: HttpRequestContext;
  pathParameters?: Record<string, string>;
  stageVariables?: Record<string, string>;
}

export function httpEvent({ request, path, query, body, context, ...more }: HttpRequestParts): object {
  const now = Date.now();
  const headers = headersOf(request);
  const { cookie, ...others } = headers;
  const parameters = queryOf(query);
  const encoded = body !== undefined && !isText(request.headers["content-type"], body);
  const { accountId, apiId, authorizer, domainName, requestId, routeKey, stage } = context;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split(/;\s*/) }),
    headers: others,
    ...(parameters && { queryStringParameters: parameters }),
    requestContext: {
      accountId,
      apiId,
      ...(authorizer && { authorizer }),
      domainName,
      domainPrefix: domainName.split(".", 1)[0],
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: sourceIpOf(request),
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId,
      routeKey,
      stage,
      time: clfTime(now),
      timeEpoch: now,
    },
    ...(more.pathParameters && Object.keys(more.pathParameters).length > 0 && { pathParameters: more.pathParameters }),
    ...(more.stageVariables && Object.keys(more.stageVariables).length > 0 && { stageVariables: more.stageVariables }),
    ...(body && { body: body.toString(encoded ? "base64" : "utf8") }),
    isBase64Encoded: encoded,
  };
}

export const sourceIpOf = ({ socket }: IncomingMessage): string =>
  (socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, "");

/** Names in lower case, values of one name joined, those of the gateway added. */
function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  const { rawHeaders } = request;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (name === "connection" || name === "keep-alive" || name === "transfer-encoding") continue;
    const before = headers[name];
    headers[name] = before === undefined ? (rawHeaders[i + 1] as string) : `${before},${rawHeaders[i + 1]}`;
  }
  const forwarded = headers["x-forwarded-for"];
  headers["x-forwarded-for"] = forwarded ? `${forwarded}, ${sourceIpOf(request)}` : sourceIpOf(request);
  headers["x-forwarded-port"] = String(request.socket.localPort);
  headers["x-forwarded-proto"] = "http";
  headers["x-amzn-trace-id"] ??=
    `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
  return headers;
}

/** Values of one name are joined by commas. */
function queryOf(query: string): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    values[name] = Object.hasOwn(values, name) ? `${values[name]},${value}` : value;
  }
  return Object.keys(values).length > 0 ? values : undefined;
}

/** Other bodies go in base64. */
function isText(contentType: string | undefined, body: Buffer): boolean {
  if (contentType === undefined) return isUtf8(body);
  return /^\s*(text\/|application\/(json|javascript|xml|[\w.+-]+\+(json|xml))\s*($|;))/i.test(contentType);
}

/** A function's answer that is none. */
export class MalformedAnswer extends Error {}

/**
 * What an answer means: with a `statusCode` it says all itself; any other is the body of a response with status 200.
 * @throws MalformedAnswer
 */
export function replyOf(payload: string): HttpReply {
  const answer = parseJson(payload) as unknown;
  const json = ["Content-Type", "application/json"];
  if (typeof answer === "string") return { status: 200, headers: json, body: answer };
  if (!isObject(answer) || !("statusCode" in answer)) return { status: 200, headers: json, body: payload };
  const status = Number(answer.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) {
    throw new MalformedAnswer(`statusCode is ${JSON.stringify(answer.statusCode)}`);
  }
  const headers: string[] = [];
  for (const [name, value] of Object.entries(isObject(answer.headers) ? answer.headers : {})) {
    if (value !== null && value !== undefined && !GATEWAY_OWN.has(name.toLowerCase()))
      headers.push(name, String(value));
  }
  for (const cookie of Array.isArray(answer.cookies) ? answer.cookies : []) headers.push("Set-Cookie", String(cookie));
  const named = headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === "content-type");
  const { body = "", isBase64Encoded } = answer;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    status,
    headers: named ? headers : [...headers, ...json],
    body: isBase64Encoded === true ? Buffer.from(text, "base64") : text,
  };
}

const GATEWAY_OWN = new Set(["content-length", "transfer-encoding", "connection", "date", "keep-alive"]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
