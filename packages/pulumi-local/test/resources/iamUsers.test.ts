import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { TestResource } from "../../testing/resource.ts";
import { make, unmake } from "./support/made.ts";

describe("users of IAM", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("are renamed in place, have policies, keys, and are members of groups", async () => {
    const { cloud } = test;
    const user = await make(cloud, "iam.User", { name: "ann" });
    const renamed = await user.update({ name: "anna", path: "/team/", tags: { team: "data" } });
    assert.deepEqual([user.id, renamed.arn], ["anna", "arn:aws:iam::000000000000:user/team/anna"]);
    assert.deepEqual(renamed.tagsAll, { suite: "test", team: "data" });
    const boundary = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    const bound = { name: "anna", path: "/team/", permissionsBoundary: boundary };
    assert.equal((await user.update(bound)).permissionsBoundary, boundary);

    const Statement = [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const inline = await make(cloud, "iam.UserPolicy", { user: "anna", policy }, ["namePrefix"]);
    const attachment = new TestResource(cloud, "aws:iam/userPolicyAttachment:UserPolicyAttachment");
    await attachment.create({ user: "anna", policyArn: boundary });
    const key = await make(cloud, "iam.AccessKey", { user: "anna" }, [
      "encryptedSecret",
      "encryptedSesSmtpPasswordV4",
      "keyFingerprint",
    ]);
    assert.match(key.id, /^AKIA/);
    assert.ok(key.provider.secretOutputs?.includes("secret"));
    const { sesSmtpPasswordV4: password } = key.outputs;
    assert.equal(Buffer.from(String(password), "base64")[0], 4);
    const inactive = await key.update({ user: "anna", status: "Inactive" });
    assert.deepEqual([inactive.status, inactive.secret], ["Inactive", key.outputs.secret]);

    const group = await make(cloud, "iam.Group", { name: "readers" });
    const members = await make(cloud, "iam.GroupMembership", { group: "readers", users: ["anna"] });
    const { Users } = await cloud.call<{ Users: Properties[] }>("iam", "GetGroup", { GroupName: "readers" });
    assert.deepEqual(
      Users.map(({ UserName }) => UserName),
      ["anna"],
    );
    await members.update({ group: "readers", users: [] });
    await unmake([inline, key]);
    await attachment.delete();
    await members.delete();
    await unmake([user, group]);
  });

  it("may be services, whose roles AWS makes", async () => {
    const inputs = { awsServiceName: "autoscaling.amazonaws.com", customSuffix: "mine", description: "First" };
    const role = await make(test.cloud, "iam.ServiceLinkedRole", inputs);
    assert.equal(role.outputs.name, "AWSServiceRoleForAutoScaling_mine");
    assert.equal((await role.update({ ...inputs, description: "Second" })).description, "Second");
    assert.deepEqual((await role.diff({ ...inputs, customSuffix: "yours" })).replaces, ["customSuffix"]);
    await unmake([role]);
  });
});
