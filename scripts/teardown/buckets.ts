import { S3 } from "@aws-sdk/client-s3";
import { Failure } from "../lib/failure.ts";
import type { Phase } from "./phase.ts";
import { type Doomed, ofType } from "./stack.ts";

const open = ({ client }: Doomed): S3 => new S3({ ...client, forcePathStyle: client.endpoint !== undefined });
const bucketsOf = (stack: Doomed): string[] => ofType(stack, "aws:s3/bucket:Bucket").map(({ id }) => id);

/** A page of a bucket's versions and uploads; nothing of one that is gone. */
async function page(client: S3, Bucket: string) {
  try {
    const { Versions = [], DeleteMarkers = [], IsTruncated } = await client.listObjectVersions({ Bucket });
    const { Uploads = [] } = await client.listMultipartUploads({ Bucket });
    return { versions: [...Versions, ...DeleteMarkers], uploads: Uploads, more: IsTruncated === true };
  } catch (error) {
    if ((error as Error).name === "NoSuchBucket") return { versions: [], uploads: [], more: false };
    throw error;
  }
}

/** Deletes every version of every object, and ends uploads. @throws {Failure} naming the object that was not deleted. */
export async function emptyBucket(client: S3, Bucket: string): Promise<void> {
  for (;;) {
    const { versions, uploads } = await page(client, Bucket);
    for (const { Key, UploadId } of uploads) await client.abortMultipartUpload({ Bucket, Key, UploadId });
    if (versions.length === 0) return;
    const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Errors = [] } = await client.deleteObjects({ Bucket, Delete: { Objects, Quiet: true } });
    const [refused] = Errors;
    if (refused) throw new Failure(`${refused.Key} of ${Bucket} was not deleted: ${refused.Message}`);
  }
}

/** A bucket with anything in it, an old version even, is not deleted. */
export const buckets: Phase = {
  name: "empty buckets",
  async look(stack) {
    const client = open(stack);
    const found = await Promise.all(
      bucketsOf(stack).map(async (bucket) => ({ bucket, ...(await page(client, bucket)) })),
    );
    return found
      .filter(({ versions, uploads }) => versions.length + uploads.length > 0)
      .map(
        ({ bucket, versions, more }) => `${bucket}: ${more ? "more than " : ""}${versions.length} versions of objects`,
      );
  },
  async run(stack) {
    const client = open(stack);
    for (const bucket of bucketsOf(stack)) await emptyBucket(client, bucket);
  },
};
