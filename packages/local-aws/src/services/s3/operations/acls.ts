/** Access control lists: of a bucket, and of an object's version. */
import type { Grant } from "@aws-sdk/client-s3";
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import { bucketAccess } from "../access.ts";
import { type AclInput, aclNotSupported, checkPublicAcl, hasAcls, ownersGrant, readAcl } from "../acl.ts";
import type { BucketRecord } from "../records.ts";
import type { S3State } from "../state.ts";
import { onObject } from "./objects.ts";

export function aclOperations(s3: S3State): Operations<"s3"> {
  const shown = (bucket: BucketRecord, grants: Grant[] | undefined) => ({
    Owner: s3.owner,
    Grants: (hasAcls(bucket) && grants) || [ownersGrant(s3.owner)],
  });
  const wanted = (bucket: BucketRecord, input: AclInput): Grant[] => {
    const grants = readAcl(input, s3.owner);
    if (grants === undefined) {
      const members = { MissingHeaderName: "x-amz-acl" };
      throw new AwsError("MissingSecurityHeader", "Your request was missing a required header", 400, members);
    }
    if (!hasAcls(bucket)) throw aclNotSupported();
    checkPublicAcl(bucket, grants);
    return grants;
  };
  return {
    GetBucketAcl: {
      access: (input) => [bucketAccess("GetBucketAcl", s3.bucket(input))],
      run(input) {
        const bucket = s3.bucket(input);
        return shown(bucket, bucket.acl);
      },
    },
    PutBucketAcl: {
      access: (input) => [bucketAccess("PutBucketAcl", s3.bucket(input))],
      run(input) {
        const bucket = s3.bucket(input);
        s3.buckets.put(bucket.name, { ...bucket, acl: wanted(bucket, input) });
        return {};
      },
    },
    GetObjectAcl: {
      access: onObject(s3, "GetObjectAcl"),
      async run(input, call) {
        const bucket = s3.bucket(input);
        return shown(bucket, (await s3.existing(bucket, input.Key, input.VersionId, call)).acl);
      },
    },
    PutObjectAcl: {
      access: onObject(s3, "PutObjectAcl"),
      async run(input, call) {
        const bucket = s3.bucket(input);
        const acl = wanted(bucket, input);
        const version = await s3.changeable(bucket, input.Key, input.VersionId, call);
        s3.update({ ...version, acl }, "ObjectAcl:Put", call);
        return {};
      },
    },
  };
}
