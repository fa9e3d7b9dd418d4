/**
 * A bucket as a website, at the host `BUCKET.s3-website-REGION.amazonaws.com`, or the same with `localhost`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
 */
import type { Redirect, RoutingRule, WebsiteConfiguration } from "@aws-sdk/client-s3";
import type { RawResponse } from "../../../http/raw.ts";
import { AwsError, type Call } from "../../../service.ts";
import type { WireRequest } from "../../../wire/index.ts";
import { noSuchBucket } from "../errors.ts";
import type { S3State } from "../state.ts";
import { errorPage } from "./page.ts";

const host = /^([a-z0-9.-]+)\.s3-website[.-][a-z]+-[a-z]+-\d\.(?:amazonaws\.com|localhost)(?::\d+)?$/i;

/** The bucket whose website a host names. */
export const websiteOf = (name = ""): string | undefined => host.exec(name)?.[1]?.toLowerCase();

/** Reads an object as the visitor, and writes it. */
export type Reader = (key: string) => Promise<RawResponse>;

export async function serveWebsite(
  s3: S3State,
  { bucket, request, read }: { bucket: string; request: WireRequest; read: Reader },
  call: Call,
): Promise<RawResponse> {
  const key = decodeURIComponent(request.path.slice(1));
  let site: WebsiteConfiguration | undefined;
  try {
    if (request.method !== "GET" && request.method !== "HEAD") throw notAllowed(request.method);
    site = configurationOf(s3, bucket);
    if (site.RedirectAllRequestsTo) return redirect(request, site.RedirectAllRequestsTo, key, "");
    const rule = site.RoutingRules?.find((one) => appliesBefore(one, key));
    if (rule) return redirect(request, rule.Redirect, key, rule.Condition?.KeyPrefixEquals ?? "");
    return await document(key, site.IndexDocument?.Suffix ?? "index.html", read);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return failed(request, { site, key, error, read }, call);
  }
}

function configurationOf(s3: S3State, bucket: string): WebsiteConfiguration {
  const found = s3.buckets.get(bucket);
  if (!found) throw noSuchBucket(bucket);
  if (found.website) return found.website;
  const message = "The specified bucket does not have a website configuration";
  throw new AwsError("NoSuchWebsiteConfiguration", message, 404, { BucketName: bucket });
}

const notAllowed = (Method: string) =>
  new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405, {
    Method,
    ResourceType: "OBJECT",
  });

/** The object of that key; the index of a folder; or a way to the folder that was meant. */
async function document(key: string, index: string, read: Reader): Promise<RawResponse> {
  if (key === "" || key.endsWith("/")) return redirected(await read(key + index));
  try {
    return redirected(await read(key));
  } catch (error) {
    const folder = await read(`${key}/${index}`).catch(() => undefined);
    if (folder && typeof folder.body === "object" && "destroy" in folder.body) folder.body.destroy();
    if (folder) return moved(302, `/${encodeURI(key)}/`);
    // Without a file of that name, the index is what is missing.
    throw error;
  }
}

const moved = (status: number, location: string): RawResponse => ({
  status,
  headers: { location, "content-length": "0" },
});

/** An object may stand for another place. */
function redirected(response: RawResponse): RawResponse {
  const location = response.headers["x-amz-website-redirect-location"];
  if (location === undefined) return response;
  if (typeof response.body === "object" && "destroy" in response.body) response.body.destroy();
  return moved(301, String(location));
}

const appliesBefore = ({ Condition }: RoutingRule, key: string): boolean =>
  Condition?.HttpErrorCodeReturnedEquals === undefined && key.startsWith(Condition?.KeyPrefixEquals ?? "");

function redirect(
  request: WireRequest,
  { Protocol, HostName, HttpRedirectCode, ReplaceKeyWith, ReplaceKeyPrefixWith }: Redirect = {},
  key: string,
  prefix: string,
): RawResponse {
  const path =
    ReplaceKeyWith ?? (ReplaceKeyPrefixWith === undefined ? key : ReplaceKeyPrefixWith + key.slice(prefix.length));
  const to = `${Protocol ?? "http"}://${HostName ?? request.headers.host}/${encodeURI(path)}`;
  return moved(Number(HttpRedirectCode ?? 301), to);
}

interface Failure {
  site: WebsiteConfiguration | undefined;
  key: string;
  error: AwsError;
  read: Reader;
}

/** What a visitor sees of an error: where a rule leads to, the site's own page, or S3's. */
async function failed(request: WireRequest, { site, key, error, read }: Failure, call: Call): Promise<RawResponse> {
  if (error.status === 304) return { status: 304, headers: {} };
  const rule = site?.RoutingRules?.find(
    ({ Condition }) =>
      Condition?.HttpErrorCodeReturnedEquals === String(error.status) &&
      key.startsWith(Condition.KeyPrefixEquals ?? ""),
  );
  if (rule) return redirect(request, rule.Redirect, key, rule.Condition?.KeyPrefixEquals ?? "");
  const page = site?.ErrorDocument?.Key;
  if (page === undefined) return errorPage(error, call.requestId);
  try {
    return { ...(await read(page)), status: error.status };
  } catch (second) {
    if (!(second instanceof AwsError)) throw second;
    return errorPage(error, call.requestId, second);
  }
}
