import { type Bucket, BucketNotification } from "@pulumi/aws/s3";
import type { Resource } from "@pulumi/pulumi";
import { createBucket } from "../bucket.ts";
import type { Outcome } from "./stateMachine.ts";

/** What is done with a file: moved or copied (archived ones to the archive bucket, any other to quarantine), tagged with `archiver-outcome`, deleted, or left. */
export const policies = ["move", "copy", "tag", "delete", "leave"] as const;
export type Policy = (typeof policies)[number];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html */
export const storageClasses = [
  "STANDARD",
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const;
export type StorageClassName = (typeof storageClasses)[number];

export const defaultActions: Record<Outcome, Policy> = {
  Archived: "move",
  Quality_Fail: "move",
  Unarchivable: "leave",
  Rejected: "leave",
  Expired: "leave",
};

/** Existing buckets, in place of new ones. */
export interface ExistingBuckets {
  /** Must notify EventBridge of its objects: a setting of the whole bucket, which the archiver leaves to its owner. */
  drop?: Bucket;
  archive?: Bucket;
  quarantine?: Bucket;
}

export interface Buckets {
  drop: Bucket;
  archive: Bucket;
  quarantine: Bucket;
}

/** Where files are dropped, archived, and put aside. A new drop bucket notifies EventBridge of every object. */
export function createBuckets(name: string, existing: ExistingBuckets, parent: Resource): Buckets {
  const create = (label: string) => createBucket(`${name}-${label}`, {}, parent);
  const drop = existing.drop ?? create("drop");
  if (!existing.drop) {
    new BucketNotification(`${name}-drop-events`, { bucket: drop.bucket, eventbridge: true }, { parent });
  }
  return {
    drop,
    archive: existing.archive ?? create("archive"),
    quarantine: existing.quarantine ?? create("quarantine"),
  };
}
