/** CORS: what pages from other sites may do with a bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
import type { IncomingHttpHeaders } from "node:http";
import type { CORSConfiguration } from "@aws-sdk/client-s3";
import { globTest } from "../../glob.ts";

/**
 * Whether one of the bucket's rules has the request's origin and method. A preflight is asked for the method that is to
 * follow; a request without `Origin` (an image, a link) has no known origin, which only `*` allows.
 */
export function allowsPage(cors: CORSConfiguration | undefined, method: string, headers: IncomingHttpHeaders): boolean {
  const origin = headers.origin ?? "";
  const asked = method === "OPTIONS" ? headers["access-control-request-method"] : method;
  return (cors?.CORSRules ?? []).some(
    ({ AllowedOrigins = [], AllowedMethods = [] }) =>
      AllowedMethods.includes(String(asked)) && AllowedOrigins.some((pattern) => globTest(pattern.split("*"))(origin)),
  );
}
