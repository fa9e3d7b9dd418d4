/**
 * Lambda proxy integration: the request as an event, and the function's result as the response.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { regionOf } from "../../../arn.ts";
import { parseJson } from "../../../jsonText.ts";
import { isDebugged } from "../../../kit/debugged.ts";
import { AwsError, type Cloud, type Principal } from "../../../service.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { badGateway, GatewayFailure, misconfigured } from "./failure.ts";
import { requestContext } from "./requestContext.ts";

interface Invocation {
  StatusCode?: number;
  FunctionError?: string;
  Payload?: Uint8Array;
}

interface InvokeOptions {
  type?: "RequestResponse" | "Event";
  trace?: string | undefined;
  invocation?: string | undefined;
}

/** The event that the function gets, as text. */
function proxyEvent(exchange: Exchange): string {
  const { stage, method, body } = exchange;
  const { single, multi } = exchange.headers;
  const query = exchange.queryParameters;
  const isBase64Encoded = body !== undefined && stage.binaryMediaTypes.matches(exchange.header("content-type"));
  exchange.context = requestContext(exchange);
  return JSON.stringify({
    resource: method.resource.path,
    path: exchange.eventPath,
    httpMethod: exchange.httpMethod,
    headers: single,
    multiValueHeaders: multi,
    queryStringParameters: query.single,
    multiValueQueryStringParameters: query.multi,
    pathParameters: exchange.pathParameters,
    stageVariables: Object.keys(stage.stage.variables).length > 0 ? stage.stage.variables : null,
    requestContext: exchange.context,
    body: body === undefined ? null : body.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  });
}

/** @param as the caller of the function: the gateway for this method, or a session of the integration's role. */
export async function invokeProxy(cloud: Cloud, exchange: Exchange, as: Principal): Promise<Reply> {
  const { functionArn, integration } = exchange.method;
  if (functionArn === undefined)
    throw misconfigured("Execution failed due to configuration error: Invalid endpoint address");
  const started = performance.now();
  exchange.invocation = randomUUID();
  const { onwards: trace, invocation } = exchange;
  const invoked = invoke(cloud, functionArn, proxyEvent(exchange), as, { trace, invocation });
  const result = await within(integration?.timeoutInMillis ?? 29_000, invoked, (isOver) =>
    preparation(cloud, functionArn, isOver),
  );
  exchange.integration = { latency: Math.round(performance.now() - started), status: 200 };
  if (result.FunctionError) {
    throw badGateway(`Lambda execution failed with status 200 due to customer function error: ${text(result)}`);
  }
  return proxyReply(text(result), exchange);
}

/**
 * Calls a function; Lambda's refusals are configuration errors of the API, which are hidden from its caller.
 * @param options.invocation the request id that the invocation gets. Default: one of its own.
 */
export async function invoke(
  cloud: Cloud,
  functionArn: string,
  event: string,
  as: Principal,
  { type = "RequestResponse", trace, invocation }: InvokeOptions = {},
): Promise<Invocation> {
  const more = { ...(trace !== undefined && { TraceHeader: trace }), ...(invocation && { RequestId: invocation }) };
  const input = { FunctionName: functionArn, InvocationType: type, Payload: Buffer.from(event), ...more };
  try {
    // A function may be in another region than the API.
    return await cloud.in(regionOf(functionArn) || cloud.region).call("lambda", "Invoke", input, as);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === "RequestTooLargeException") throw new GatewayFailure("REQUEST_TOO_LARGE", "Request Too Long");
    if (error.code.startsWith("AccessDenied")) {
      throw misconfigured("Execution failed due to configuration error: Invalid permissions on Lambda function");
    }
    throw misconfigured(`Execution failed due to configuration error: ${error.message}`);
  }
}

/**
 * Waits until nothing is being installed any more that the function needs: that is no time of its own.
 * @returns whether anything was.
 */
export async function preparation(cloud: Cloud, functionArn: string, isOver: () => boolean): Promise<boolean> {
  const here = cloud.in(regionOf(functionArn) || cloud.region);
  for (let waited = false; ; waited = true) {
    const { State, LastUpdateStatus } = await here.call("lambda", "GetFunctionConfiguration", {
      FunctionName: functionArn,
    });
    if (isOver() || (State === "Active" && LastUpdateStatus === "Successful")) return waited;
    await sleep(100);
  }
}

