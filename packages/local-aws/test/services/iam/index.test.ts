// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
import assert from "node:assert/strict";
import * as iam from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { policy, trust } from "../../support/policies.ts";
import { refuses } from "../../support/refuses.ts";

describe("iam", () => {
  let test: TestCloud;
  let client: iam.IAMClient;
  before(async () => {
    test = await startCloud();
    client = test.client(iam.IAMClient);
  });
  after(() => test.stop());

  const createRole = (RoleName: string, more: Partial<iam.CreateRoleCommandInput> = {}) =>
    client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, ...more }));

  describe("roles", () => {
    it("are described as they were made, times in whole seconds", async () => {
      const { Role } = await createRole("made", {
        Path: "/team/",
        Description: "d",
        MaxSessionDuration: 7200,
        Tags: [{ Key: "a", Value: "1" }],
      });
      const found = (await client.send(new iam.GetRoleCommand({ RoleName: "MADE" }))).Role;
      // As on AWS, only who asks again hears how long sessions may last.
      assert.deepEqual(found, { ...Role, MaxSessionDuration: 7200, RoleLastUsed: {} });
      assert.equal(Role?.Arn, "arn:aws:iam::000000000000:role/team/made");
      assert.equal(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""), trust);
      assert.equal(Role?.CreateDate?.getMilliseconds(), 0);
      assert.deepEqual(Role?.Tags, [{ Key: "a", Value: "1" }]);
      const { Roles } = await client.send(new iam.ListRolesCommand({ PathPrefix: "/team/" }));
      assert.deepEqual(
        Roles?.map(({ RoleName }) => RoleName),
        ["made"],
      );
      assert.equal(Roles?.[0]?.Tags, undefined);
    });

    it("are listed page by page", async () => {
      for (const name of ["p1", "p2", "p3"]) await createRole(name, { Path: "/pages/" });
      const names: (string | undefined)[] = [];
      for await (const { Roles } of iam.paginateListRoles({ client, pageSize: 2 }, { PathPrefix: "/pages/" })) {
        names.push(...(Roles ?? []).map(({ RoleName }) => RoleName));
      }
      assert.deepEqual(names, ["p1", "p2", "p3"]);
    });

    it("have limits", async () => {
      await createRole("twice");
      await refuses(createRole("TWICE"), "EntityAlreadyExistsException", /Role with name TWICE already exists/, 409);
      await refuses(createRole("a b"), "ValidationError", /specified value for roleName is invalid/, 400);
      await refuses(
        createRole("x".repeat(65)),
        "ValidationError",
        /'roleName' failed to satisfy constraint: Member must have length less than or equal to 64/,
        400,
      );
      await refuses(createRole("x", { Path: "team" }), "ValidationError", /path is invalid/, 400);
      await refuses(
        createRole("x", { MaxSessionDuration: 60 }),
        "ValidationError",
        /greater than or equal to 3600/,
        400,
      );
      const many = JSON.stringify({
        Version: "2012-10-17",
        Statement: Array.from({ length: 30 }, (_, n) => ({
          Sid: `S${n}`,
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        })),
      });
      await refuses(
        createRole("x", { AssumeRolePolicyDocument: many }),
        "LimitExceededException",
        /ACLSizePerRole: 2048/,
        409,
      );
      const Tags = [
        { Key: "a", Value: "1" },
        { Key: "A", Value: "2" },
      ];
      await refuses(createRole("x", { Tags }), "InvalidInputException", /Duplicate tag keys/, 400);
      await refuses(
        client.send(new iam.GetRoleCommand({ RoleName: "x" })),
        "NoSuchEntityException",
        /role with name x cannot be found/,
        404,
      );
    });

    it("are deleted only when nothing hangs on them", async () => {
      await createRole("full");
      const named = { RoleName: "full", PolicyName: "p" };
      await client.send(new iam.PutRolePolicyCommand({ ...named, PolicyDocument: policy("s3:*") }));
      const remove = () => client.send(new iam.DeleteRoleCommand({ RoleName: "full" }));
      await refuses(remove(), "DeleteConflictException", /must delete policies first/, 409);
      await client.send(new iam.DeleteRolePolicyCommand(named));
      const PolicyArn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
      await client.send(new iam.AttachRolePolicyCommand({ RoleName: "full", PolicyArn }));
      await refuses(remove(), "DeleteConflictException", /must detach all policies first/, 409);
      await client.send(new iam.DetachRolePolicyCommand({ RoleName: "full", PolicyArn }));
      await remove();
      await refuses(remove(), "NoSuchEntityException", /full/, 404);
    });
  });

  it("users sign with keys of their own, until these are switched off", async () => {
    await client.send(new iam.CreateUserCommand({ UserName: "ada" }));
    const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName: "ada" }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
    const sts = test.client(STSClient, { credentials: { accessKeyId, secretAccessKey } });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Arn, "arn:aws:iam::000000000000:user/ada");
    const own = test.client(iam.IAMClient, { credentials: { accessKeyId, secretAccessKey } });
    await refuses(
      own.send(new iam.GetUserCommand({})),
      "AccessDenied",
      /iam:GetUser on resource: arn:aws:iam::000000000000:user\/ada/,
      403,
    );
    const PolicyDocument = policy("iam:GetUser", "arn:aws:iam::*:user/${aws:username}");
    await client.send(new iam.PutUserPolicyCommand({ UserName: "ada", PolicyName: "self", PolicyDocument }));
    assert.equal((await own.send(new iam.GetUserCommand({}))).User?.UserName, "ada");
    await client.send(
      new iam.UpdateAccessKeyCommand({ UserName: "ada", AccessKeyId: accessKeyId, Status: "Inactive" }),
    );
    await assert.rejects(sts.send(new GetCallerIdentityCommand({})), { name: "InvalidClientTokenId" });
    await refuses(
      client.send(new iam.DeleteUserCommand({ UserName: "ada" })),
      "DeleteConflictException",
      /access keys first/,
      409,
    );
    await client.send(new iam.DeleteAccessKeyCommand({ UserName: "ada", AccessKeyId: accessKeyId }));
  });

  it("simulates what a role may", async () => {
    const { roleArn } = await test.mintRole([
      { Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::b/*" },
      { Effect: "Deny", Action: "s3:DeleteObject", Resource: "*" },
    ]);
    const { EvaluationResults } = await client.send(
      new iam.SimulatePrincipalPolicyCommand({
        PolicySourceArn: roleArn,
        ActionNames: ["s3:GetObject", "s3:DeleteObject", "sqs:SendMessage"],
        ResourceArns: ["arn:aws:s3:::b/k"],
      }),
    );
    assert.deepEqual(
      EvaluationResults?.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]),
      [
        ["s3:GetObject", "allowed"],
        ["s3:DeleteObject", "explicitDeny"],
        ["sqs:SendMessage", "implicitDeny"],
      ],
    );
  });

  it("counts what there is", async () => {
    const { SummaryMap: before } = await client.send(new iam.GetAccountSummaryCommand({}));
    await createRole("counted");
    const { SummaryMap: after } = await client.send(new iam.GetAccountSummaryCommand({}));
    assert.equal(after?.Roles, (before?.Roles ?? 0) + 1);
    assert.equal(after?.PolicySizeQuota, 6144);
  });
});
