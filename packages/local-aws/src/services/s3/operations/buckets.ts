/** Buckets: create, list, head, delete. */
import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import { isRegion } from "../../../arn.ts";
import { tagList } from "../../../kit/tags.ts";
import type { Operations } from "../../../operations.ts";
import type { Input } from "../../../sdks.ts";
import { AwsError } from "../../../service.ts";
import { bucketAccess, bucketArn } from "../access.ts";
import { readAcl } from "../acl.ts";
import { checkBucketName, tagsOfNewBucket } from "../names.ts";
import type { BucketRecord } from "../records.ts";
import type { S3State } from "../state.ts";

const ownerships = ["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"];

/** S3's first region has no location constraint. */
const firstRegion = "us-east-1";

export function bucketOperations(s3: S3State): Operations<"s3"> {
  return {
    CreateBucket: {
      access: ({ Bucket }) => [{ action: "s3:CreateBucket", resource: bucketArn(Bucket) }],
      run: (input, { region }) => createBucket(s3, input, region),
    },
    ListBuckets: {
      access: () => [{ action: "s3:ListAllMyBuckets", resource: "*" }],
      run: ({ Prefix = "", MaxBuckets = 10_000, ContinuationToken: token, BucketRegion }) => {
        const after = token ? Buffer.from(token, "base64url").toString() : "";
        const found = s3.buckets.values(Prefix).filter((bucket) => {
          return bucket.name > after && (!BucketRegion || s3.regionOf(bucket) === BucketRegion);
        });
        const page = found.slice(0, MaxBuckets);
        return {
          Buckets: page.map((bucket) => ({
            Name: bucket.name,
            CreationDate: new Date(bucket.created),
            BucketRegion: s3.regionOf(bucket),
            BucketArn: bucketArn(bucket.name),
          })),
          Owner: s3.owner,
          ...(Prefix && { Prefix }),
          ...(found.length > page.length && {
            ContinuationToken: Buffer.from(page.at(-1)?.name ?? "").toString("base64url"),
          }),
        };
      },
    },
    HeadBucket: {
      access: (input) => [bucketAccess("ListBucket", s3.bucket(input))],
      run: (input) => ({
        BucketArn: bucketArn(input.Bucket),
        BucketRegion: s3.regionOf(s3.bucket(input)),
        AccessPointAlias: false,
      }),
    },
    GetBucketLocation: {
      access: (input) => [bucketAccess("GetBucketLocation", s3.bucket(input))],
      run: (input) => {
        const bucket = s3.bucket(input);
        const region = s3.regionOf(bucket);
        // SDKs write down the regions of their time; constraints are those of now.
        const constraint = bucket.legacyConstraint ? "EU" : (region as BucketLocationConstraint);
        return { LocationConstraint: region === firstRegion ? undefined : constraint };
      },
    },
    DeleteBucket: {
      access: (input) => [bucketAccess("DeleteBucket", s3.bucket(input))],
      run: (input) => {
        const { name } = s3.bucket(input);
        const uploads = s3.uploads.values().some(({ bucket }) => bucket === name);
        if (!s3.versions.isEmpty(name) || uploads) {
          const message = "The bucket you tried to delete is not empty";
          throw new AwsError("BucketNotEmpty", message, 409, { BucketName: name });
        }
        s3.buckets.delete(name);
        return {};
      },
    },
  };
}

/** The region of a new bucket: S3's first region creates it in any region, each other one only in its own. */
function locationOf(
  { CreateBucketConfiguration: { LocationConstraint: given } = {} }: Input<"s3", "CreateBucket">,
  asked: string,
) {
  const wanted: string = given === "EU" ? "eu-west-1" : (given ?? firstRegion);
  if (asked === firstRegion) {
    if (given === undefined || (wanted !== firstRegion && isRegion(wanted))) return wanted;
    const message = "The specified location-constraint is not valid";
    throw new AwsError("InvalidLocationConstraint", message, 400, { LocationConstraint: given });
  }
  if (wanted === asked) return wanted;
  throw new AwsError(
    "IllegalLocationConstraintException",
    `The ${given ?? "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    400,
  );
}

function createBucket(s3: S3State, input: Input<"s3", "CreateBucket">, asked: string) {
  const name = input.Bucket;
  checkBucketName(name);
  const region = locationOf(input, asked);
  const ownership = input.ObjectOwnership ?? "BucketOwnerEnforced";
  if (!ownerships.includes(ownership)) {
    const message = `Invalid x-amz-object-ownership header: ${ownership}`;
    throw new AwsError("InvalidArgument", message, 400, { ArgumentName: "x-amz-object-ownership" });
  }
  const acl = readAcl(input, s3.owner);
  if (acl && input.ACL !== "private" && ownership === "BucketOwnerEnforced") {
    const message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
    throw new AwsError("InvalidBucketAclWithObjectOwnership", message, 400);
  }
  const tags = tagsOfNewBucket(input.CreateBucketConfiguration?.Tags ?? []);
  const location = { Location: `/${name}`, BucketArn: bucketArn(name) };
  const before = s3.buckets.get(name);
  if (before) {
    // Creating it again is not an error in the first region, and only there.
    if (region === firstRegion && s3.regionOf(before) === firstRegion) return location;
    const message = "Your previous request to create the named bucket succeeded and you already own it.";
    throw new AwsError("BucketAlreadyOwnedByYou", message, 409, { BucketName: name });
  }
  // Settings of every new bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
  const bucket: BucketRecord = {
    name,
    created: new Date().toISOString(),
    region,
    ...(input.CreateBucketConfiguration?.LocationConstraint === "EU" && { legacyConstraint: true }),
    publicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    ownershipControls: { Rules: [{ ObjectOwnership: ownership }] },
    encryption: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
    },
    ...(Object.keys(tags).length > 0 && { tagging: tagList(tags) }),
    ...(acl && { acl }),
    ...(input.ObjectLockEnabledForBucket && { objectLock: {}, versioning: "Enabled" as const }),
  };
  s3.buckets.put(name, bucket);
  return location;
}
