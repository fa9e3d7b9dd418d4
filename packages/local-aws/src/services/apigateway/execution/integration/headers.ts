/**
 * Headers that the gateway keeps for itself.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */

const REMAPPED = new Set([
  ...["authorization", "connection", "content-length", "content-md5", "date", "expect", "host", "max-forwards"],
  ...["proxy-authenticate", "server", "trailer", "upgrade", "user-agent", "www-authenticate"],
]);
const IDENTITY = new Set(["x-amzn-requestid", "x-amz-apigw-id"]);

/** Headers of a response: those of the gateway itself are sent under another name. */
export const remapped = (headers: [string, string][]): [string, string][] =>
  headers
    .filter(([name]) => name.toLowerCase() !== "transfer-encoding")
    .map(([name, value]) => {
      const lower = name.toLowerCase();
      return [REMAPPED.has(lower) || IDENTITY.has(lower) ? `x-amzn-Remapped-${name}` : name, value];
    });

/** Never sent on by a proxy, nor set by a mapping. */
export const HOP = new Set(["connection", "host", "proxy-authenticate", "te", "via", "keep-alive", "expect"]);
const FORBIDDEN_HTTP = new Set(["content-length", "transfer-encoding"]);
const FORBIDDEN_AWS = new Set([...FORBIDDEN_HTTP, "authorization", "connection", "expect", "proxy-authenticate", "te"]);

/** Whether a mapping may set a header: where it may not, requests end with 500. */
export const mayMap = (name: string, type: string): boolean =>
  !(type.startsWith("HTTP") ? FORBIDDEN_HTTP : FORBIDDEN_AWS).has(name.toLowerCase());
