import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";

/** What the program registered: inputs by `type name`. */
const registered = new Map<string, Record<string, unknown>>();

describe("bootstrap", () => {
  let outputs: Record<string, pulumi.Output<string>>;

  before(async () => {
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          registered.set(`${type} ${name}`, inputs);
          return { id: `${name}-id`, state: { ...inputs, arn: `arn:aws:::${name}` } };
        },
        call: ({ token }) =>
          token.includes("getRegion") ? { region: "eu-west-1" } : { accountId: "123456789012", id: "123456789012" },
      },
      "bootstrap",
      "test",
    );
    outputs = require("../../bootstrap/index.ts");
    await Promise.all(
      Object.values(outputs).map((output) => (output as unknown as { promise(): Promise<string> }).promise?.()),
    );
    await pulumi.runtime.disconnect();
  });

  it("lets API Gateway assume the role, without a condition that it does not meet", () => {
    const trust = JSON.parse(String(registered.get("aws:iam/role:Role apigateway-logs")?.assumeRolePolicy));
    assert.deepEqual(trust.Statement, [
      { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
  });

  it("grants the logs of APIs and no others", () => {
    const policy = JSON.parse(String(registered.get("aws:iam/rolePolicy:RolePolicy apigateway-logs")?.policy));
    assert.deepEqual(policy.Statement, [
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

  it("names the role in the account's settings", () => {
    assert.deepEqual(registered.get("aws:apigateway/account:Account apigateway"), {
      cloudwatchRoleArn: "arn:aws:::apigateway-logs",
    });
  });

  it("keeps state in a bucket that is versioned, encrypted, private, TLS only, and cleans up after itself", () => {
    const of = (type: string) => registered.get(`aws:s3/${type} pulumi-state`);
    assert.deepEqual(of("bucketVersioning:BucketVersioning")?.versioningConfiguration, { status: "Enabled" });
    assert.deepEqual(of("bucketPublicAccessBlock:BucketPublicAccessBlock"), {
      bucket: "pulumi-state-id",
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(of("bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration")?.rules, [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
    assert.deepEqual(of("bucketOwnershipControls:BucketOwnershipControls")?.rule, {
      objectOwnership: "BucketOwnerEnforced",
    });
    assert.equal(
      (of("bucketLifecycleConfiguration:BucketLifecycleConfiguration")?.rules as { status: string }[] | undefined)?.[0]
        ?.status,
      "Enabled",
    );
    assert.deepEqual(JSON.parse(String(of("bucketPolicy:BucketPolicy")?.policy)).Statement, [
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: ["arn:aws:::pulumi-state", "arn:aws:::pulumi-state/*"],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });
});
