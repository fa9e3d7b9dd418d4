/** Buckets, what is set on them, and objects. */
import type { ServiceResources } from "../resourceType.ts";
import { bucket } from "./bucket.ts";
import { getObject } from "./getObject.ts";
import { objects } from "./object.ts";
import { bucketSettings } from "./settings.ts";

export const s3Resources: ServiceResources = (cloud) => ({
  types: [bucket(cloud), ...bucketSettings(cloud), ...objects(cloud)],
  invokes: {
    "aws:s3/getBucket:getBucket": async ({ bucket: name }) => {
      await cloud.call("s3", "HeadBucket", { Bucket: name }).catch(() => {
        throw new Error(`reading S3 Bucket (${name}): it does not exist`);
      });
      const bucketRegionalDomainName = `${name}.s3.${cloud.region}.amazonaws.com`;
      const names = { bucketDomainName: `${name}.s3.amazonaws.com`, bucketRegionalDomainName };
      return { id: name, bucket: name, arn: `arn:aws:s3:::${name}`, ...names, region: cloud.region };
    },
    "aws:s3/getObject:getObject": (args) => getObject(cloud, args),
  },
});
