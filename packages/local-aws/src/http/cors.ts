/** Cross-origin rules of function URLs and HTTP APIs, which their gateways apply themselves. */
import type { IncomingMessage } from "node:http";

export interface CorsRules {
  AllowCredentials?: boolean | undefined;
  AllowHeaders?: string[] | undefined;
  AllowMethods?: string[] | undefined;
  AllowOrigins?: string[] | undefined;
  ExposeHeaders?: string[] | undefined;
  /** Seconds. */
  MaxAge?: number | undefined;
}

/** Whether a browser asks if it may send a request. */
export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined;

/** Headers for an answer to a page; none for a page of an origin that is not allowed. */
export function corsHeaders(rules: CorsRules, request: IncomingMessage): string[] {
  const { origin } = request.headers;
  const allowed = origin === undefined ? undefined : originFor(rules, origin);
  if (allowed === undefined) return [];
  const headers = ["Access-Control-Allow-Origin", allowed];
  if (allowed !== "*") headers.push("Vary", "Origin");
  if (rules.AllowCredentials) headers.push("Access-Control-Allow-Credentials", "true");
  const add = (name: string, values: string[] | undefined) => {
    if (values?.length) headers.push(name, values.join(","));
  };
  add("Access-Control-Expose-Headers", rules.ExposeHeaders);
  if (!isPreflight(request)) return headers;
  add("Access-Control-Allow-Methods", rules.AllowMethods);
  add("Access-Control-Allow-Headers", rules.AllowHeaders);
  if (rules.MaxAge !== undefined) headers.push("Access-Control-Max-Age", String(rules.MaxAge));
  return headers;
}

/** An origin, `*`, or a scheme with any host: `https://*`. */
function originFor({ AllowOrigins = [], AllowCredentials }: CorsRules, origin: string): string | undefined {
  if (AllowOrigins.includes("*")) return AllowCredentials ? origin : "*";
  const wanted = origin.toLowerCase();
  const fits = (rule: string) =>
    rule === wanted || (/^[a-z][\w.+-]*:\/\/\*$/.test(rule) && wanted.startsWith(rule.slice(0, -1)));
  return AllowOrigins.some((rule) => fits(rule.toLowerCase())) ? origin : undefined;
}
