/** Settings of a bucket: each is put, read and (mostly) deleted by its own operations. */
import { passRole } from "../../../kit/passRole.ts";
import type { Operations } from "../../../operations.ts";
import type { OperationName } from "../../../sdks.ts";
import { AwsError, type Operation } from "../../../service.ts";
import { bucketAccess } from "../access.ts";
import { isPublic } from "../policy.ts";
import type { BucketRecord } from "../records.ts";
import type { S3State } from "../state.ts";
import { identifiedOperations } from "./identified.ts";
import { settings } from "./settings.ts";

type Name = OperationName<"s3">;
type Given = { Bucket?: string; [member: string]: unknown };

export function configurationOperations(s3: S3State): Operations<"s3"> {
  const operations: { [Of in Name]?: Operation } = {};
  const access = (action: string) => (input: Given) => [bucketAccess(action, s3.bucket(input))];
  for (const { field, get, put, delete: remove } of settings) {
    operations[get.operation] = {
      access: access(get.action),
      run(input: Given) {
        const bucket = s3.bucket(input);
        const value = bucket[field];
        if (value !== undefined) return get.answer(value as never);
        if (!get.missing) return get.none ?? {};
        throw new AwsError(...get.missing, 404, { BucketName: bucket.name });
      },
    };
    operations[put.operation] = {
      access: (input: Given) => [
        ...access(put.action)(input),
        ...passRole("s3.amazonaws.com", put.role?.(input as never)),
      ],
      run(input: Given) {
        const bucket = s3.bucket(input);
        const value = put.read(input as never, bucket, s3);
        s3.buckets.put(bucket.name, { ...bucket, [field]: value });
        return put.answer?.(value as never) ?? {};
      },
    };
    if (remove) {
      operations[remove.operation] = {
        access: access(remove.action),
        run(input: Given) {
          const { [field]: _, ...rest } = s3.bucket(input);
          s3.buckets.put(rest.name, rest as BucketRecord);
          return {};
        },
      };
    }
  }
  return { ...operations, ...identifiedOperations(s3), ...fixedOperations(s3) };
}

/** Settings with only one value here, which tools read all the same. */
function fixedOperations(s3: S3State): Operations<"s3"> {
  const fixed = <Answer>(action: string, answer: (bucket: BucketRecord) => Answer): Operation<Given, Answer> => ({
    access: (input: Given) => [bucketAccess(action, s3.bucket(input))],
    run: (input: Given) => answer(s3.bucket(input)),
  });
  return {
    GetBucketPolicyStatus: fixed("GetBucketPolicyStatus", ({ name, policy }) => {
      if (policy === undefined)
        throw new AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404, { BucketName: name });
      return { PolicyStatus: { IsPublic: isPublic(policy) } };
    }),
  };
}
