import { isOfOwnAccount } from "../principals.ts";
import { companionsOf, type Rule, unless } from "../rule.ts";
import { refusesPlainHttp } from "../statements.ts";
import { isThrowAway } from "../throwAway.ts";

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
    description: "A bucket's public access block, policy, versioning, lifecycle, encryption and ownership are set",
    ids: ["S3.5", "S3.8", "S3.10", "S3.12", "S3.13", "S3.14"],
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
    ids: ["DynamoDB.1", "DynamoDB.2", "DynamoDB.6", "AwsSolutions-DDB3"],
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
    description: "No setting of a bucket, of an access point or of the account lets the public in",
    ids: ["S3.1", "S3.8", "S3.19", "CIS 2.1.4", "AwsSolutions-S2"],
    types: [
      "aws:s3/accessPoint:AccessPoint",
      "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    ],
    check: ({ type, props }) => {
      const isPoint = type === "aws:s3/accessPoint:AccessPoint";
      const settings = isPoint ? (props.publicAccessBlockConfiguration ?? {}) : props;
      return ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]
        .filter((setting) => settings[setting] !== true && !(isPoint && settings[setting] === undefined))
        .map((setting) => `${isPoint ? "publicAccessBlockConfiguration." : ""}${setting} is not true`);
    },
  },
  {
    name: "bucket-over-tls-only",
    description: "A bucket's policy refuses plain HTTP",
    ids: ["S3.5", "CIS 2.1.1", "AwsSolutions-S10"],
    types: ["aws:s3/bucketPolicy:BucketPolicy"],
    check: ({ props }) => unless(refusesPlainHttp(props.policy), "policy does not refuse aws:SecureTransport false"),
  },
  {
    name: "bucket-keeps-versions",
    description: "A bucket keeps old versions",
    ids: ["S3.14"],
    types: ["aws:s3/bucketVersioning:BucketVersioning"],
    check: ({ props }) =>
      unless(props.versioningConfiguration?.status === "Enabled", "versioningConfiguration.status is not Enabled"),
  },
  {
    name: "bucket-owner-enforced",
    description: "Access lists are off: the owner's policy decides",
    ids: ["S3.12"],
    types: ["aws:s3/bucketOwnershipControls:BucketOwnershipControls"],
    check: ({ props }) =>
      unless(props.rule?.objectOwnership === "BucketOwnerEnforced", "rule.objectOwnership is not BucketOwnerEnforced"),
  },
  {
    name: "no-access-lists",
    description: "Nothing is granted by an access list: policies alone say who may do what",
    ids: ["S3.12"],
    types: [
      "aws:s3/bucket:Bucket",
      "aws:s3/bucketAcl:BucketAcl",
      "aws:s3/bucketLogging:BucketLogging",
      "aws:s3/bucketObject:BucketObject",
      "aws:s3/bucketObjectv2:BucketObjectv2",
      "aws:s3/objectCopy:ObjectCopy",
    ],
    check: ({ props }) => [
      ...unless((props.acl ?? "private") === "private", `acl is ${props.acl}`),
      ...["accessControlPolicy", "grants", "targetGrants"]
        .filter((list) => [props[list] ?? []].flat().length > 0)
        .map((list) => `${list} is an access list`),
    ],
  },
  {
    name: "stateful-resource-is-kept",
    description: "Outside dev, what holds data is protected from deletion",
    ids: ["own"],
    types: ["aws:dynamodb/table:Table", "aws:s3/bucket:Bucket", "aws:kms/key:Key"],
    // Pulumi does not tell a policy pack of retainOnDelete.
    check: ({ protect }, { stack }) => unless(Boolean(protect) || isThrowAway(stack), "protect is not set"),
  },
  {
    name: "key-rotates",
    description: "A key is renewed every year",
    ids: ["KMS.4", "CIS 3.6", "AwsSolutions-KMS5"],
    types: ["aws:kms/key:Key"],
    check: ({ props }) => unless(props.enableKeyRotation === true, "enableKeyRotation is not true"),
  },
  {
    name: "key-grant-names-its-grantee",
    description: "A grant of a key goes to a role or user of the stack's account",
    ids: ["own"],
    types: ["aws:kms/grant:Grant"],
    check: ({ props: { granteePrincipal } }, { accounts }) =>
      unless(
        isOfOwnAccount(granteePrincipal, accounts) && !/:root$|[*?]/.test(granteePrincipal),
        `granteePrincipal is ${granteePrincipal}`,
      ),
  },
];
