import type { Method } from "./route.ts";

/** Which pages of other origins may call the API. */
export interface Cors {
  /** One origin (`https://example.org`), or `*`. */
  origin: string;
  /** @default ["content-type", "authorization", "x-api-key", "x-amz-date", "x-amz-security-token"] */
  headers?: string[];
  /**
   * Whether the browser sends cookies; not with origin `*`.
   * @default false
   */
  credentials?: boolean;
  /**
   * Seconds that a browser keeps the answer.
   * @default 600
   */
  maxAge?: number;
}

const defaultHeaders = ["content-type", "authorization", "x-api-key", "x-amz-date", "x-amz-security-token"];

const quoted = (text: string): string => `'${text}'`;

function responseHeaders(cors: Cors, methods: Method[]): Record<string, string> {
  return {
    "Access-Control-Allow-Origin": quoted(cors.origin),
    "Access-Control-Allow-Headers": quoted((cors.headers ?? defaultHeaders).join(",")),
    "Access-Control-Allow-Methods": quoted([...new Set([...methods, "OPTIONS"])].sort().join(",")),
    "Access-Control-Max-Age": quoted(String(cors.maxAge ?? 600)),
    ...(cors.credentials && { "Access-Control-Allow-Credentials": quoted("true") }),
  };
}

/** An OPTIONS method that the gateway answers by itself. */
export function preflight(cors: Cors, methods: Method[]): object {
  const headers = responseHeaders(cors, methods);
  const prefixed = (entries: [string, unknown][]) =>
    Object.fromEntries(entries.map(([name, value]) => [`method.response.header.${name}`, value]));
  return {
    security: [],
    responses: {
      "204": {
        description: "What the browser may send",
        headers: Object.fromEntries(Object.keys(headers).map((name) => [name, { schema: { type: "string" } }])),
      },
    },
    "x-amazon-apigateway-integration": {
      type: "mock",
      requestTemplates: { "application/json": '{"statusCode": 204}' },
      passthroughBehavior: "when_no_match",
      responses: { default: { statusCode: "204", responseParameters: prefixed(Object.entries(headers)) } },
    },
  };
}

/** The gateway's own errors (401, 403, 429 …) carry the origin too: without it a page could not read them. */
export function corsHeaders(cors: Cors): object {
  const responseParameters = { "gatewayresponse.header.Access-Control-Allow-Origin": quoted(cors.origin) };
  return { DEFAULT_4XX: { responseParameters }, DEFAULT_5XX: { responseParameters } };
}
