import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagChanges, tagList } from "../tags.ts";
import { deleteVersions, docs } from "./wire.ts";

/** A bucket. What is set on it is a resource of its own each, as the provider advises. */
export function bucket(cloud: Cloud): ResourceType {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("s3", operation, input);
  const made = (inputs: Properties): Made => {
    const name = String(inputs.bucket);
    const outputs = {
      ...inputs,
      arn: `arn:aws:s3:::${name}`,
      bucketDomainName: `${name}.s3.amazonaws.com`,
      bucketRegionalDomainName: `${name}.s3.${cloud.region}.amazonaws.com`,
      bucketRegion: cloud.region,
      region: cloud.region,
    };
    return { id: name, outputs };
  };
  const tag = async (Bucket: unknown, tags: unknown) => {
    const TagSet = tagList(tags);
    await (TagSet.length > 0
      ? call("PutBucketTagging", { Bucket, Tagging: { TagSet } })
      : call("DeleteBucketTagging", { Bucket }));
  };

  return {
    type: "aws:s3/bucket:Bucket",
    docs: docs("bucket"),
    properties: ["bucket", "bucketPrefix", "forceDestroy"],
    inert: ["bucketNamespace"],
    defaults: { forceDestroy: false },
    replaces: ["bucket", "bucketPrefix"],
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    autoname: {
      property: "bucket",
      prefixed: true,
      max: 63,
      pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      lowercase: true,
    },
    taggable: true,
    async create(inputs) {
      const { bucket: Bucket, tagsAll } = inputs;
      const elsewhere = cloud.region !== "us-east-1";
      await call("CreateBucket", {
        Bucket,
        ...(elsewhere && { CreateBucketConfiguration: { LocationConstraint: cloud.region } }),
      });
      if (Object.keys((tagsAll ?? {}) as object).length > 0) await tag(Bucket, tagsAll);
      return made(inputs);
    },
    async update(id, before, after) {
      const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
      if (remove.length > 0 || Object.keys(put).length > 0) await tag(id, after.tagsAll);
      return made(after);
    },
    async delete(id, { forceDestroy }) {
      if (forceDestroy) await deleteVersions(cloud, id);
      await call("DeleteBucket", { Bucket: id });
    },
    async read(id, context) {
      await call("HeadBucket", { Bucket: id });
      return made({ ...context.previous?.inputs, bucket: id });
    },
  };
}
