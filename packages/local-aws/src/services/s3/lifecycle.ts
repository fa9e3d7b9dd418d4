/**
 * Lifecycle rules: what expires is removed, as S3 does once a day.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html
 */
import { randomBytes } from "node:crypto";
import type {
  BucketLifecycleConfiguration,
  LifecycleRule,
  PutBucketLifecycleConfigurationRequest,
} from "@aws-sdk/client-s3";
import { type Call, servicePrincipal } from "../../service.ts";
import { invalidArgument, invalidRequest, malformedXml } from "./errors.ts";
import { dueAt, prefixOf, selects } from "./expiration.ts";
import { isLocked } from "./lock.ts";
import { discardUpload } from "./operations/multipart.ts";
import { addMarker } from "./operations/objects.ts";
import type { BucketRecord, Version } from "./records.ts";
import type { S3State } from "./state.ts";

/** @throws AwsError as S3 answers an invalid rule. */
function checkLifecycle({ Rules: rules = [] }: BucketLifecycleConfiguration): void {
  if (rules.length === 0 || rules.length > 1000) throw malformedXml();
  const ids = new Set<string>();
  for (const rule of rules) {
    rule.ID ??= randomBytes(36).toString("base64url");
    if (rule.ID.length > 255) throw invalidArgument("ID length should not exceed allowed limit of 255", "ID", rule.ID);
    if (ids.has(rule.ID))
      throw invalidArgument("Rule ID must be unique. Found same ID for more than one rule", "ID", rule.ID);
    ids.add(rule.ID);
    if (rule.Status !== "Enabled" && rule.Status !== "Disabled") throw malformedXml();
    checkFilter(rule);
    checkActions(rule);
  }
}

/** Either a prefix of the rule itself or a filter, which has one criterion, or several within `And`. */
function checkFilter({ Filter, Prefix }: LifecycleRule): void {
  if ((Filter === undefined) === (Prefix === undefined)) throw malformedXml();
  if (Filter && Object.values(Filter).filter((one) => one !== undefined).length > 1) throw malformedXml();
  const { Tags = [], ...others } = Filter?.And ?? {};
  const criteria = Tags.length + Object.values(others).filter((one) => one !== undefined).length;
  if (Filter?.And && criteria < 2) throw malformedXml();
  if (new Set(Tags.map(({ Key }) => Key)).size < Tags.length)
    throw invalidRequest("Duplicate Tag Keys are not allowed.");
}

function checkActions(rule: LifecycleRule): void {
  const { Expiration, NoncurrentVersionExpiration, AbortIncompleteMultipartUpload } = rule;
  const acts =
    Expiration ||
    NoncurrentVersionExpiration ||
    AbortIncompleteMultipartUpload ||
    rule.Transitions?.length ||
    rule.NoncurrentVersionTransitions?.length;
  if (!acts) throw invalidRequest("At least one action needs to be specified in a rule");
  if (NoncurrentVersionExpiration && NoncurrentVersionExpiration.NoncurrentDays === undefined) throw malformedXml();
  const { Days, Date: date, ExpiredObjectDeleteMarker } = Expiration ?? {};
  if (Expiration && [Days, date, ExpiredObjectDeleteMarker].filter((one) => one !== undefined).length !== 1)
    throw malformedXml();
  if (date && date.getTime() % 86_400_000 !== 0)
    throw invalidArgument("'Date' must be at midnight GMT", "Date", date.toISOString());
  for (const days of [Days, NoncurrentVersionExpiration?.NoncurrentDays]) {
    if (days !== undefined && days < 1)
      throw invalidArgument("'Days' for Expiration action must be a positive integer", "Days", days);
  }
}

/** A stored configuration, with the smallest object size for transitions, which is set beside it. */
export function readLifecycle(input: PutBucketLifecycleConfigurationRequest): BucketRecord["lifecycle"] {
  const { LifecycleConfiguration: configuration, TransitionDefaultMinimumObjectSize: size } = input;
  if (configuration === undefined) throw malformedXml();
  if (size !== undefined && size !== "all_storage_classes_128K" && size !== "varies_by_storage_class")
    throw invalidRequest(`Invalid TransitionDefaultMinimumObjectSize found: ${String(size)}`);
  checkLifecycle(configuration);
  return { ...configuration, ...minimumSize({ TransitionDefaultMinimumObjectSize: size }) };
}

