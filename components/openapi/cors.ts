import type { Operation } from "./document.ts";

/** Which pages of other origins may call the API. */
export interface Cors {
  /** One origin (`https://example.org`), or `*`. */
  origin: string;
  /**
   * Headers that a page may send.
   * @default ["content-type", "authorization", "x-api-key", "x-amz-date", "x-amz-security-token"]
   */
  headers?: string[];
  /**
   * Whether the browser sends cookies; not with origin `*`.
   * @default false
   */
  credentials?: boolean;
  /**
   * Seconds that a browser keeps the answer to a preflight.
   * @default 600
   */
  maxAge?: number;
}

const defaultHeaders = ["content-type", "authorization", "x-api-key", "x-amz-date", "x-amz-security-token"];

const quoted = (text: string): string => `'${text}'`;

const prefixed = (prefix: string, headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [`${prefix}.response.header.${name}`, value]));

const originHeaders = (cors: Cors): Record<string, string> => ({
  "Access-Control-Allow-Origin": quoted(cors.origin),
  ...(cors.credentials && { "Access-Control-Allow-Credentials": quoted("true") }),
});

/** An OPTIONS method that the gateway answers by itself, for a path with these methods. */
export function preflight(cors: Cors, methods: string[]): Operation {
  const headers = {
    ...originHeaders(cors),
    "Access-Control-Allow-Headers": quoted((cors.headers ?? defaultHeaders).join(",")),
    "Access-Control-Allow-Methods": quoted([...new Set([...methods, "OPTIONS"])].sort().join(",")),
    "Access-Control-Max-Age": quoted(String(cors.maxAge ?? 600)),
  };
  return {
    // A browser sends no credentials with a preflight.
    security: [],
    responses: {
      "204": {
        description: "What the browser may send",
        headers: Object.fromEntries(Object.keys(headers).map((name) => [name, { schema: { type: "string" } }])),
      },
    },
    "x-amazon-apigateway-integration": {
      type: "mock",
      // Without it, binary media types make the template unreadable to the gateway.
      contentHandling: "CONVERT_TO_TEXT",
      requestTemplates: { "application/json": '{"statusCode": 204}' },
      passthroughBehavior: "when_no_match",
      responses: { default: { statusCode: "204", responseParameters: prefixed("method", headers) } },
    },
  };
}

/** The gateway's own errors (401, 403, 429 …) carry the origin too: without it a page could not read them. */
export function corsHeaders(cors: Cors): object {
  const responseParameters = Object.fromEntries(
    Object.entries(originHeaders(cors)).map(([name, value]) => [`gatewayresponse.header.${name}`, value]),
  );
  return { DEFAULT_4XX: { responseParameters }, DEFAULT_5XX: { responseParameters } };
}

/** What a function's own answers need, as `handlers/lib/http.ts` reads it: the gateway adds nothing to them. */
export const corsEnvironment = (cors: Cors | undefined): Record<string, string> =>
  cors ? { CORS_ALLOW_ORIGIN: cors.origin, ...(cors.credentials && { CORS_ALLOW_CREDENTIALS: "true" }) } : {};
