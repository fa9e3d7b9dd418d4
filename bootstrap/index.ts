/**
 * Run once per account and region, by someone with administrator rights:
 *
 *     pulumi login --local && pulumi -C bootstrap up --stack eu-west-1 && pulumi login "$(pulumi -C bootstrap stack output stateBucketUrl)"
 *
 * API Gateway writes no log of any API before the account names a role for it, and that setting belongs to the account and
 * region, not to a stack: two stacks that each own it would undo one another on `destroy`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
import { Account } from "@pulumi/aws/apigateway";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import { all, jsonStringify } from "@pulumi/pulumi";

const account = getCallerIdentityOutput().accountId;
const region = getRegionOutput().region;

const role = new Role("apigateway-logs", {
  description: "Lets API Gateway write the access and execution logs of this account's APIs",
  // AWS's own trust policy, without a condition: API Gateway does not name the account when it assumes roles.
  assumeRolePolicy: jsonStringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }],
  }),
});

const policy = new RolePolicy("apigateway-logs", {
  role: role.id,
  policy: all([account, region]).apply(([accountId, regionName]) => {
    const groups = `arn:aws:logs:${regionName}:${accountId}:log-group`;
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: [
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
          Resource: [`${groups}:API-Gateway-Execution-Logs_*`, `${groups}:/aws/apigateway/*`],
        },
        // Listing log groups is among the few actions that have no resource.
        { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
      ],
    });
  }),
});

// API Gateway tries the role as it is named here: the role must have its rights by then.
new Account("apigateway", { cloudwatchRoleArn: role.arn }, { dependsOn: [policy] });

const bucket = new s3.Bucket("pulumi-state", {}, { protect: true });

new s3.BucketVersioning("pulumi-state", {
  bucket: bucket.id,
  versioningConfiguration: { status: "Enabled" },
});

new s3.BucketServerSideEncryptionConfiguration("pulumi-state", {
  bucket: bucket.id,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
});

new s3.BucketOwnershipControls("pulumi-state", {
  bucket: bucket.id,
  rule: { objectOwnership: "BucketOwnerEnforced" },
});

new s3.BucketLifecycleConfiguration("pulumi-state", {
  bucket: bucket.id,
  rules: [
    {
      id: "old-versions",
      status: "Enabled",
      filter: { prefix: "" },
      noncurrentVersionExpiration: { noncurrentDays: 90 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ],
});

const access = new s3.BucketPublicAccessBlock("pulumi-state", {
  bucket: bucket.id,
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
});

new s3.BucketPolicy(
  "pulumi-state",
  {
    bucket: bucket.id,
    policy: jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: "s3:*",
          Resource: [bucket.arn, bucket.arn.apply((arn) => `${arn}/*`)],
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    }),
  },
  { dependsOn: [access] },
);

/** For `pulumi login`. */
export const stateBucketUrl = bucket.id.apply((name) => `s3://${name}`);
/** The role that API Gateway now writes logs with. */
export const apiGatewayLogsRoleArn = role.arn;
