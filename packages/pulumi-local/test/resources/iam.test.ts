import assert from "node:assert/strict";
import type { Cloud } from "local-aws/service";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

const trust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
const allow = (action: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
});

describe("resources of IAM", () => {
  let test: TestCloud;
  let cloud: Cloud;
  before(async () => {
    test = await startCloud();
    cloud = test.cloud;
  });
  after(() => test.stop());

  const role = (name = "role", tags = {}) => new TestResource(cloud, "aws:iam/role:Role", name, tags);
  const policiesOf = async (RoleName: string) =>
    (await cloud.call<{ PolicyNames: string[] }>("iam", "ListRolePolicies", { RoleName })).PolicyNames;
  const attachedTo = async (RoleName: string) =>
    (
      await cloud.call<{ AttachedPolicies: { PolicyArn: string }[] }>("iam", "ListAttachedRolePolicies", { RoleName })
    ).AttachedPolicies.map(({ PolicyArn }) => PolicyArn);

  describe("Role", () => {
    it("has a name of its own, AWS's defaults and the provider's tags", async () => {
      const outputs = await role("worker", { project: "p" }).create({ assumeRolePolicy: trust, tags: { a: "1" } });
      assert.match(String(outputs.name), /^worker-[0-9a-f]{7}$/);
      assert.equal(outputs.arn, `arn:aws:iam::000000000000:role/${outputs.name}`);
      assert.match(String(outputs.uniqueId), /^AROA[A-Z2-7]{16}$/);
      assert.equal(outputs.maxSessionDuration, 3600);
      assert.equal(outputs.path, "/");
      assert.deepEqual(JSON.parse(String(outputs.assumeRolePolicy)), trust);
      assert.deepEqual(outputs.tagsAll, { project: "p", a: "1" });
      const { Role } = await cloud.call<{ Role: { Tags: object } }>("iam", "GetRole", {
        RoleName: outputs.name as string,
      });
      assert.deepEqual(Role.Tags, [
        { Key: "project", Value: "p" },
        { Key: "a", Value: "1" },
      ]);
    });

    it("changes in place what AWS can change in place", async () => {
      const one = role();
      await one.create({
        assumeRolePolicy: trust,
        tags: { a: "1", b: "1" },
        inlinePolicies: [{ name: "x", policy: allow("s3:GetObject") }],
      });
      const other = {
        ...trust,
        Statement: [{ ...trust.Statement[0], Principal: { Service: "events.amazonaws.com" } }],
      };
      const outputs = await one.update({
        assumeRolePolicy: JSON.stringify(other),
        description: "new",
        maxSessionDuration: 7200,
        tags: { b: "2" },
        inlinePolicies: [{ name: "y", policy: JSON.stringify(allow("s3:PutObject")) }],
      });
      assert.equal(outputs.description, "new");
      assert.equal(outputs.maxSessionDuration, 7200);
      assert.deepEqual(await policiesOf(one.id), ["y"]);
      const read = await one.read();
      assert.deepEqual(JSON.parse(String(read?.outputs.assumeRolePolicy)), other);
      const { Tags } = await cloud.call<{ Tags: object }>("iam", "ListRoleTags", { RoleName: one.id });
      assert.deepEqual(Tags, [{ Key: "b", Value: "2" }]);
    });

    it("is replaced by another name or path", async () => {
      const one = role();
      await one.create({ assumeRolePolicy: trust });
      assert.deepEqual((await one.diff({ assumeRolePolicy: trust })).changes, []);
      assert.deepEqual((await one.diff({ assumeRolePolicy: trust, path: "/team/" })).replaces, ["path"]);
      assert.deepEqual((await one.diff({ assumeRolePolicy: trust, name: "other" })).replaces, ["name"]);
    });

    it("refuses what the provider refuses, and leaves nothing behind when AWS does", async () => {
      assert.deepEqual(await role().failures({}), ["assumeRolePolicy: is required and was not given"]);
      assert.match(
        (await role().failures({ assumeRolePolicy: trust, name: "a b" }))[0] ?? "",
        /^name: is "a b"; it must match/,
      );
      assert.match((await role().failures({ assumeRolePolicy: trust, name: "n".repeat(65) }))[0] ?? "", /at most 64/);
      assert.match(
        (await role().failures({ assumeRolePolicy: trust, colour: "red" }))[0] ?? "",
        /does not model .*"colour"/,
      );
      await assert.rejects(role().create({ assumeRolePolicy: "{" }), { code: "MalformedPolicyDocumentException" });
      const inlinePolicies = [{ name: "bad", policy: "{}" }];
      await assert.rejects(role().create({ name: "half", assumeRolePolicy: trust, inlinePolicies }), {
        code: "MalformedPolicyDocumentException",
      });
      await assert.rejects(cloud.call("iam", "GetRole", { RoleName: "half" }), { code: "NoSuchEntityException" });
    });

    it("is deleted with its own policies, but with foreign ones only when forced", async () => {
      const foreign = { PolicyName: "foreign", PolicyDocument: JSON.stringify(allow("s3:GetObject")) };
      const plain = role();
      await plain.create({ assumeRolePolicy: trust });
      await cloud.call("iam", "PutRolePolicy", { RoleName: plain.id, ...foreign });
      await assert.rejects(plain.delete(), { code: "DeleteConflictException" });
      const forced = role();
      await forced.create({ assumeRolePolicy: trust, forceDetachPolicies: true });
      await cloud.call("iam", "PutRolePolicy", { RoleName: forced.id, ...foreign });
      await forced.delete();
      assert.equal(await forced.read(), undefined);
      await forced.delete();
    });
  });

  it("inline policies grant from the moment they are put until they are deleted", async () => {
    const { roleArn, principal } = await test.mintRole(undefined, { name: "granted" });
    const policy = new TestResource(cloud, "aws:iam/rolePolicy:RolePolicy");
    await policy.create({ role: "granted", policy: allow("iam:GetRole") });
    assert.match(policy.id, /^granted:thing-[0-9a-f]{7}$/);
    const get = () => cloud.call<{ Role: { Arn: string } }>("iam", "GetRole", { RoleName: "granted" }, principal);
    assert.equal((await get()).Role.Arn, roleArn);
    await policy.update({ role: "granted", policy: allow("iam:ListRoles") });
    await assert.rejects(get(), { code: "AccessDenied" });
    assert.deepEqual((await policy.diff({ role: "other", policy: allow("iam:ListRoles") })).replaces, ["role"]);
    const read = await policy.read();
    assert.deepEqual(JSON.parse(String(read?.outputs.policy)), allow("iam:ListRoles"));
    await policy.delete();
    assert.equal(await policy.read(), undefined);
    await policy.delete();
  });

  it("managed policies keep five versions and are attached by a resource of their own", async () => {
    const { principal } = await test.mintRole(undefined, { name: "attached" });
    const policy = new TestResource(cloud, "aws:iam/policy:Policy");
    const { arn } = await policy.create({ policy: allow("iam:GetRole"), description: "d" });
    assert.equal(policy.id, arn);
    const attachment = new TestResource(cloud, "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    await attachment.create({ role: "attached", policyArn: arn });
    await cloud.call("iam", "GetRole", { RoleName: "attached" }, principal);
    for (let change = 0; change < 7; change++)
      await policy.update({ policy: allow(`iam:Get${change}`), description: "d" });
    await assert.rejects(cloud.call("iam", "GetRole", { RoleName: "attached" }, principal), { code: "AccessDenied" });
    const { Versions } = await cloud.call<{ Versions: object[] }>("iam", "ListPolicyVersions", {
      PolicyArn: policy.id,
    });
    assert.equal(Versions.length, 5);
    assert.deepEqual((await policy.diff({ policy: allow("iam:Get6"), description: "e" })).replaces, ["description"]);
    await assert.rejects(policy.delete(), { code: "DeleteConflictException" });
    await attachment.delete();
    await policy.delete();
    assert.equal(await policy.read(), undefined);
  });

  it("exclusive resources remove what is not theirs", async () => {
    await test.mintRole({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }, { name: "exclusive" });
    const inline = new TestResource(cloud, "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive");
    await inline.create({ roleName: "exclusive", policyNames: [] });
    assert.deepEqual(await policiesOf("exclusive"), []);
    const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    const attached = new TestResource(cloud, "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive");
    await attached.create({ roleName: "exclusive", policyArns: [basic] });
    assert.deepEqual(await attachedTo("exclusive"), [basic]);
    await attached.update({ roleName: "exclusive", policyArns: [] });
    assert.deepEqual(await attachedTo("exclusive"), []);
  });
});
