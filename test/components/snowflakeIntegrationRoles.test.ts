import assert from "node:assert/strict";
import { ComponentResource, RunError } from "@pulumi/pulumi";
import { createBucket } from "../../components/bucket.ts";
import {
  SnowflakeIntegrationRoles,
  type SnowflakeIntegrationRolesArgs,
} from "../../components/snowflakeIntegrationRoles.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { accountId, type Recording, record, region } from "./support/record.ts";

const api = { iamUserArn: "arn:aws:iam::210987654321:user/abc1-s-iest2345", externalId: "ACME_SFCRole=2_a1/s0aBC+d=" };
const storage = { iamUserArn: "arn:aws:iam::210987654321:user/xyz2-s-iest2345", externalId: "ACME_SFCRole=2_b2/Zz9=" };
const executionArn = `arn:aws:execute-api:${region}:${accountId}:abcdef`;

async function made(args: Omit<SnowflakeIntegrationRolesArgs, "bucket"> = {}) {
  let roles: SnowflakeIntegrationRoles | undefined;
  const recording = await record(() => {
    const bucket = createBucket("data", {}, new ComponentResource("test:index:Group", "group"));
    roles = new SnowflakeIntegrationRoles("snow", { bucket, ...args });
    roles.allowInvoke(executionArn, "Prod", ["POST /train", "GET /train"]);
  });
  return { recording, roles: roles! };
}
const trustOf = (recording: Recording, name: string) => {
  const { Statement } = JSON.parse(recording.get("aws:iam/role:Role", name).inputs.assumeRolePolicy);
  return Statement;
};