/**
 * The function goes on when the gateway stops waiting for it, as on AWS.
 * @param extension asked at the end of the time: whether there is as much of it once more.
 */
export function within<T>(
  milliseconds: number,
  work: Promise<T>,
  extension: (isOver: () => boolean) => Promise<boolean> = async () => false,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    timer = setTimeout(async () => {
      const extended = await extension(() => over).catch(() => false);
      if (extended && !over) return wait();
      const logged = "Execution failed due to a timeout error";
      reject(new GatewayFailure("INTEGRATION_TIMEOUT", undefined, { logged }));
    }, milliseconds);
  };
  if (!isDebugged()) wait();
  work.then(resolve, reject);
  return promise.finally(() => {
    over = true;
    clearTimeout(timer);
  });
}

const text = ({ Payload }: Invocation): string => {
  if (Payload === undefined) return "";
  return Buffer.from(Payload.buffer, Payload.byteOffset, Payload.byteLength).toString();
};

const RESULT_KEYS = new Set(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]);
const malformed = (why: string) =>
  badGateway(`Execution failed due to configuration error: Malformed Lambda proxy response (${why})`);

/** The function's result as a response. All of its keys are optional; any other key makes it malformed. */
function proxyReply(payload: string, exchange: Exchange): Reply {
  let result: Record<string, unknown>;
  try {
    result = parseJson(payload) as Record<string, unknown>;
  } catch {
    throw malformed("it is not JSON");
  }
  if (result === null || typeof result !== "object" || Array.isArray(result)) throw malformed("it is not an object");
  for (const key in result) if (!RESULT_KEYS.has(key)) throw malformed(`unknown key ${key}`);

  const status = Number(result.statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) throw malformed(`statusCode ${result.statusCode}`);
  const headers: string[] = [];
  let contentType: string | undefined;
  const add = (name: string, value: unknown) => {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      throw malformed(`header ${name} is not a string`);
    }
    if (!HEADER_NAME.test(name) || BAD_VALUE.test(String(value))) throw malformed(`header ${name} is not valid`);
    const lower = name.toLowerCase();
    if (lower === "content-type") contentType = String(value);
    if (!DROPPED.has(lower)) headers.push(REMAPPED.has(lower) ? `x-amzn-Remapped-${name}` : name, String(value));
  };
  readHeaders(result, add);
  if (contentType === undefined) headers.push("Content-Type", "application/json");
  return { status, headers, body: readBody(result, exchange) };
}

/** RFC 9110: a token, and a value of visible Latin-1 characters, spaces and tabs. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const BAD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Names reserved for the gateway: the function's value is sent under another name. */
const REMAPPED = new Set([
  ...["authorization", "connection", "content-length", "content-md5", "date", "expect", "host", "max-forwards"],
  ...["proxy-authenticate", "server", "trailer", "upgrade", "user-agent", "www-authenticate"],
]);
const DROPPED = new Set(["transfer-encoding", "te", "via", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-errortype"]);

function readHeaders(result: Record<string, unknown>, add: (name: string, value: unknown) => void): void {
  const single = (result.headers ?? {}) as Record<string, unknown>;
  const multi = (result.multiValueHeaders ?? {}) as Record<string, unknown>;
  if (typeof single !== "object" || Array.isArray(single)) throw malformed("headers is not an object");
  if (typeof multi !== "object" || Array.isArray(multi)) throw malformed("multiValueHeaders is not an object");
  const merged = new Set<string>();
  for (const name in multi) {
    const values = multi[name];
    if (!Array.isArray(values)) throw malformed(`multiValueHeaders.${name} is not a list`);
    merged.add(name.toLowerCase());
    for (const value of values) add(name, value);
    // A pair that is in both maps is sent once.
    const same = Object.keys(single).find((key) => key.toLowerCase() === name.toLowerCase());
    if (same !== undefined && !values.includes(single[same])) add(same, single[same]);
  }
  for (const name in single) if (merged.size === 0 || !merged.has(name.toLowerCase())) add(name, single[name]);
}

function readBody(result: Record<string, unknown>, exchange: Exchange): Buffer | string {
  const { body } = result;
  if (body === undefined || body === null) return "";
  if (typeof body === "object") throw malformed("body is not a string");
  if (result.isBase64Encoded !== true) return String(body);
  // Decoded only for a client that accepts one of the API's binary types.
  return exchange.stage.binaryMediaTypes.matches(exchange.header("accept"))
    ? Buffer.from(String(body), "base64")
    : String(body);
}
