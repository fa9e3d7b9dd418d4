/** Object lock: of a bucket, and retentions and legal holds of versions. */
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import { bucketAccess, objectAccess, retentionContext } from "../access.ts";
import { changedRetention, checkLocked, noLock, readLegalHold, readLockConfiguration } from "../lock.ts";
import type { S3State } from "../state.ts";
import { onObject } from "./objects.ts";

export function lockOperations(s3: S3State): Operations<"s3"> {
  return {
    GetObjectLockConfiguration: {
      access: (input) => [bucketAccess("GetBucketObjectLockConfiguration", s3.bucket(input))],
      run(input) {
        const { name, objectLock } = s3.bucket(input);
        if (!objectLock) {
          const message = "Object Lock configuration does not exist for this bucket";
          throw new AwsError("ObjectLockConfigurationNotFoundError", message, 404, { BucketName: name });
        }
        const { retention } = objectLock;
        return {
          ObjectLockConfiguration: {
            ObjectLockEnabled: "Enabled",
            ...(retention && { Rule: { DefaultRetention: retention } }),
          },
        };
      },
    },
    PutObjectLockConfiguration: {
      access: (input) => [bucketAccess("PutBucketObjectLockConfiguration", s3.bucket(input))],
      run(input) {
        const bucket = s3.bucket(input);
        const objectLock = readLockConfiguration(input.ObjectLockConfiguration);
        if (bucket.versioning !== "Enabled") {
          const message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
          throw new AwsError("InvalidBucketState", message, 409);
        }
        s3.buckets.put(bucket.name, { ...bucket, ...(objectLock && { objectLock }) });
        return {};
      },
    },
    GetObjectRetention: {
      access: (input) => onObject(s3, "GetObjectRetention")({ ...input, VersionId: undefined }),
      async run(input, call) {
        const bucket = s3.bucket(input);
        checkLocked(bucket);
        const { lock } = await s3.existing(bucket, input.Key, input.VersionId, call);
        if (!lock) throw noLock();
        return { Retention: { Mode: lock.mode, RetainUntilDate: new Date(lock.until) } };
      },
    },
    PutObjectRetention: {
      access(input) {
        const { Mode, RetainUntilDate } = input.Retention ?? {};
        const context = retentionContext(Mode, RetainUntilDate);
        const on = (action: string) => objectAccess(action, s3.bucket(input), input.Key, context);
        return [
          on("PutObjectRetention"),
          ...(input.BypassGovernanceRetention ? [on("BypassGovernanceRetention")] : []),
        ];
      },
      async run(input, call) {
        const bucket = s3.bucket(input);
        checkLocked(bucket);
        const { lock: before, ...version } = await s3.changeable(bucket, input.Key, input.VersionId, call);
        const lock = changedRetention(before, input.Retention, Boolean(input.BypassGovernanceRetention));
        s3.versions.update({ ...version, ...(lock && { lock }) });
        return {};
      },
    },
    GetObjectLegalHold: {
      access: (input) => onObject(s3, "GetObjectLegalHold")({ ...input, VersionId: undefined }),
      async run(input, call) {
        const bucket = s3.bucket(input);
        checkLocked(bucket);
        const { legalHold } = await s3.existing(bucket, input.Key, input.VersionId, call);
        if (!legalHold) throw noLock();
        return { LegalHold: { Status: legalHold } };
      },
    },
    PutObjectLegalHold: {
      access: (input) => [
        objectAccess("PutObjectLegalHold", s3.bucket(input), input.Key, {
          "s3:object-lock-legal-hold": input.LegalHold?.Status,
        }),
      ],
      async run(input, call) {
        const bucket = s3.bucket(input);
        checkLocked(bucket);
        const legalHold = readLegalHold(input.LegalHold?.Status);
        const version = await s3.changeable(bucket, input.Key, input.VersionId, call);
        s3.versions.update({ ...version, legalHold });
        return {};
      },
    },
  };
}
