/** Buckets: create, list, head, delete. */
import type {
  CreateBucketRequest,
  DeleteBucketRequest,
  GetBucketLocationRequest,
  HeadBucketRequest,
  ListBucketsRequest,
} from "@aws-sdk/client-s3";
import { AwsError, type Operation } from "../../service.ts";
import { bucketAccess, bucketArn } from "../access.ts";
import { refuseAcl } from "../describe.ts";
import { notImplemented } from "../errors.ts";
import { checkBucketName } from "../names.ts";
import type { BucketRecord } from "../records.ts";
import type { S3State } from "../state.ts";

/** S3's first region has no location constraint. */
const firstRegion = "us-east-1";

export function bucketOperations(s3: S3State): Record<string, Operation> {
  const { region } = s3.cloud;
  return {
    CreateBucket: {
      access: ({ Bucket }: CreateBucketRequest) => [
        { action: "s3:CreateBucket", resource: bucketArn(Bucket as string) },
      ],
      run: (input: CreateBucketRequest) => createBucket(s3, input),
    },
    ListBuckets: {
      access: () => [{ action: "s3:ListAllMyBuckets", resource: "*" }],
      run: ({ Prefix = "", MaxBuckets = 10_000, ContinuationToken: token }: ListBucketsRequest) => {
        const after = token ? Buffer.from(token, "base64url").toString() : "";
        const found = s3.buckets.values(Prefix).filter(({ name }) => name > after);
        const page = found.slice(0, MaxBuckets);
        return {
          Buckets: page.map(({ name, created }) => ({
            Name: name,
            CreationDate: new Date(created),
            BucketRegion: region,
            BucketArn: bucketArn(name),
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
      access: (input: HeadBucketRequest) => [bucketAccess("ListBucket", s3.bucket(input))],
      run: (input: HeadBucketRequest) => ({
        BucketArn: bucketArn(input.Bucket as string),
        BucketRegion: region,
        AccessPointAlias: false,
      }),
    },
    GetBucketLocation: {
      access: (input: GetBucketLocationRequest) => [bucketAccess("GetBucketLocation", s3.bucket(input))],
      run: () => ({ LocationConstraint: region === firstRegion ? undefined : region }),
    },
    DeleteBucket: {
      access: (input: DeleteBucketRequest) => [bucketAccess("DeleteBucket", s3.bucket(input))],
      run: (input: DeleteBucketRequest) => {
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

function createBucket(s3: S3State, input: CreateBucketRequest) {
  const name = input.Bucket as string;
  checkBucketName(name);
  const { region } = s3.cloud;
  const wanted = input.CreateBucketConfiguration?.LocationConstraint ?? firstRegion;
  if (wanted !== region) {
    throw new AwsError(
      "IllegalLocationConstraintException",
      `The ${wanted === firstRegion ? "unspecified" : wanted} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      400,
    );
  }
  if (input.ObjectLockEnabledForBucket) throw notImplemented("S3 Object Lock");
  refuseAcl(input);
  const location = { Location: `/${name}`, BucketArn: bucketArn(name) };
  if (s3.buckets.has(name)) {
    // In the first region, and there alone, making it again is no mistake.
    if (region === firstRegion) return location;
    const message = "Your previous request to create the named bucket succeeded and you already own it.";
    throw new AwsError("BucketAlreadyOwnedByYou", message, 409, { BucketName: name });
  }
  // What every new bucket has. https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
  const bucket: BucketRecord = {
    name,
    created: new Date().toISOString(),
    publicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    ownershipControls: { Rules: [{ ObjectOwnership: input.ObjectOwnership ?? "BucketOwnerEnforced" }] },
    encryption: {
      Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
    },
    ...(input.CreateBucketConfiguration?.Tags?.length && { tagging: input.CreateBucketConfiguration.Tags }),
  };
  s3.buckets.put(name, bucket);
  return location;
}
