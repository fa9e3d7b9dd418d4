import type { Resource } from "../../../policy/rule.ts";
import { rule } from "../support/rule.ts";

const tls = { Effect: "Deny", Principal: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } };
const unlessTagged = { ...tls, Condition: { ...tls.Condition, Null: { "aws:PrincipalTag/a": "false" } } };
const policy = (...Statement: object[]) => ({ props: { policy: JSON.stringify({ Statement }) } });
const companion = (type: string, property: string, of: string): Resource => ({
  type: `aws:${type}`,
  name: "other",
  props: {},
  sources: { [property]: [{ type: `aws:${of}`, name: "it", props: {} }] },
});

describe("rules of tables, buckets and keys:", () => {
  const table = {
    pointInTimeRecovery: { enabled: true },
    billingMode: "PAY_PER_REQUEST",
    serverSideEncryption: { enabled: true },
    deletionProtectionEnabled: true,
  };
  rule("table-is-recoverable", "dynamodb/table:Table", { props: table }, [
    ["no way back", { props: { ...table, pointInTimeRecovery: undefined } }, /^pointInTimeRecovery/],
    ["capacity to guess", { props: { ...table, billingMode: "PROVISIONED" } }, /^billingMode/],
    ["no encryption", { props: { ...table, serverSideEncryption: { enabled: false } } }, /^serverSideEncryption/],
    ["no encryption said", { props: { ...table, serverSideEncryption: undefined } }, /^serverSideEncryption/],
    ["a table easily lost", { props: { ...table, deletionProtectionEnabled: false } }, /^deletionProtectionEnabled/],
  ]);

  const parts = [
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "bucketOwnershipControls:BucketOwnershipControls",
    "bucketPolicy:BucketPolicy",
    "bucketPublicAccessBlock:BucketPublicAccessBlock",
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bucketVersioning:BucketVersioning",
  ].map((part) => companion(`s3/${part}`, "bucket", "s3/bucket:Bucket"));
  rule(
    "bucket-is-whole",
    "s3/bucket:Bucket",
    { props: {}, facts: { resources: parts } },
    parts.map(({ type }) => [
      `a bucket without ${type.split(":").at(-1)}`,
      { props: {}, facts: { resources: parts.filter((part) => part.type !== type) } },
      new RegExp(`no ${type.split(":").at(-1)} belongs to it`),
    ]),
  );

  const closed = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  };
  rule("bucket-is-private", "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { props: closed }, [
    ["one open door", { props: { ...closed, blockPublicPolicy: false } }, /^blockPublicPolicy is not true/],
  ]);
  rule("bucket-is-private", "s3/accountPublicAccessBlock:AccountPublicAccessBlock", { props: closed }, [
    [
      "an open account",
      { props: { ...closed, restrictPublicBuckets: undefined } },
      /^restrictPublicBuckets is not true/,
    ],
  ]);
  rule("bucket-is-private", "s3/accessPoint:AccessPoint", { props: {} }, [
    [
      "an open access point",
      { props: { publicAccessBlockConfiguration: { blockPublicPolicy: false } } },
      /^publicAccessBlockConfiguration.blockPublicPolicy is not true/,
    ],
  ]);
  rule("bucket-over-tls-only", "s3/bucketPolicy:BucketPolicy", policy(tls), [
    ["plain HTTP", policy({ Effect: "Allow" }), /SecureTransport/],
  ]);
  rule(
    "bucket-keeps-versions",
    "s3/bucketVersioning:BucketVersioning",
    { props: { versioningConfiguration: { status: "Enabled" } } },
    [["no versions", { props: { versioningConfiguration: { status: "Suspended" } } }, /^versioningConfiguration/]],
  );
  rule(
    "bucket-owner-enforced",
    "s3/bucketOwnershipControls:BucketOwnershipControls",
    { props: { rule: { objectOwnership: "BucketOwnerEnforced" } } },
    [["access lists", { props: { rule: { objectOwnership: "ObjectWriter" } } }, /^rule.objectOwnership/]],
  );

  rule("stateful-resource-is-kept", "dynamodb/table:Table", { props: {}, protect: true }, [
    ["data that goes with the stack", { props: {} }, /^protect is not set/],
    ["so does a stack called devices", { props: {}, facts: { stack: "devices" } }, /^protect is not set/],
  ]);

  rule("key-rotates", "kms/key:Key", { props: { enableKeyRotation: true } }, [
    ["a key for ever", { props: { enableKeyRotation: false } }, /^enableKeyRotation/],
  ]);
  const grant = (granteePrincipal: string) => ({ props: { granteePrincipal }, facts: { accounts: ["123456789012"] } });
  rule("key-grant-names-its-grantee", "kms/grant:Grant", grant("arn:aws:iam::123456789012:role/a"), [
    ["a whole account", grant("arn:aws:iam::123456789012:root"), /^granteePrincipal is .*root/],
    ["another account's role", grant("arn:aws:iam::210987654321:role/a"), /^granteePrincipal is .*2109/],
  ]);

  for (const type of ["bucket:Bucket", "bucketAcl:BucketAcl", "bucketObjectv2:BucketObjectv2"]) {
    rule("no-access-lists", `s3/${type}`, { props: { acl: "private" } }, [
      ["what everyone reads", { props: { acl: "public-read" } }, /^acl is public-read/],
      ["a list of grants", { props: { grants: [{ permissions: ["READ"] }] } }, /^grants is an access list/],
    ]);
  }
  rule("no-access-lists", "s3/bucketLogging:BucketLogging", { props: {} }, [
    ["logs for others", { props: { targetGrants: [{ permission: "READ" }] } }, /^targetGrants is an access list/],
  ]);
});

