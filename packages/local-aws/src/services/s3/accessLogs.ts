/** Where a bucket's access logs would go. The setting is checked and kept; nothing is logged. */
import type { PutBucketLoggingRequest } from "@aws-sdk/client-s3";
import { AwsError } from "../../service.ts";
import { malformedXml } from "./errors.ts";
import type { BucketRecord } from "./records.ts";
import type { S3State } from "./state.ts";

/** @throws AwsError unless the target is a bucket of the same region. */
export function checkLogging({ BucketLoggingStatus }: PutBucketLoggingRequest, bucket: BucketRecord, s3: S3State) {
  if (BucketLoggingStatus === undefined) throw malformedXml();
  const { LoggingEnabled: wanted } = BucketLoggingStatus;
  if (wanted === undefined) return undefined;
  const target = s3.buckets.get(wanted.TargetBucket);
  if (!target) {
    const members = { TargetBucket: wanted.TargetBucket };
    throw new AwsError("InvalidTargetBucketForLogging", "The target bucket for logging does not exist", 400, members);
  }
  if (s3.regionOf(target) !== s3.regionOf(bucket)) {
    const members = { TargetBucketLocation: s3.regionOf(target) };
    throw new AwsError("CrossLocationLoggingProhibitted", "Cross S3 location logging not allowed. ", 403, members);
  }
  return { ...wanted, TargetPrefix: wanted.TargetPrefix ?? "" };
}
