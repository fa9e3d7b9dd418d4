import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Bucket, BucketObject } from "@pulumi/aws/s3";
import type { Resource } from "@pulumi/pulumi";
import { FileAsset } from "@pulumi/pulumi/asset";
import { root } from "../function/cache.ts";

/** Where scripts are in the bucket, and what runs read and write beside them. */
export const scriptsPrefix = "scripts/";
export const dataPrefix = "data/";

const defaultFolder = "jobs";

/** Names of the scripts in a folder of the program; none where there is no such folder. */
export function scriptNames(folder = defaultFolder): string[] {
  try {
    return readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".py"))
      .sort();
  } catch {
    return [];
  }
}

/** Uploads a folder's scripts: runs read them from the bucket, each time as they are then. */
export const uploadScripts = (name: string, folder = defaultFolder, bucket: Bucket, parent: Resource): BucketObject[] =>
  scriptNames(folder).map(
    (script) =>
      new BucketObject(
        `${name}-${script.replace(/\.py$/, "")}`,
        {
          bucket: bucket.bucket,
          key: `${scriptsPrefix}${script}`,
          source: new FileAsset(join(root, folder, script)),
          contentType: "text/x-python",
        },
        { parent },
      ),
  );
