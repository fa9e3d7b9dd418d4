/**
 * Conditions on reads, copies and writes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
import { noSuchKey, notForThis, preconditionFailed } from "./errors.ts";
import type { Version } from "./records.ts";
import { quoted, S3Error, type S3State } from "./state.ts";

export interface ReadConditions {
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
  IfModifiedSince?: Date | undefined;
  IfUnmodifiedSince?: Date | undefined;
}

const names = (header: string, etag: string): boolean =>
  header.split(",").some((one) => ["*", etag, quoted(etag)].includes(one.trim().replace(/^W\//, "")));

/** The condition that fails: `modified` is one that caches use. ETags take precedence over dates. */
function failing(
  conditions: ReadConditions,
  { etag, modified }: Version,
): { name: string; cached: boolean } | undefined {
  const time = Date.parse(modified);
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!names(IfMatch, etag)) return { name: "If-Match", cached: false };
  } else if (IfUnmodifiedSince && time > IfUnmodifiedSince.getTime()) {
    return { name: "If-Unmodified-Since", cached: false };
  }
  if (IfNoneMatch !== undefined) {
    if (names(IfNoneMatch, etag)) return { name: "If-None-Match", cached: true };
  } else if (IfModifiedSince && time <= IfModifiedSince.getTime() && IfModifiedSince.getTime() <= Date.now()) {
    // A date that is yet to come is not a valid condition.
    return { name: "If-Modified-Since", cached: true };
  }
  return undefined;
}

/** @throws AwsError `PreconditionFailed` (412), `NotModified` (304) */
export function checkRead(conditions: ReadConditions, version: Version): void {
  const failed = failing(conditions, version);
  if (!failed) return;
  if (!failed.cached) throw preconditionFailed(failed.name);
  const headers = { etag: quoted(version.etag), "last-modified": new Date(version.modified).toUTCString() };
  throw new S3Error("NotModified", "Not Modified", 304, headers);
}

/** @throws AwsError `PreconditionFailed`: copies do not involve caches. */
export function checkCopySource(conditions: ReadConditions, version: Version): void {
  const failed = failing(conditions, version);
  if (failed) throw preconditionFailed(`x-amz-copy-source-${failed.name}`);
}

/** To be called right before the write, with nothing awaited in between. @throws AwsError */
export function checkWrite(
  s3: S3State,
  bucket: string,
  key: string,
  { IfMatch, IfNoneMatch }: Pick<ReadConditions, "IfMatch" | "IfNoneMatch">,
): void {
  if (IfMatch === undefined && IfNoneMatch === undefined) return;
  checkHeaders(IfMatch, IfNoneMatch);
  const latest = s3.versions.latest(bucket, key);
  const current = latest?.marker ? undefined : latest;
  if (IfNoneMatch !== undefined && current) throw preconditionFailed("If-None-Match");
  if (IfMatch === undefined) return;
  if (!current) throw noSuchKey(key);
  if (!names(IfMatch, current.etag)) throw preconditionFailed("If-Match");
}

/** @throws AwsError for conditions that S3 does not have for writes. */
function checkHeaders(ifMatch: string | undefined, ifNoneMatch: string | undefined): void {
  const refused = (Header: string, additionalMessage: string) => notForThis({ Header, additionalMessage });
  const value = (header: string) =>
    refused(header, `We don't accept the provided value of ${header} header for this API`);
  if (ifMatch !== undefined && ifNoneMatch !== undefined)
    throw refused("If-Match,If-None-Match", "Multiple conditional request headers present in the request");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw value("If-None-Match");
  if (ifMatch === "*") throw value("If-Match");
}
