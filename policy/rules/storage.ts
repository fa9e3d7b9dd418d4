import { companionsOf, isThrowAway, type Rule, unless } from "../rule.ts";
import { refusesPlainHttp } from "../statements.ts";

/** What a bucket is made whole by, each a resource of its own. */
const bucketParts = [
  "BucketLifecycleConfiguration",
  "BucketOwnershipControls",
  "BucketPolicy",
  "BucketPublicAccessBlock",
  "BucketServerSideEncryptionConfiguration",
  "BucketVersioning",
];
const typeOf = (part: string): string => `aws:s3/${part[0]!.toLowerCase()}${part.slice(1)}:${part}`;

export const storageRules: Rule[] = [
  {
    name: "bucket-is-whole",
    description: "A bucket's public access block, policy, versioning, lifecycle, encryption and ownership are said",
    ids: ["FSBP S3.1", "S3.2", "S3.5", "S3.8", "S3.13"],
    types: ["aws:s3/bucket:Bucket"],
    scope: "stack",
    check: (bucket, facts) =>
      bucketParts
        .filter((part) => companionsOf(bucket, facts, typeOf(part), "bucket").length === 0)
        .map((part) => `bucket: no ${part} belongs to it`),
  },
  {
    name: "table-is-recoverable",
    description:
      "A table has point-in-time recovery, on-demand capacity, encryption, and outside dev deletion protection",
    ids: ["FSBP DynamoDB.1", "DynamoDB.2", "DynamoDB.6", "N DDB3"],
    types: ["aws:dynamodb/table:Table"],
    check: ({ props }, { stack }) => [
      ...unless(props.pointInTimeRecovery?.enabled === true, "pointInTimeRecovery is not enabled"),
      ...unless(props.billingMode === "PAY_PER_REQUEST", "billingMode is not PAY_PER_REQUEST"),
      ...unless(props.serverSideEncryption?.enabled === true, "serverSideEncryption is not enabled"),
      ...unless(
        props.deletionProtectionEnabled === true || isThrowAway(stack),
        "deletionProtectionEnabled is not true",
      ),
    ],
  },
  {
    name: "bucket-is-private",
    description: "No setting of a bucket lets the public in",
    ids: ["FSBP S3.1", "S3.8", "S3.12", "N S1"],
    types: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
    check: ({ props }) =>
      ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]
        .filter((setting) => props[setting] !== true)
        .map((setting) => `${setting} is not true`),
  },
  {
    name: "bucket-over-tls-only",
    description: "A bucket's policy refuses plain HTTP",
    ids: ["FSBP S3.5", "N S10"],
    types: ["aws:s3/bucketPolicy:BucketPolicy"],
    check: ({ props }) => unless(refusesPlainHttp(props.policy), "policy does not refuse aws:SecureTransport false"),
  },
  {
    name: "bucket-keeps-versions",
    description: "A bucket keeps old versions",
    ids: ["FSBP S3.14"],
    types: ["aws:s3/bucketVersioning:BucketVersioning"],
    check: ({ props }) =>
      unless(props.versioningConfiguration?.status === "Enabled", "versioningConfiguration.status is not Enabled"),
  },
  {
    name: "bucket-owner-enforced",
    description: "Access lists are off: the owner's policy decides",
    ids: ["FSBP S3.12"],
    types: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
    check: ({ props }) =>
      unless(props.rule?.objectOwnership === "BucketOwnerEnforced", "rule.objectOwnership is not BucketOwnerEnforced"),
  },
  {
    name: "stateful-resource-is-kept",
    description: "Outside dev, what holds data is protected or outlives the stack",
    ids: ["own"],
    types: ["aws:dynamodb/table:Table", "aws:s3/bucket:Bucket", "aws:kms/key:Key"],
    check: ({ protect, retainOnDelete }, { stack }) =>
      unless(Boolean(protect || retainOnDelete) || isThrowAway(stack), "neither protect nor retainOnDelete is set"),
  },
  {
    name: "key-rotates",
    description: "A key is renewed every year, and its policy names who may use it",
    ids: ["FSBP KMS.5"],
    types: ["aws:kms/key:Key"],
    check: ({ props }) => [
      ...unless(props.enableKeyRotation === true, "enableKeyRotation is not true"),
      ...unless(
        !/"Principal":\s*("\*"|\{\s*"AWS":\s*"\*")/.test(JSON.stringify(props.policy ?? "")),
        "policy admits everyone",
      ),
    ],
  },
];