describe("SnowflakeIntegrationRoles", () => {
  it("trusts the own account until Snowflake has said who it is", async () => {
    const { recording, roles } = await made();
    assert.equal(roles.trust, "pending");
    for (const name of ["snow-external-function", "snow-storage"]) {
      assert.deepEqual(trustOf(recording, name), [
        { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "sts:AssumeRole" },
      ]);
    }
  });

  it("trusts exactly one user with its external id from then on, each integration its own", async () => {
    const { recording, roles } = await made({ api, storage });
    assert.equal(roles.trust, "established");
    for (const [name, pair] of [
      ["snow-external-function", api],
      ["snow-storage", storage],
    ] as const) {
      assert.deepEqual(trustOf(recording, name), [
        {
          Effect: "Allow",
          Principal: { AWS: pair.iamUserArn },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": pair.externalId } },
        },
      ]);
    }
  });

  it("is pending with one of two integrations, or with empty values", async () => {
    assert.equal((await made({ api })).roles.trust, "pending");
    assert.equal((await made({ api, storage: { iamUserArn: "", externalId: "" } })).roles.trust, "pending");
  });

  it("lets the external function role call exactly the routes", async () => {
    const { recording } = await made();
    assert.deepEqual(recording.statements("snow-external-function-policy"), [
      {
        Effect: "Allow",
        Action: ["execute-api:Invoke"],
        Resource: [`${executionArn}/Prod/POST/train`, `${executionArn}/Prod/GET/train`],
      },
    ]);
  });

  it("lets the storage integration read and write what is unloaded, and only read recommendations", async () => {
    const { recording } = await made();
    const statements = recording.statements("snow-storage-policy") as { Action: string[]; Resource: string[] }[];
    const mayWrite = statements.filter(({ Action }) => Action.includes("s3:PutObject"));
    assert.deepEqual(
      mayWrite.map(({ Resource }) => Resource),
      [["arn:aws:s3:::data/training/*"]],
    );
    assert.ok(!JSON.stringify(statements).includes("models/"));
  });

  describe("of SageMaker", () => {
    const key = `arn:aws:kms:${region}:${accountId}:key/k`;
    const logs = `arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker`;
    const allow = (Action: string[], Resource: string[], Condition?: object) => ({
      Effect: "Allow",
      Action,
      Resource,
      ...(Condition && { Condition }),
    });
    const prefixed = (prefix: string) => ({ StringLike: { "s3:prefix": [`${prefix}*`] } });
    const metrics = (kind: string) =>
      allow(["cloudwatch:PutMetricData"], ["*"], {
        StringEquals: { "cloudwatch:namespace": `/aws/sagemaker/${kind}` },
      });
    const viaStorage = {
      StringEquals: { "kms:ViaService": [`s3.${region}.amazonaws.com`, `sagemaker.${region}.amazonaws.com`] },
    };

    it("have a job read what was unloaded, and write models and recommendations", async () => {
      const { recording } = await made({ namePrefix: "dev-snow-", encryptionKeyArn: key });
      assert.deepEqual(recording.statements("snow-training-policy"), [
        allow(["s3:GetObject"], ["arn:aws:s3:::data/training/*"]),
        allow(
          ["s3:PutObject", "s3:AbortMultipartUpload"],
          ["arn:aws:s3:::data/models/*", "arn:aws:s3:::data/recommendations/*"],
        ),
        allow(["s3:ListBucket"], ["arn:aws:s3:::data"], prefixed("training/")),
        allow(["logs:CreateLogGroup", "logs:DescribeLogStreams"], [`${logs}/TrainingJobs*`]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${logs}/TrainingJobs:log-stream:dev-snow-*`]),
        metrics("TrainingJobs"),
        allow(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], [key], viaStorage),
        allow(["kms:CreateGrant"], [key], { Bool: { "kms:GrantIsForAWSResource": "true" } }),
      ]);
    });

    it("have an endpoint read models, and write its log alone", async () => {
      const { recording } = await made({ namePrefix: "dev-snow-", encryptionKeyArn: key });
      assert.deepEqual(recording.statements("snow-sagemaker-policy"), [
        allow(["s3:GetObject"], ["arn:aws:s3:::data/models/*"]),
        allow(["s3:ListBucket"], ["arn:aws:s3:::data"], prefixed("models/")),
        allow(
          ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          [`${logs}/Endpoints/dev-snow-*`],
        ),
        metrics("Endpoints"),
        allow(["kms:Decrypt"], [key], viaStorage),
      ]);
    });
  });

  it("lets SageMaker pull the image of its repository alone", async () => {
    const repositoryArn = `arn:aws:ecr:${region}:${accountId}:repository/recommender`;
    const image = `${accountId}.dkr.ecr.${region}.amazonaws.com/recommender@sha256:0123`;
    const [{ recording }, without] = [await made({ image }), await made()];
    for (const policy of ["snow-training-policy", "snow-sagemaker-policy"]) {
      const statements = recording.statements(policy) as { Action: string[]; Resource: string[] }[];
      const pulls = statements.find(({ Action }) => Action.includes("ecr:BatchGetImage"));
      assert.deepEqual(pulls?.Resource, [repositoryArn]);
      assert.ok(!JSON.stringify(without.recording.statements(policy)).includes("ecr:"));
    }
  });

  it("keeps the platform's rules, before and after", async () => {
    for (const args of [{}, { api, storage }]) {
      const { recording } = await made(args);
      assert.deepEqual(check(resourcesOf(recording), { stack: "test", publicRoutes: [], defaultTags }), []);
    }
  });

  const refused: [string, Partial<SnowflakeIntegrationRolesArgs>, RegExp][] = [
    ["half a pair", { api: { iamUserArn: api.iamUserArn } }, /api\.externalId is not given; allowed is a value/],
    ["the other half", { storage: { externalId: "abc" } }, /storage\.iamUserArn is not given/],
    ["everyone", { api: { ...api, iamUserArn: "*" } }, /api\.iamUserArn is "\*"; allowed is the ARN of one IAM user/],
    ["an account", { api: { ...api, iamUserArn: "arn:aws:iam::210987654321:root" } }, /api\.iamUserArn/],
    ["users by wildcard", { api: { ...api, iamUserArn: "arn:aws:iam::210987654321:user/*" } }, /api\.iamUserArn/],
    ["an account of 11 digits", { api: { ...api, iamUserArn: "arn:aws:iam::21098765432:user/a" } }, /api\.iamUserArn/],
    ["an id that STS would refuse", { api: { ...api, externalId: "a b" } }, /api\.externalId is "a b"/],
    ["a prefix without a slash", { prefixes: { models: "models" } }, /prefixes\.models is "models"/],
  ];
  for (const [what, args, message] of refused) {
    it(`refuses ${what}, naming the field`, async () => {
      await assert.rejects(made(args), (error: Error) => error instanceof RunError && message.test(error.message));
    });
  }
});
