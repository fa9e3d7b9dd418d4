/**
 * Where a request states who signed it: the `Authorization` header, or the query of a presigned URL.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
import type { WireRequest } from "../wire/index.ts";

export interface Authorization {
  accessKeyId: string;
  /** Scope: `20260131`, region, and the service, by which requests are routed. */
  date: string;
  region: string;
  service: string;
  /** Lower case, sorted. */
  signedHeaders: string[];
  signature: string;
  /** `20260131T120000Z` */
  timestamp: string;
  sessionToken?: string;
  /** Seconds for which a presigned URL is valid. */
  expires?: number;
}

const algorithm = "AWS4-HMAC-SHA256";

/** @returns `undefined` for a request that is not signed, a sentence for one whose signature cannot be parsed. */
export function readAuthorization(request: WireRequest): Authorization | string | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) return fromHeader(header, request);
  if (request.query.has("X-Amz-Algorithm") || request.query.has("X-Amz-Signature")) return fromQuery(request.query);
  return undefined;
}

function fromHeader(header: string, request: WireRequest): Authorization | string {
  if (!header.startsWith(`${algorithm} `)) return `Unsupported AWS 'algorithm': '${header.split(" ")[0]}'.`;
  const fields = new Map(
    header
      .slice(algorithm.length)
      .split(",")
      .map((field): [string, string] => {
        const at = field.indexOf("=");
        return [field.slice(0, at).trim(), field.slice(at + 1).trim()];
      }),
  );
  const { "x-amz-date": amzDate, date, "x-amz-security-token": token } = request.headers;
  const timestamp = amzDate === undefined ? isoBasic(date) : String(amzDate);
  if (!timestamp) return "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
  const parts = ["Credential", "SignedHeaders", "Signature"].map((name) => fields.get(name));
  const missing = ["Credential", "SignedHeaders", "Signature"].filter((_, index) => !parts[index]);
  if (missing.length > 0) {
    return missing.map((name) => `Authorization header requires '${name}' parameter.`).join(" ");
  }
  const [credential = "", signedHeaders = "", signature = ""] = parts;
  return assemble(credential, signedHeaders, signature, timestamp, token === undefined ? undefined : String(token));
}

function fromQuery(query: URLSearchParams): Authorization | string {
  const names = ["Algorithm", "Credential", "Date", "SignedHeaders", "Signature"];
  const missing = names.filter((name) => !query.get(`X-Amz-${name}`));
  if (missing.length > 0) {
    return missing.map((name) => `AWS query-string parameters must include 'X-Amz-${name}'.`).join(" ");
  }
  const get = (name: string) => query.get(`X-Amz-${name}`) as string;
  if (get("Algorithm") !== algorithm) return `Unsupported AWS 'algorithm': '${get("Algorithm")}'.`;
  const token = query.get("X-Amz-Security-Token") ?? undefined;
  const found = assemble(get("Credential"), get("SignedHeaders"), get("Signature"), get("Date"), token);
  if (typeof found === "string") return found;
  const expires = Number(query.get("X-Amz-Expires") ?? 900);
  if (!Number.isInteger(expires) || expires < 0) return "X-Amz-Expires should be a number of seconds";
  if (expires > 604_800) return "X-Amz-Expires must be less than a week (in seconds); the given value is too large";
  return { ...found, expires };
}

function assemble(
  credential: string,
  signedHeaders: string,
  signature: string,
  timestamp: string,
  sessionToken: string | undefined,
): Authorization | string {
  const parts = credential.split("/");
  const [accessKeyId = "", date = "", region = "", service = "", ending] = parts;
  if (parts.length !== 5 || ending !== "aws4_request" || !accessKeyId) {
    return `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`;
  }
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) return `Date must be in ISO-8601 'basic format'. Got '${timestamp}'.`;
  if (!timestamp.startsWith(date))
    return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date`;
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: signedHeaders.toLowerCase().split(";").sort(),
    signature,
    timestamp,
    ...(sessionToken && { sessionToken }),
  };
}

/** `Date: Sat, 31 Jan 2026 12:00:00 GMT` in the form of `X-Amz-Date`. */
function isoBasic(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : timestampOf(time);
}

/** `20260131T120000Z`, from milliseconds since 1970. */
export const timestampOf = (time: number): string => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");

/** Milliseconds since 1970 of `20260131T120000Z`. */
export function timeOf(timestamp: string): number {
  const part = (from: number, to: number) => Number(timestamp.slice(from, to));
  return Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(9, 11), part(11, 13), part(13, 15));
}