describe("rules of queues and topics:", () => {
  rule("queue-is-encrypted", "sqs/queue:Queue", { props: { sqsManagedSseEnabled: true } }, [
    ["plain text", { props: { sqsManagedSseEnabled: false } }, /^sqsManagedSseEnabled/],
  ]);

  rule("queue-is-redriven", "sqs/queue:Queue", { props: { redrivePolicy: "{}" } }, [
    ["poison that comes back", { props: {} }, /^redrivePolicy is missing/],
  ]);
  const source = companion("sqs/queue:Queue", "redrivePolicy", "sqs/queue:Queue");
  rule("queue-is-redriven", "sqs/queue:Queue", { props: {}, facts: { resources: [source] } }, []);
  const queuePolicy = companion("sqs/queuePolicy:QueuePolicy", "queueUrl", "sqs/queue:Queue");
  rule("queue-has-a-policy", "sqs/queue:Queue", { props: {}, facts: { resources: [queuePolicy] } }, [
    ["a queue without a policy", { props: {} }, /^url: no QueuePolicy/],
  ]);

  rule("queue-over-tls-only", "sqs/queuePolicy:QueuePolicy", policy(tls), [
    ["plain HTTP", policy({ Effect: "Allow", Principal: { Service: "sns.amazonaws.com" } }), /SecureTransport/],
    ["plain HTTP but for one header", policy(unlessTagged), /SecureTransport/],
  ]);

  rule("topic-is-encrypted", "sns/topic:Topic", { props: { kmsMasterKeyId: "key" } }, [
    ["plain text", { props: {} }, /^kmsMasterKeyId is missing/],
    ["a key that alarms cannot use", { props: { kmsMasterKeyId: "alias/aws/sns" } }, /alarms cannot publish/],
  ]);
  const topicPolicy = companion("sns/topicPolicy:TopicPolicy", "arn", "sns/topic:Topic");
  rule("topic-has-a-policy", "sns/topic:Topic", { props: {}, facts: { resources: [topicPolicy] } }, [
    ["a topic without a policy", { props: {} }, /^arn: no TopicPolicy/],
  ]);
  rule("topic-over-tls-only", "sns/topicPolicy:TopicPolicy", policy(tls), [
    ["plain HTTP", policy({ Effect: "Allow" }), /SecureTransport/],
  ]);
});
