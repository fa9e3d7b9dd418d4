import assert from "node:assert/strict";
import type { Cloud } from "local-aws/service";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("InstanceProfile", () => {
  let test: TestCloud;
  let cloud: Cloud;
  before(async () => {
    test = await startCloud();
    cloud = test.cloud;
    for (const name of ["one", "two"]) await test.mintRole(undefined, { name });
  });
  after(() => test.stop());

  const profile = (name = "profile", tags = {}) =>
    new TestResource(cloud, "aws:iam/instanceProfile:InstanceProfile", name, tags);
  const rolesOf = async (InstanceProfileName: string) =>
    (
      await cloud.call<{ InstanceProfile: { Roles: { RoleName: string }[] } }>("iam", "GetInstanceProfile", {
        InstanceProfileName,
      })
    ).InstanceProfile.Roles.map(({ RoleName }) => RoleName);
  const tagsOf = async (InstanceProfileName: string) =>
    (await cloud.call<{ Tags: object }>("iam", "ListInstanceProfileTags", { InstanceProfileName })).Tags;

  it("has a name of its own, its role and the provider's tags, and changes role and tags in place", async () => {
    const one = profile("worker", { project: "p" });
    const outputs = await one.create({ role: "one", tags: { a: "1" } });
    assert.match(one.id, /^worker-[0-9a-f]{7}$/);
    assert.equal(outputs.arn, `arn:aws:iam::000000000000:instance-profile/${one.id}`);
    assert.match(String(outputs.uniqueId), /^AIPA[A-Z2-7]{16}$/);
    assert.ok(!Number.isNaN(Date.parse(String(outputs.createDate))));
    assert.deepEqual([outputs.name, outputs.path, outputs.role], [one.id, "/", "one"]);
    assert.deepEqual(await tagsOf(one.id), [
      { Key: "a", Value: "1" },
      { Key: "project", Value: "p" },
    ]);
    assert.equal((await one.update({ role: "two", tags: { b: "2" } })).role, "two");
    assert.deepEqual(await rolesOf(one.id), ["two"]);
    assert.deepEqual(await tagsOf(one.id), [
      { Key: "b", Value: "2" },
      { Key: "project", Value: "p" },
    ]);
    assert.equal((await one.update({})).role, undefined);
    assert.deepEqual(await rolesOf(one.id), []);
    assert.equal((await one.read())?.outputs.role, undefined);
    assert.deepEqual((await one.diff({ path: "/ec2/" })).replaces, ["path"]);
    await one.update({ role: "one" });
    await one.delete();
    assert.equal(await one.read(), undefined);
    await one.delete();
  });

  it("refuses what the provider refuses, and leaves nothing behind when AWS does", async () => {
    assert.match((await profile().failures({ name: "a b" }))[0] ?? "", /^name: is "a b"; it must match/);
    const missing = { code: "NoSuchEntityException" };
    await assert.rejects(profile().create({ name: "half", role: "none" }), missing);
    await assert.rejects(cloud.call("iam", "GetInstanceProfile", { InstanceProfileName: "half" }), missing);
  });
});
