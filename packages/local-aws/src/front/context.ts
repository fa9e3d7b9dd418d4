/** Condition keys for how a request was made. */
import type { Access } from "../service.ts";
import type { WireRequest } from "../wire/index.ts";
import { type Authorization, timeOf } from "./authorization.ts";
import { isS3 } from "./signature.ts";

type Context = NonNullable<Access["context"]>;

/**
 * `aws:UserAgent` and `aws:Referer`, and S3's keys about the signature.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
 */
export function contextOf({ headers }: Pick<WireRequest, "headers">, signed: Authorization | undefined): Context {
  const { "user-agent": agent, referer } = headers;
  return {
    ...(agent !== undefined && { "aws:UserAgent": agent }),
    ...(referer !== undefined && { "aws:Referer": referer }),
    ...(signed && isS3(signed.service) && signatureKeys(headers["x-amz-content-sha256"], signed)),
  };
}

/** For requests to S3 that are signed in the header, as SDKs do. */
export const signedInHeader: Context = { "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:authType": "REST-HEADER" };

/** Only a presigned URL has a validity period and an age. */
const signatureKeys = (hash: string | string[] | undefined, { expires, timestamp }: Authorization): Context => ({
  ...signedInHeader,
  ...(expires !== undefined && {
    "s3:authType": "REST-QUERY-STRING",
    "s3:signatureAge": String(Math.max(0, Date.now() - timeOf(timestamp))),
  }),
  ...(hash !== undefined && { "s3:x-amz-content-sha256": hash }),
});
