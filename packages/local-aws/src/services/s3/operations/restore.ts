/** RestoreObject: a readable copy of an archived object. */
import type { Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import { malformedXml } from "../errors.ts";
import { dueAt } from "../expiration.ts";
import type { S3State } from "../state.ts";
import { isCold, onObject } from "./objects.ts";

export function restoreOperations(s3: S3State): Operations<"s3"> {
  return {
    RestoreObject: {
      access: (input) => onObject(s3, "RestoreObject")({ ...input, VersionId: undefined }),
      async run(input, call) {
        const bucket = s3.bucket(input);
        const version = await s3.existing(bucket, input.Key, input.VersionId, call);
        const days = input.RestoreRequest?.Days;
        if (!isCold(version)) {
          const message = "Restore is not allowed for the object's current storage class";
          throw new AwsError("InvalidObjectState", message, 403, { StorageClass: version.storageClass ?? "STANDARD" });
        }
        if (days === undefined || !Number.isInteger(days) || days < 1) throw malformedXml();
        const restored = new Date(dueAt(new Date().toISOString(), days)).toISOString();
        s3.update({ ...version, restored }, "ObjectRestore:Post", call);
        s3.update({ ...version, restored }, "ObjectRestore:Completed", call);
        return {};
      },
    },
  };
}
