/** How Lambda gets an archive of code: with the request, or from a bucket where it is too large for one. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { BucketObject } from "@pulumi/aws/s3";
import type { Input, Resource } from "@pulumi/pulumi";
import { type Archive, FileArchive, FileAsset } from "@pulumi/pulumi/asset";
import { createBucket } from "../bucket.ts";
import { perStack } from "../perStack.ts";

/** Bytes of an archive in a request. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestInRequest = 50 * 1024 * 1024;

/** Inputs of functions and layers alike. */
export type CodeLocation = { code: Input<Archive> } | { s3Bucket: Input<string>; s3Key: Input<string> };

/** Made by the first archive that needs it. */
const bucketOfStack = perStack(() => createBucket("function-code"));

/**
 * Says where an archive is, which is uploaded where it is too large.
 * @param name of the function or layer.
 * @param path of a zip file. In the bucket its name is a hash of its bytes: another one is an update, the same is none.
 */
export function locateCode(name: string, path: string, parent: Resource): CodeLocation {
  if (statSync(path).size <= largestInRequest) return { code: new FileArchive(path) };
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 32);
  const object = new BucketObject(
    `${name}-code`,
    { bucket: bucketOfStack().bucket, key: `${name}/${hash}.zip`, source: new FileAsset(path) },
    { parent },
  );
  return { s3Bucket: object.bucket, s3Key: object.key };
}
