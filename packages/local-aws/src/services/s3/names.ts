/** Rules for the names of buckets, keys, tags and metadata. */
import type { Tag } from "@aws-sdk/client-s3";
import { AwsError } from "../../service.ts";
import { invalidArgument, malformedXml } from "./errors.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export function checkBucketName(name: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|--x-s3|\.mrap)$/.test(name);
  if (!valid) throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, { BucketName: name });
}

const maxKey = 1024;

export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > maxKey) {
    throw new AwsError("KeyTooLongError", "Your key is too long", 400, { Size: size, MaxSizeAllowed: maxKey });
  }
}

/** 2 KB in all, keys and values. https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
export function checkMetadata(metadata: Record<string, string>): void {
  const size = Object.entries(metadata).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (size > 2048) {
    throw new AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400, {
      Size: size,
      MaxSizeAllowed: 2048,
    });
  }
}

/** `x-amz-tagging: a=1&b=2` @throws AwsError `InvalidArgument`, `InvalidTag` */
export function readTagging(header: string): Record<string, string> {
  const pairs = [...new URLSearchParams(header)];
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length) {
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      "x-amz-tagging",
      header,
    );
  }
  return tagsOf(pairs.map(([Key, Value]) => ({ Key, Value })));
}

/** @param limit of a bucket's or an object's tags. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export function tagsOf(list: Tag[], limit: 10 | 50 = 10): Record<string, string> {
  if (list.length > limit) {
    const what = limit === 10 ? "Object" : "Bucket";
    throw new AwsError("BadRequest", `${what} tags cannot be greater than ${limit}`, 400);
  }
  const tags: Record<string, string> = {};
  for (const { Key: key, Value: value } of list) {
    if (key === undefined || value === undefined) throw malformedXml();
    if (Object.hasOwn(tags, key)) throw invalidTag("Cannot provide multiple Tags with the same key", key);
    if (/^aws:/i.test(key)) {
      const message =
        limit === 10 ? "Your TagKey cannot be prefixed with aws:" : "System tags cannot be added/updated by requester";
      throw invalidTag(message, key);
    }
    checkTag(key, value);
    tags[key] = value;
  }
  return tags;
}

/** The tags of a new bucket, which has a message of its own for reserved keys. */
export function tagsOfNewBucket(list: Tag[]): Record<string, string> {
  if (list.some(({ Key }) => /^aws:/i.test(Key ?? ""))) {
    const message =
      'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your tag keys and try again.';
    throw new AwsError("InvalidTag", message, 400);
  }
  return tagsOf(list, 50);
}

function checkTag(key: string, value: string): void {
  const isText = (text: string) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text);
  if (key === "" || key.length > 128 || !isText(key)) throw invalidTag("The TagKey you have provided is invalid", key);
  if (value.length > 256 || !isText(value))
    throw invalidTag("The TagValue you have provided is invalid", key, { TagValue: value });
}

const invalidTag = (message: string, TagKey: string, more: object = {}) =>
  new AwsError("InvalidTag", message, 400, { TagKey, ...more });

const storageClasses = [
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "DEEP_ARCHIVE",
  "GLACIER_IR",
];

export function checkStorageClass(name: string | undefined): void {
  if (name !== undefined && !storageClasses.includes(name)) {
    throw new AwsError("InvalidStorageClass", "The storage class you specified is not valid", 400, {
      StorageClassRequested: name,
    });
  }
}
