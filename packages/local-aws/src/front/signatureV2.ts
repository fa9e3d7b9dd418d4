/**
 * URLs presigned with version 2 of AWS's signatures: what boto3 makes by default in S3's first region.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html#RESTAuthenticationQueryStringAuth
 */
import { createHmac } from "node:crypto";
import { AwsError, type Principal } from "../service.ts";
import type { WireRequest } from "../wire/index.ts";
import { type Door, findKey, same, signatureError } from "./authenticate.ts";

/** Whether a URL is signed this way. */
export const isSignedV2 = ({ query }: WireRequest): boolean => query.has("AWSAccessKeyId") && query.has("Signature");

/** Parameters that are part of what is signed. */
const signed = new Set(
  `accelerate acl analytics cors delete intelligent-tiering inventory legal-hold lifecycle location logging metrics notification
  object-lock ownershipControls partNumber policy policyStatus publicAccessBlock replication requestPayment restore
  response-cache-control response-content-disposition response-content-encoding response-content-language
  response-content-type response-expires retention select select-type tagging torrent uploadId uploads versionId
  versioning versions website`.split(/\s+/),
);

/** @param bucket that the host names; without one it is in the path. @throws AwsError in S3's words. */
export function authenticateV2(door: Door, request: WireRequest, bucket: string | undefined): Principal {
  const { query } = request;
  const key = findKey(door, query.get("AWSAccessKeyId") ?? "");
  if (!key || key.status === "Inactive") throw signatureError("s3", "unknownKey");
  if (key.sessionToken !== undefined && !same(key.sessionToken, query.get("x-amz-security-token") ?? ""))
    throw signatureError("s3", "badToken");
  const expires = Number(query.get("Expires"));
  if (!(expires * 1000 > Date.now())) throw signatureError("s3", "presignExpired");
  const toSign = textToSign(request, bucket);
  const expected = createHmac("sha1", key.secretAccessKey).update(toSign).digest("base64");
  const given = query.get("Signature") ?? "";
  if (!same(expected, given)) throw mismatch(query.get("AWSAccessKeyId") ?? "", given, toSign);
  return key.principal;
}

/** Tells what was to be signed, so that it can be compared. */
export function mismatch(AWSAccessKeyId: string, SignatureProvided: string, StringToSign: string): AwsError {
  const { code, message, status } = signatureError("s3", "mismatch");
  const StringToSignBytes = [...Buffer.from(StringToSign)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return new AwsError(code, message, status, { AWSAccessKeyId, StringToSign, SignatureProvided, StringToSignBytes });
}

function textToSign({ method, path, headers, query }: WireRequest, bucket: string | undefined): string {
  // Headers that were signed may have moved into the URL.
  const inUrl = [...query].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const all = new Map([
    ...inUrl,
    ...Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
  ]);
  const amz = [...all].filter(([name]) => name.startsWith("x-amz-")).sort(([a], [b]) => (a < b ? -1 : 1));
  const resources = [...query].filter(([name]) => signed.has(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  const search = resources.map(([name, value]) => (value === "" ? name : `${name}=${value}`)).join("&");
  return [
    method,
    all.get("content-md5") ?? "",
    all.get("content-type") ?? "",
    query.get("Expires") ?? "",
    ...amz.map(([name, value]) => `${name}:${value.trim()}`),
    `${bucket === undefined ? "" : `/${bucket}`}${path}${search && `?${search}`}`,
  ].join("\n");
}
