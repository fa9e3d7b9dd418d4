import assert from "node:assert/strict";
import * as iam from "@aws-sdk/client-iam";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { policy, trust } from "../../support/policies.ts";
import { refuses } from "../../support/refuses.ts";

describe("iam policies", () => {
  let test: TestCloud;
  let client: iam.IAMClient;
  before(async () => {
    test = await startCloud();
    client = test.client(iam.IAMClient);
  });
  after(() => test.stop());

  const createRole = (RoleName: string, more: Partial<iam.CreateRoleCommandInput> = {}) =>
    client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, ...more }));

  describe("inline policies", () => {
    it("come back as they were put, and have 10,240 characters together", async () => {
      await createRole("inline");
      const put = (PolicyName: string, PolicyDocument: string) =>
        client.send(new iam.PutRolePolicyCommand({ RoleName: "inline", PolicyName, PolicyDocument }));
      await put("a", policy("s3:GetObject"));
      const found = await client.send(new iam.GetRolePolicyCommand({ RoleName: "inline", PolicyName: "a" }));
      assert.equal(decodeURIComponent(found.PolicyDocument ?? ""), policy("s3:GetObject"));
      await put("b", policy("s3:GetObject", `arn:aws:s3:::${"b".repeat(9_000)}`));
      await put("b", policy("s3:GetObject", `arn:aws:s3:::${"b".repeat(9_000)}`));
      await refuses(
        put("c", policy("s3:GetObject", `arn:aws:s3:::${"b".repeat(1_100)}`)),
        "LimitExceededException",
        /Maximum policy size of 10240 bytes exceeded for role inline/,
        409,
      );
      // White space does not count.
      await put(
        "d",
        policy("s3:GetObject")
          .replaceAll(":", `:${" ".repeat(5_000)}`)
          .replace(/s3:\s+/, "s3:"),
      );
      const { PolicyNames } = await client.send(new iam.ListRolePoliciesCommand({ RoleName: "inline" }));
      assert.deepEqual(PolicyNames, ["a", "b", "d"]);
      await refuses(
        client.send(new iam.GetRolePolicyCommand({ RoleName: "inline", PolicyName: "z" })),
        "NoSuchEntityException",
        /The role policy with name z cannot be found/,
        404,
      );
    });
  });

  describe("managed policies", () => {
    it("have versions, of which one is in force", async () => {
      const { Policy } = await client.send(
        new iam.CreatePolicyCommand({ PolicyName: "versioned", PolicyDocument: policy("iam:GetRole") }),
      );
      const PolicyArn = Policy?.Arn as string;
      assert.equal(PolicyArn, "arn:aws:iam::000000000000:policy/versioned");
      const { credentials, roleArn } = await test.mintRole();
      const RoleName = roleArn.split("/").at(-1) as string;
      await client.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn }));
      const limited = test.client(iam.IAMClient, { credentials });
      const may = () =>
        limited.send(new iam.GetRoleCommand({ RoleName })).then(
          () => true,
          () => false,
        );
      assert.equal(await may(), true);
      const next = (SetAsDefault: boolean) =>
        client.send(
          new iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: policy("iam:ListRoles"), SetAsDefault }),
        );
      await next(true);
      assert.equal(await may(), false);
      await client.send(new iam.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: "v1" }));
      assert.equal(await may(), true);
      for (let more = 0; more < 3; more++) await next(false);
      await refuses(next(false), "LimitExceededException", /up to 5 versions/, 409);
      await refuses(
        client.send(new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: "v1" })),
        "DeleteConflictException",
        /default version/,
        409,
      );
      await client.send(new iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: "v2" }));
      const { Versions } = await client.send(new iam.ListPolicyVersionsCommand({ PolicyArn }));
      assert.deepEqual(
        Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
        [
          ["v5", false],
          ["v4", false],
          ["v3", false],
          ["v1", true],
        ],
      );
      const { PolicyRoles } = await client.send(new iam.ListEntitiesForPolicyCommand({ PolicyArn }));
      assert.deepEqual(
        PolicyRoles?.map((role) => role.RoleName),
        [RoleName],
      );
      await refuses(
        client.send(new iam.DeletePolicyCommand({ PolicyArn })),
        "DeleteConflictException",
        /attached to entities/,
        409,
      );
    });

    it("have 6,144 characters, a unique name, and AWS's own cannot be changed", async () => {
      const create = (PolicyName: string, PolicyDocument: string) =>
        client.send(new iam.CreatePolicyCommand({ PolicyName, PolicyDocument }));
      await refuses(
        create("large", policy("s3:GetObject", `arn:aws:s3:::${"b".repeat(6_144)}`)),
        "LimitExceededException",
        /PolicySize: 6144/,
        409,
      );
      await create("once", policy("s3:*"));
      await refuses(
        create("Once", policy("s3:*")),
        "EntityAlreadyExistsException",
        /A policy called Once already exists/,
        409,
      );
      const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
      await refuses(client.send(new iam.DeletePolicyCommand({ PolicyArn })), "AccessDenied", /managed by AWS/, 403);
      const { Policies } = await client.send(new iam.ListPoliciesCommand({ Scope: "Local" }));
      assert.ok(Policies?.some(({ PolicyName }) => PolicyName === "once"));
      assert.ok(!Policies?.some(({ PolicyName }) => PolicyName === "AdministratorAccess"));
    });
  });
});