/** A header in both requests and answers. */
export const minimumSize = ({
  TransitionDefaultMinimumObjectSize = "all_storage_classes_128K",
}: Pick<PutBucketLifecycleConfigurationRequest, "TransitionDefaultMinimumObjectSize">) => ({
  TransitionDefaultMinimumObjectSize,
});

/** Restores dates, which the store keeps as text. */
export function revivedLifecycle(configuration: NonNullable<BucketRecord["lifecycle"]>): object {
  const dated = <T extends { Date?: Date | undefined }>(one: T): T =>
    one.Date === undefined ? one : { ...one, Date: new Date(one.Date) };
  return {
    ...minimumSize(configuration),
    Rules: (configuration.Rules ?? []).map((rule) => ({
      ...rule,
      ...(rule.Expiration && { Expiration: dated(rule.Expiration) }),
      ...(rule.Transitions && { Transitions: rule.Transitions.map(dated) }),
    })),
  };
}

const over = (time: string, days: number, now: number): boolean => dueAt(time, days) <= now;

/** Applies every rule of every bucket. @param now milliseconds since 1970 */
export async function sweep(s3: S3State, now = Date.now()): Promise<void> {
  for (const bucket of s3.buckets.values()) {
    for (const rule of bucket.lifecycle?.Rules ?? []) {
      if (rule.Status === "Enabled") await apply(s3, bucket, rule, now);
    }
  }
}

async function apply(s3: S3State, bucket: BucketRecord, rule: LifecycleRule, now: number): Promise<void> {
  const { cloud } = s3;
  const call: Call = {
    service: "s3",
    operation: "Lifecycle",
    principal: servicePrincipal("s3.amazonaws.com"),
    region: s3.regionOf(bucket),
    accountId: cloud.accountId,
    requestId: `${bucket.name}-${rule.ID}-${now}`,
  };
  const prefix = prefixOf(rule);
  for (const version of allVersions(s3, bucket.name, prefix)) {
    if (selects(rule, version)) expire(s3, bucket, rule, version, now, call);
  }
  const abort = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
  if (abort === undefined) return;
  for (const upload of s3.uploads.values()) {
    if (upload.bucket === bucket.name && upload.key.startsWith(prefix) && over(upload.initiated, abort, now)) {
      await discardUpload(s3, upload);
    }
  }
}

interface Placed extends Version {
  /** The next newer version; absent for the newest. */
  next?: Version | undefined;
  /** Versions of the key that are newer, not counting the newest. */
  newer: number;
  /** Whether it is the key's only version. */
  alone: boolean;
}

/** Page by page, key by key, newest version first. */
function* allVersions(s3: S3State, bucket: string, prefix: string): Generator<Placed> {
  let after: string | undefined;
  for (;;) {
    const page = s3.versions.all(bucket, { prefix, limit: 1000, ...(after !== undefined && { after }) });
    const last = page.at(-1)?.key;
    if (last === undefined) return;
    const byKey = Map.groupBy(page, ({ key }) => key);
    // The last key of a full page may continue on the next.
    if (page.length === 1000) byKey.set(last, s3.versions.older(bucket, last, Number.MAX_SAFE_INTEGER, -1));
    for (const versions of byKey.values()) {
      for (const [index, version] of versions.entries()) {
        yield { ...version, next: versions[index - 1], newer: index - 1, alone: versions.length === 1 };
      }
    }
    after = last;
  }
}

function expire(
  s3: S3State,
  bucket: BucketRecord,
  rule: LifecycleRule,
  version: Placed,
  now: number,
  call: Call,
): void {
  const { next, newer, alone, ...plain } = version;
  if (next) {
    const { NoncurrentDays: days, NewerNoncurrentVersions: keep = 0 } = rule.NoncurrentVersionExpiration ?? {};
    if (days !== undefined && newer >= keep && over(next.modified, days, now) && !isLocked(plain))
      s3.remove(plain, "LifecycleExpiration:Delete", call);
    return;
  }
  const { Days: days, Date: date, ExpiredObjectDeleteMarker: markers } = rule.Expiration ?? {};
  const due =
    days === undefined ? date !== undefined && new Date(date).getTime() <= now : over(version.modified, days, now);
  if (version.marker) {
    if (alone && (markers || due)) s3.remove(plain, "LifecycleExpiration:Delete", call);
  } else if (due) {
    if (bucket.versioning) addMarker(s3, bucket, version.key, call, true);
    else s3.remove(plain, "LifecycleExpiration:Delete", call);
  }
}
