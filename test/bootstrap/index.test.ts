import assert from "node:assert/strict";
import type { Recording } from "../components/support/record.ts";
import { evaluateBootstrap } from "./support/bootstrap.ts";

describe("bootstrap", () => {
  let made: Recording;
  let outputs: Record<string, unknown>;

  before(async () => {
    ({ made, outputs } = await evaluateBootstrap());
  });

  it("lets API Gateway assume the role, without a condition that it does not meet", () => {
    const trust = JSON.parse(made.get("aws:iam/role:Role", "apigateway-logs").inputs.assumeRolePolicy);
    assert.deepEqual(trust.Statement, [
      { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("grants the logs of APIs and no others", () => {
    assert.deepEqual(made.statements("apigateway-logs"), [
      {
        Effect: "Allow",
        Action: [
          "logs:CreateLogGroup",
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:FilterLogEvents",
          "logs:GetLogEvents",
          "logs:PutLogEvents",
        ],
        Resource: [
          "arn:aws:logs:eu-west-1:123456789012:log-group:API-Gateway-Execution-Logs_*",
          "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/*",
        ],
      },
      { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    ]);
  });

  it("names the role in the account's settings, once its rights and the group that it is tried by are there", () => {
    const account = made.get("aws:apigateway/account:Account", "apigateway");
    assert.deepEqual(account.inputs, { cloudwatchRoleArn: "arn:aws:iam::123456789012:role/apigateway-logs" });
    for (const first of [
      "aws:iam/rolePolicy:RolePolicy apigateway-logs",
      "aws:cloudwatch/logGroup:LogGroup apigateway-welcome",
    ]) {
      assert.ok(account.dependencies.includes(first), first);
    }
  });

  it("ends what the account's shared log groups keep, and does not let them go by mistake", () => {
    const groups = made.all.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(
      groups.map(({ inputs, protect }) => ({ ...inputs, protect })),
      [
        { name: "/aws/apigateway/welcome", retentionInDays: 30, protect: true },
        { name: "/aws/sagemaker/TrainingJobs", retentionInDays: 30, protect: true },
      ],
    );
  });

  it("keeps state in a bucket that is protected, versioned, encrypted, private, TLS only, and cleans up after itself", () => {
    const of = (type: string) => made.get(`aws:s3/${type}`, "pulumi-state").inputs;
    assert.equal(made.get("aws:s3/bucket:Bucket", "pulumi-state").protect, true);
    assert.deepEqual(of("bucketVersioning:BucketVersioning").versioningConfiguration, { status: "Enabled" });
    assert.deepEqual(of("bucketPublicAccessBlock:BucketPublicAccessBlock"), {
      bucket: "pulumi-state-id",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(of("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").rules, [
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: "aws:kms",
          kmsMasterKeyId: "arn:aws:kms:eu-west-1:123456789012:key/pulumi-state-id",
        },
        bucketKeyEnabled: true,
      },
    ]);
    assert.deepEqual(of("bucketOwnershipControls:BucketOwnershipControls").rule, {
      objectOwnership: "BucketOwnerEnforced",
    });
    assert.equal(of("bucketLifecycleConfiguration:BucketLifecycleConfiguration").rules[0].status, "Enabled");
    assert.deepEqual(JSON.parse(of("bucketPolicy:BucketPolicy").policy).Statement, [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:s3:::pulumi-state", "arn:aws:s3:::pulumi-state/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("says where the state is with the bucket's region, which the CLI would look for in the environment", () => {
    assert.equal(outputs.stateBucketUrl, "s3://pulumi-state-id?region=eu-west-1");
  });

  it("makes nothing for GitHub that nobody asked for", () => {
    assert.deepEqual([outputs.previewRoleArn, outputs.deployRoleArns, outputs.readRoleArns], ["", {}, {}]);
    assert.deepEqual(
      made.names().filter((name) => /preview|github|deploy|read-/.test(name)),
      [],
    );
  });

  it("gives each environment a key that is rotated and protected, for the secrets in its state", () => {
    const keys = made.all.filter(({ type }) => type === "aws:kms/key:Key");
    assert.deepEqual(
      keys.map(({ name, inputs, protect }) => [name, inputs.enableKeyRotation, protect]).sort(),
      ["pulumi-state", "secrets-dev", "secrets-prod"].map((name) => [name, true, true]),
    );
    assert.deepEqual(outputs.secretsProviders, {
      dev: "awskms://secrets-dev-id?region=eu-west-1",
      prod: "awskms://secrets-prod-id?region=eu-west-1",
    });
  });
});
