import assert from "node:assert/strict";
import type { Cloud, Principal } from "local-aws/service";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

const allow = (action: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
});

describe("resources of IAM's groups", () => {
  let test: TestCloud;
  let cloud: Cloud;
  before(async () => {
    test = await startCloud();
    cloud = test.cloud;
  });
  after(() => test.stop());

  const group = (name = "group") => new TestResource(cloud, "aws:iam/group:Group", name);
  const createUser = async (UserName: string): Promise<Principal> => {
    const { User } = await cloud.call<{ User: { Arn: string; UserId: string } }>("iam", "CreateUser", { UserName });
    return { kind: "user", arn: User.Arn, accountId: cloud.accountId, userId: User.UserId };
  };
  const groupsOf = async (UserName: string) =>
    (await cloud.call<{ Groups: { GroupName: string }[] }>("iam", "ListGroupsForUser", { UserName })).Groups.map(
      ({ GroupName }) => GroupName,
    );
  const missing = { code: "NoSuchEntityException" };

  describe("Group", () => {
    it("has a name of its own, and changes name and path in place", async () => {
      const one = group("team");
      const outputs = await one.create({});
      assert.match(one.id, /^team-[0-9a-f]{7}$/);
      assert.match(String(outputs.uniqueId), /^AGPA[A-Z2-7]{16}$/);
      const arn = (name: string) => `arn:aws:iam::000000000000:group${name}`;
      assert.deepEqual(outputs, { name: one.id, path: "/", arn: arn(`/${one.id}`), uniqueId: outputs.uniqueId });
      const renamed = await one.update({ name: "renamed", path: "/team/" });
      assert.equal(one.id, "renamed");
      assert.deepEqual(renamed, { ...outputs, name: "renamed", path: "/team/", arn: arn("/team/renamed") });
      assert.deepEqual((await one.read())?.outputs, renamed);
      await one.delete();
      assert.equal(await one.read(), undefined);
      await one.delete();
    });

    it("refuses what the provider refuses", async () => {
      assert.match((await group().failures({ name: "a b" }))[0] ?? "", /^name: is "a b"; it must match/);
      assert.match((await group().failures({ name: "n".repeat(129) }))[0] ?? "", /at most 128/);
      assert.match((await group().failures({ namePrefix: "n" }))[0] ?? "", /does not model .*"namePrefix"/);
    });
  });

  it("GroupPolicy grants to the users of a UserGroupMembership, for as long as there are both", async () => {
    const principal = await createUser("member");
    for (const name of ["readers", "others"]) await group().create({ name });
    const membership = new TestResource(cloud, "aws:iam/userGroupMembership:UserGroupMembership");
    await membership.create({ user: "member", groups: ["readers"] });
    const policy = new TestResource(cloud, "aws:iam/groupPolicy:GroupPolicy");
    const list = () => cloud.call("iam", "ListRoles", {}, principal);
    await assert.rejects(list(), { code: "AccessDenied" });
    const { name } = await policy.create({ group: "readers", policy: allow("iam:ListRoles") });
    assert.equal(policy.id, `readers:${name}`);
    await list();
    await membership.update({ user: "member", groups: ["others"] });
    assert.deepEqual(await groupsOf("member"), ["others"]);
    await assert.rejects(list(), { code: "AccessDenied" });
    await membership.update({ user: "member", groups: ["others", "readers"] });
    await list();
    await policy.update({ group: "readers", policy: allow("iam:ListUsers") });
    await assert.rejects(list(), { code: "AccessDenied" });
    const read = await policy.read();
    assert.deepEqual(JSON.parse(String(read?.outputs.policy)), allow("iam:ListUsers"));
    assert.deepEqual((await policy.diff({ group: "others", policy: allow("iam:ListUsers") })).replaces, ["group"]);
    await policy.delete();
    assert.equal(await policy.read(), undefined);
    await policy.delete();
  });

  it("GroupPolicyAttachment grants what a managed policy allows", async () => {
    const principal = await createUser("attached");
    await group().create({ name: "attached" });
    const membership = new TestResource(cloud, "aws:iam/userGroupMembership:UserGroupMembership");
    await membership.create({ user: "attached", groups: ["attached"] });
    const policy = new TestResource(cloud, "aws:iam/policy:Policy");
    const { arn } = await policy.create({ policy: allow("iam:ListRoles") });
    const attachment = new TestResource(cloud, "aws:iam/groupPolicyAttachment:GroupPolicyAttachment");
    await attachment.create({ group: "attached", policyArn: arn });
    assert.equal(attachment.id, `attached/${arn}`);
    await cloud.call("iam", "ListRoles", {}, principal);
    await attachment.delete();
    await assert.rejects(cloud.call("iam", "ListRoles", {}, principal), { code: "AccessDenied" });
    await attachment.delete();
    const none = new TestResource(cloud, "aws:iam/groupPolicyAttachment:GroupPolicyAttachment");
    await assert.rejects(none.create({ group: "none", policyArn: arn }), missing);
  });

  it("UserGroupMembership knows its own groups alone, and is found by them", async () => {
    await createUser("several");
    for (const name of ["a", "b", "c"]) await group().create({ name });
    const type = "aws:iam/userGroupMembership:UserGroupMembership";
    const [one, two] = [new TestResource(cloud, type), new TestResource(cloud, type)];
    await one.create({ user: "several", groups: ["a", "b"] });
    await two.create({ user: "several", groups: ["c"] });
    assert.equal(one.id, "several/a/b");
    assert.deepEqual(await groupsOf("several"), ["a", "b", "c"]);
    assert.deepEqual((await one.diff({ user: "other", groups: ["a"] })).replaces, ["user"]);
    await cloud.call("iam", "RemoveUserFromGroup", { GroupName: "a", UserName: "several" });
    assert.deepEqual((await one.read())?.outputs, { user: "several", groups: ["b"] });
    await one.delete();
    assert.deepEqual(await groupsOf("several"), ["c"]);
    assert.equal(await one.read(), undefined);
    await assert.rejects(one.create({ user: "several", groups: ["none"] }), missing);
    await assert.rejects(one.create({ user: "nobody", groups: ["a"] }), missing);
  });
});
