import * as aws from "@pulumi/aws";

const bucket = "models";
const nothing = JSON.stringify({ Version: "2012-10-17", Statement: [] });

new aws.dynamodb.Table("table-is-recoverable", {
  readCapacity: 1,
  writeCapacity: 1,
  hashKey: "id",
  attributes: [{ name: "id", type: "S" }],
});
new aws.s3.Bucket("bucket-is-whole", {}, { protect: true });
new aws.s3.BucketPublicAccessBlock("bucket-is-private", { bucket, blockPublicAcls: true, blockPublicPolicy: false });
new aws.s3.BucketPolicy("bucket-over-tls-only", { bucket, policy: nothing });
new aws.s3.BucketVersioning("bucket-keeps-versions", { bucket, versioningConfiguration: { status: "Suspended" } });
new aws.s3.BucketOwnershipControls("bucket-owner-enforced", { bucket, rule: { objectOwnership: "ObjectWriter" } });
new aws.s3.BucketAcl("no-access-lists", { bucket, acl: "public-read" });
new aws.kms.Key("stateful-resource-is-kept", { enableKeyRotation: true });
new aws.kms.Key("key-rotates", {}, { protect: true });

new aws.sqs.Queue("queue-is-encrypted", { sqsManagedSseEnabled: false });
new aws.sqs.Queue("queue-is-redriven", { sqsManagedSseEnabled: true });
new aws.sqs.Queue("queue-has-a-policy", { sqsManagedSseEnabled: true });
new aws.sqs.QueuePolicy("queue-over-tls-only", {
  queueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs",
  policy: nothing,
});
new aws.sns.Topic("topic-is-encrypted");
new aws.sns.Topic("topic-has-a-policy", { kmsMasterKeyId: "a1b2" });
new aws.sns.TopicPolicy("topic-over-tls-only", {
  arn: "arn:aws:sns:eu-west-1:123456789012:alerts",
  policy: nothing,
});

new aws.cloudwatch.LogGroup("log-group-forgets", { kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/logs" });
new aws.cloudwatch.LogGroup("log-group-is-encrypted", { retentionInDays: 30 });
new aws.ssm.Parameter("resource-is-tagged", { type: "String", value: "a" });
