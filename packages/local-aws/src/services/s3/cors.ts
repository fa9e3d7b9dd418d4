/** CORS: what pages from other sites may do with a bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html */
import type { IncomingHttpHeaders } from "node:http";
import type { CORSConfiguration, CORSRule, PutBucketCorsRequest } from "@aws-sdk/client-s3";
import { globTest } from "../../glob.ts";
import type { RawResponse } from "../../http/raw.ts";
import { AwsError } from "../../service.ts";
import { invalidRequest, malformedXml } from "./errors.ts";
import type { BucketRecord } from "./records.ts";

const methods = ["GET", "PUT", "HEAD", "POST", "DELETE"];

/** @throws AwsError as S3 answers an invalid configuration. */
export function readCors({ CORSConfiguration: given }: PutBucketCorsRequest): CORSConfiguration {
  const rules = given?.CORSRules ?? [];
  if (!given || rules.length === 0 || rules.length > 100) throw malformedXml();
  for (const { AllowedMethods, AllowedOrigins, AllowedHeaders = [] } of rules) {
    if (!AllowedMethods?.length || !AllowedOrigins?.length) throw malformedXml();
    const unknown = AllowedMethods.find((method) => !methods.includes(method));
    if (unknown) throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`);
    const twice = (texts: string[]) => texts.find((text) => text.split("*").length > 2);
    const [origin, header] = [twice(AllowedOrigins), twice(AllowedHeaders)];
    if (origin) throw invalidRequest(`AllowedOrigin "${origin}" can not have more than one wildcard.`);
    if (header) throw invalidRequest(`AllowedHeader "${header}" can not have more than one wildcard.`);
  }
  return given;
}

const covers = (pattern: string, text: string): boolean => globTest(pattern.split("*"))(text);

/** The first rule with that origin, method and (of a preflight) those headers. */
function ruleFor(
  cors: CORSConfiguration | undefined,
  origin: string,
  method: string,
  headers: string[] = [],
): CORSRule | undefined {
  return cors?.CORSRules?.find(
    ({ AllowedOrigins = [], AllowedMethods = [], AllowedHeaders = [] }) =>
      AllowedMethods.includes(method) &&
      AllowedOrigins.some((pattern) => covers(pattern, origin)) &&
      headers.every((header) => AllowedHeaders.some((pattern) => covers(pattern.toLowerCase(), header.toLowerCase()))),
  );
}

/**
 * Whether one of the bucket's rules has the request's origin and method. A preflight is asked for the method that is to
 * follow; a request without `Origin` (an image, a link) has
 * no known origin, which only `*` allows.
 */
export function allowsPage(cors: CORSConfiguration | undefined, method: string, headers: IncomingHttpHeaders): boolean {
  const asked = method === "OPTIONS" ? headers["access-control-request-method"] : method;
  return ruleFor(cors, headers.origin ?? "", String(asked)) !== undefined;
}

function ruleHeaders(
  { AllowedOrigins = [], AllowedMethods = [], ExposeHeaders = [], MaxAgeSeconds }: CORSRule,
  origin: string,
): Record<string, string> {
  const any = AllowedOrigins.includes("*");
  return {
    "access-control-allow-origin": any ? "*" : origin,
    ...(!any && { "access-control-allow-credentials": "true" }),
    "access-control-allow-methods": AllowedMethods.join(", "),
    ...(ExposeHeaders.length > 0 && { "access-control-expose-headers": ExposeHeaders.join(", ") }),
    ...(MaxAgeSeconds !== undefined && { "access-control-max-age": String(MaxAgeSeconds) }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

/** Headers of an answer to a page: none where no rule allows it to be read. */
export function corsHeaders(cors: CORSConfiguration | undefined, method: string, { origin }: IncomingHttpHeaders) {
  const rule = origin === undefined ? undefined : ruleFor(cors, origin, method);
  return rule && origin !== undefined ? ruleHeaders(rule, origin) : {};
}

/** The answer to a browser that asks before it sends a request. @throws AwsError when no rule allows it. */
export function preflight(
  bucket: BucketRecord | undefined,
  key: string | undefined,
  headers: IncomingHttpHeaders,
): RawResponse {
  const { origin } = headers;
  if (origin === undefined)
    throw new AwsError("BadRequest", "Insufficient information. Origin request header needed.", 400);
  const asked = headers["access-control-request-method"];
  const forbidden = (message: string, ResourceType: string) =>
    new AwsError("AccessForbidden", `CORSResponse: ${message}`, 403, { Method: asked ?? "OPTIONS", ResourceType });
  if (!bucket?.cors) throw forbidden("CORS is not enabled for this bucket.", "BUCKET");
  const wanted = String(headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((header) => header.trim())
    .filter(Boolean);
  const rule = asked === undefined ? undefined : ruleFor(bucket.cors, origin, asked, wanted);
  if (!rule) {
    const message =
      "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    throw forbidden(message, key === undefined ? "BUCKET" : "OBJECT");
  }
  const allowed = wanted.length > 0 && { "access-control-allow-headers": wanted.join(", ").toLowerCase() };
  return { status: 200, headers: { ...ruleHeaders(rule, origin), ...allowed, "content-length": "0" }, body: "" };
}
