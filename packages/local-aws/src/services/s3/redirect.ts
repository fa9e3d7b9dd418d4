/**
 * A bucket must be requested in its region. Requests in another region get a redirect, which SDKs follow by themselves.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/Redirects.html
 */
import type { Operations } from "../../operations.ts";
import type { Call, Operation, Service } from "../../service.ts";
import { S3Error, type S3State } from "./state.ts";

/** Operations that work in any region. */
const everywhere = new Set(["CreateBucket", "GetBucketLocation", "ListBuckets"]);

/** Adds this rule to operations: it runs before IAM, so that a wrong region is not mistaken for a missing permission. */
export function inOwnRegion(s3: S3State, operations: Operations<"s3">): Service["operations"] {
  const ruled = ([name, operation]: [string, Operation]): [string, Operation] => {
    if (everywhere.has(name)) return [name, operation];
    return [
      name,
      {
        ...operation,
        access(input: { Bucket?: string }, call) {
          checkRegion(s3, input.Bucket ?? "", call);
          return operation.access(input, call);
        },
      },
    ];
  };
  return Object.fromEntries(Object.entries(operations).map(ruled));
}

function checkRegion(s3: S3State, name: string, { region, principal }: Call): void {
  const bucket = s3.buckets.get(name);
  // Unsigned requests name no region.
  if (!bucket || s3.regionOf(bucket) === region || principal.kind === "anonymous") return;
  throw new S3Error(
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
    301,
    bucketRegion(s3, name),
    // Every region's endpoint is this one.
    { Endpoint: new URL(s3.cloud.origin).host, Bucket: name },
  );
}

/** The header with a bucket's region, which S3 sends with any answer. */
export function bucketRegion(s3: S3State, name: string | undefined): Record<string, string> {
  const bucket = name === undefined ? undefined : s3.buckets.get(name);
  return bucket ? { "x-amz-bucket-region": s3.regionOf(bucket) } : {};
}
