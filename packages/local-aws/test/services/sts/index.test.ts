import assert from "node:assert/strict";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import type { Principal } from "../../../src/service.ts";
import { type Credentials, startCloud, type TestCloud } from "../../../testing/cloud.ts";

const asCredentials = ({ Credentials: found }: { Credentials?: sts.Credentials | undefined }): Credentials => ({
  accessKeyId: found?.AccessKeyId as string,
  secretAccessKey: found?.SecretAccessKey as string,
  sessionToken: found?.SessionToken as string,
});

describe("sts", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const client = (credentials?: Credentials) => test.client(sts.STSClient, credentials && { credentials });
  let roles = 0;
  /** A role that trusts as said and may read itself. */
  const trusting = async (Principal: object, more: object = {}, MaxSessionDuration = 3600): Promise<string> => {
    const RoleName = `trusting-${++roles}`;
    const Statement = { Effect: "Allow", Principal, Action: ["sts:AssumeRole", "sts:TagSession"], ...more };
    const { Role } = await test.cloud.call<{ Role: { Arn: string } }>("iam", "CreateRole", {
      RoleName,
      MaxSessionDuration,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "iam:*", Resource: Role.Arn },
    });
    await test.cloud.call("iam", "PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument });
    return Role.Arn;
  };
  const assume = (RoleArn: string, credentials?: Credentials, more: Partial<sts.AssumeRoleCommandInput> = {}) =>
    client(credentials).send(new sts.AssumeRoleCommand({ RoleArn, RoleSessionName: "session", ...more }));
  const account = { AWS: "arn:aws:iam::000000000000:root" };

  it("a session is who it was made to be, and may what its role may", async () => {
    const RoleArn = await trusting(account);
    const answer = await assume(RoleArn);
    const RoleName = RoleArn.split("/")[1] as string;
    assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::000000000000:assumed-role/${RoleName}/session`);
    assert.match(answer.AssumedRoleUser?.AssumedRoleId ?? "", /^AROA[A-Z2-7]{16}:session$/);
    assert.match(answer.Credentials?.AccessKeyId ?? "", /^ASIA[A-Z2-7]{16}$/);
    const lasts = (answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now();
    assert.ok(lasts > 3_590_000 && lasts <= 3_600_000);
    const credentials = asCredentials(answer);
    const identity = await client(credentials).send(new sts.GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, answer.AssumedRoleUser?.Arn);
    await test.client(IAMClient, { credentials }).send(new GetRoleCommand({ RoleName }));
  });

  it("trust in the account leaves it to identity policies, trust in a role does not", async () => {
    const stranger = await test.mintRole();
    const byAccount = await trusting(account);
    await assert.rejects(assume(byAccount, stranger.credentials), (error: Error) => {
      assert.equal(error.name, "AccessDenied");
      assert.equal(
        error.message,
        `User: ${stranger.principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${byAccount}`,
      );
      return true;
    });
    const granted = await test.mintRole({ Effect: "Allow", Action: "sts:AssumeRole", Resource: byAccount });
    await assume(byAccount, granted.credentials);
    await assume(await trusting({ AWS: stranger.roleArn }), stranger.credentials);
    await assert.rejects(assume(await trusting({ AWS: granted.roleArn }), stranger.credentials), {
      name: "AccessDenied",
    });
    await assert.rejects(assume("arn:aws:iam::000000000000:role/none"), { name: "AccessDenied" });
  });

  it("an external id that is asked for must be given", async () => {
    const RoleArn = await trusting(account, { Condition: { StringEquals: { "sts:ExternalId": "0000" } } });
    await assert.rejects(assume(RoleArn), { name: "AccessDenied" });
    await assert.rejects(assume(RoleArn, undefined, { ExternalId: "1111" }), { name: "AccessDenied" });
    await assume(RoleArn, undefined, { ExternalId: "0000" });
    const { roleArn: snowflake, principal } = {
      roleArn: RoleArn,
      principal: { kind: "user", arn: "arn:aws:iam::111111111111:user/snow", accountId: "111111111111" } as Principal,
    };
    const input = { RoleArn: snowflake, RoleSessionName: "snow", ExternalId: "0000" };
    await assert.rejects(test.cloud.call("sts", "AssumeRole", input, principal), { code: "AccessDenied" });
    const trusted = await trusting(
      { AWS: principal.arn },
      { Condition: { StringEquals: { "sts:ExternalId": "0000" } } },
    );
    await test.cloud.call("sts", "AssumeRole", { ...input, RoleArn: trusted }, principal);
  });

  it("services assume the roles that trust them, and no others", async () => {
    const RoleArn = await trusting({ Service: "lambda.amazonaws.com" });
    const { principal } = await test.cloud.assumeRole(RoleArn, "lambda.amazonaws.com", "fn");
    assert.equal(principal.roleArn, RoleArn);
    const again = await test.cloud.assumeRole(RoleArn, "lambda.amazonaws.com", "fn");
    assert.equal(again.principal, principal);
    const other = await test.cloud.assumeRole(RoleArn, "lambda.amazonaws.com", "other");
    assert.notEqual(other.principal.accessKeyId, principal.accessKeyId);
    await assert.rejects(test.cloud.assumeRole(RoleArn, "events.amazonaws.com", "rule"), (error: Error) => {
      assert.equal(
        error.message,
        `User: events.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      );
      return true;
    });
    await assert.rejects(assume(RoleArn), { name: "AccessDenied" });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: account, Action: "sts:AssumeRole" },
    });
    await test.cloud.call("iam", "UpdateAssumeRolePolicy", { RoleName: RoleArn.split("/")[1], PolicyDocument });
    await assert.rejects(test.cloud.assumeRole(RoleArn, "lambda.amazonaws.com", "fn"), { code: "AccessDenied" });
  });

  it("session policies only take away", async () => {
    const RoleArn = await trusting(account);
    const RoleName = RoleArn.split("/")[1] as string;
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "iam:ListRoles", Resource: "*" },
    });
    const answer = await assume(RoleArn, undefined, { Policy });
    assert.ok((answer.PackedPolicySize ?? 0) > 0);
    const limited = test.client(IAMClient, { credentials: asCredentials(answer) });
    await assert.rejects(
      limited.send(new GetRoleCommand({ RoleName })),
      /because no session policy allows the iam:GetRole action/,
    );
    const managed = await assume(RoleArn, undefined, {
      PolicyArns: [{ arn: "arn:aws:iam::aws:policy/AdministratorAccess" }],
    });
    await test.client(IAMClient, { credentials: asCredentials(managed) }).send(new GetRoleCommand({ RoleName }));
    await assert.rejects(assume(RoleArn, undefined, { Policy: "{" }), { name: "MalformedPolicyDocumentException" });
    const large = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:*", Resource: `arn:aws:s3:::${"b".repeat(2100)}` },
    });
    await assert.rejects(assume(RoleArn, undefined, { Policy: large }), { name: "PackedPolicyTooLargeException" });
  });

  it("durations and names have bounds", async () => {
    const RoleArn = await trusting(account, {}, 7200);
    const lasts = async (DurationSeconds: number, credentials?: Credentials) => {
      const { Credentials: found } = await assume(RoleArn, credentials, { DurationSeconds });
      return Math.round(((found?.Expiration?.getTime() ?? 0) - Date.now()) / 60_000);
    };
    assert.equal(await lasts(900), 15);
    assert.equal(await lasts(7200), 120);
    await assert.rejects(
      lasts(899),
      /'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900/,
    );
    await assert.rejects(lasts(7201), /exceeds the MaxSessionDuration set for this role/);
    await assert.rejects(lasts(43_201), /less than or equal to 43200/);
    const chained = await test.mintRole({ Effect: "Allow", Action: "sts:AssumeRole", Resource: RoleArn });
    await assert.rejects(lasts(7200, chained.credentials), /1 hour session limit for roles assumed by role chaining/);
    for (const [RoleSessionName, message] of [
      ["x", /length greater than or equal to 2/],
      ["a b", /regular expression pattern/],
      ["x".repeat(65), /less than or equal to 64/],
    ] as const) {
      await assert.rejects(assume(RoleArn, undefined, { RoleSessionName }), message);
    }
  });

  it("session tags are seen by policies, when tagging is allowed", async () => {
    const untagged = await trusting(account, { Action: "sts:AssumeRole" });
    const Tags = [{ Key: "team", Value: "iris" }];
    await assert.rejects(assume(untagged, undefined, { Tags }), /sts:TagSession/);
    const RoleArn = await trusting(account, { Condition: { StringEquals: { "aws:RequestTag/team": "iris" } } });
    await assert.rejects(assume(RoleArn), { name: "AccessDenied" });
    const credentials = asCredentials(await assume(RoleArn, undefined, { Tags }));
    const RoleName = RoleArn.split("/")[1] as string;
    const Statement = {
      Effect: "Deny",
      Action: "iam:GetRole",
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalTag/team": "iris" } },
    };
    await test.cloud.call("iam", "PutRolePolicy", {
      RoleName,
      PolicyName: "deny",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
    await assert.rejects(
      test.client(IAMClient, { credentials }).send(new GetRoleCommand({ RoleName })),
      /explicit deny in an identity-based policy/,
    );
  });

  it("a session hands on its source identity and its transitive tags, which cannot be changed", async () => {
    const Action = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
    const RoleArn = await trusting(account, { Action });
    const RoleName = RoleArn.split("/")[1] as string;
    const put = (PolicyName: string, ...Statement: object[]) =>
      test.cloud.call("iam", "PutRolePolicy", {
        RoleName,
        PolicyName,
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
      });
    await put("chain", { Effect: "Allow", Action, Resource: "*" });
    const read = (answer: sts.AssumeRoleCommandOutput) =>
      test.client(IAMClient, { credentials: asCredentials(answer) }).send(new GetRoleCommand({ RoleName }));
    const Tags = ["Team", "shift"].map((Key) => ({ Key, Value: "iris" }));
    const first = await assume(RoleArn, undefined, { Tags, TransitiveTagKeys: ["team"], SourceIdentity: "eve" });
    const second = await assume(RoleArn, asCredentials(first));
    const third = await assume(RoleArn, asCredentials(second), { Tags: [{ Key: "shift", Value: "late" }] });
    assert.equal(third.SourceIdentity, "eve");
    const chained = { "aws:SourceIdentity": "eve", "aws:PrincipalTag/team": "iris", "aws:PrincipalTag/shift": "late" };
    const deny = (StringEquals: object) => ({
      Effect: "Deny",
      Action: "iam:GetRole",
      Resource: "*",
      Condition: { StringEquals },
    });
    await put("deny", deny(chained));
    await read(second);
    await assert.rejects(read(third), /explicit deny in an identity-based policy/);
    await put("deny", deny({ "aws:PrincipalTag/shift": "iris" }));
    await assert.rejects(read(first), /explicit deny/);
    await read(second);
    await assert.rejects(assume(RoleArn, asCredentials(second), { Tags: [{ Key: "team", Value: "x" }] }), {
      name: "InvalidParameterValue",
      message: /^One of the specified transitive tag keys can't be set/,
    });
    await assert.rejects(assume(RoleArn, asCredentials(second), { SourceIdentity: "alice" }), { name: "AccessDenied" });
    const closed = await trusting(account);
    await assert.rejects(assume(closed, asCredentials(second)), /sts:SetSourceIdentity/);
  });

  it("a session's tags win over its role's, in whatever case these are written", async () => {
    const RoleArn = await trusting(account);
    const RoleName = RoleArn.split("/")[1] as string;
    await test.cloud.call("iam", "TagRole", { RoleName, Tags: [{ Key: "Team", Value: "role" }] });
    const Condition = { StringEquals: { "aws:PrincipalTag/team": "session" } };
    const Statement = { Effect: "Deny", Action: "iam:GetRole", Resource: "*", Condition };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await test.cloud.call("iam", "PutRolePolicy", { RoleName, PolicyName: "deny", PolicyDocument });
    const answer = await assume(RoleArn, undefined, { Tags: [{ Key: "team", Value: "session" }] });
    const client = test.client(IAMClient, { credentials: asCredentials(answer) });
    await assert.rejects(client.send(new GetRoleCommand({ RoleName })), /explicit deny/);
  });

  it("GetSessionToken is for those who have a key of their own", async () => {
    const answer = await client().send(new sts.GetSessionTokenCommand({}));
    const identity = await client(asCredentials(answer)).send(new sts.GetCallerIdentityCommand({}));
    assert.equal(identity.Arn, "arn:aws:iam::000000000000:root");
    const { credentials } = await test.mintRole();
    await assert.rejects(
      client(credentials).send(new sts.GetSessionTokenCommand({})),
      /Cannot call GetSessionToken with session credentials/,
    );
  });

  it("credentials survive a restart", async () => {
    const first = await startCloud();
    const { credentials, principal } = await first.mintRole();
    await first.stop({ keep: true });
    const second = await startCloud({ directory: first.directory });
    try {
      const identity = await second.client(sts.STSClient, { credentials }).send(new sts.GetCallerIdentityCommand({}));
      assert.equal(identity.Arn, principal.arn);
    } finally {
      await second.stop();
    }
  });
});
