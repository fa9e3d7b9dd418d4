/** CORS: what pages from other sites may do with a bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
import type { IncomingHttpHeaders } from "node:http";
import type { CORSConfiguration } from "@aws-sdk/client-s3";

/**
 * Whether one of the bucket's rules has the request's origin and method. A preflight is asked for the method that is to
 * follow; a request without `Origin` (an image, a link) has no known origin, which only `*` allows.
 */
export function allowsPage(cors: CORSConfiguration | undefined, method: string, headers: IncomingHttpHeaders): boolean {
  const origin = headers.origin ?? "";
  const asked = method === "OPTIONS" ? headers["access-control-request-method"] : method;
  return (cors?.CORSRules ?? []).some(
    ({ AllowedOrigins = [], AllowedMethods = [] }) =>
      AllowedMethods.includes(String(asked)) && AllowedOrigins.some((pattern) => matches(pattern, origin)),
  );
}

/** At most one `*`, as S3 allows: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html */
function matches(pattern: string, origin: string): boolean {
  const [start = "", end] = pattern.split("*");
  if (end === undefined) return pattern === origin;
  return origin.length >= start.length + end.length && origin.startsWith(start) && origin.endsWith(end);
}
