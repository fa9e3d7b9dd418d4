import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const PolicyDocument = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Action: "*", Resource: "*" },
});

describe("IAM users", () => {
  let test: TestCloud;
  let iam: IAM;
  before(async () => {
    test = await startCloud();
    iam = test.client(IAM);
  });
  after(() => test.stop());

  it("have a boundary, which is given and taken away", async () => {
    const { Policy } = await iam.createPolicy({ PolicyName: "boundary", PolicyDocument });
    const PermissionsBoundary = Policy?.Arn as string;
    const UserName = "limited";
    const boundary = async () => (await iam.getUser({ UserName })).User?.PermissionsBoundary?.PermissionsBoundaryArn;
    await iam.createUser({ UserName, PermissionsBoundary });
    assert.equal(await boundary(), PermissionsBoundary);
    const found = await iam.getPolicy({ PolicyArn: PermissionsBoundary });
    assert.equal(found.Policy?.PermissionsBoundaryUsageCount, 1);
    const PolicyUsageFilter = "PermissionsBoundary";
    const limited = await iam.listEntitiesForPolicy({ PolicyArn: PermissionsBoundary, PolicyUsageFilter });
    assert.deepEqual(
      limited.PolicyUsers?.map((user) => user.UserName),
      [UserName],
    );
    await iam.deleteUserPermissionsBoundary({ UserName });
    assert.equal(await boundary(), undefined);
    await iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary });
    assert.equal(await boundary(), PermissionsBoundary);
    await assert.rejects(iam.createUser({ UserName: "other", PermissionsBoundary: `${PermissionsBoundary}-none` }), {
      name: "NoSuchEntityException",
    });
  });

  it("have tags, as policies have", async () => {
    const UserName = "tagged";
    const Tags = [{ Key: "a", Value: "1" }];
    const changed = [{ Key: "b", Value: "2" }];
    await iam.createUser({ UserName, Tags });
    await iam.tagUser({ UserName, Tags: changed });
    await iam.untagUser({ UserName, TagKeys: ["a"] });
    assert.deepEqual((await iam.listUserTags({ UserName })).Tags, changed);
    assert.deepEqual((await iam.getUser({ UserName })).User?.Tags, changed);
    const { Policy } = await iam.createPolicy({ PolicyName: "tagged", PolicyDocument, Tags });
    await iam.tagPolicy({ PolicyArn: Policy?.Arn, Tags: changed });
    assert.deepEqual((await iam.listPolicyTags({ PolicyArn: Policy?.Arn })).Tags, [...Tags, ...changed]);
  });

  it("keep what they have under another name and path", async () => {
    const { User } = await iam.createUser({ UserName: "before" });
    const { AccessKey } = await iam.createAccessKey({ UserName: "before" });
    await iam.putUserPolicy({ UserName: "before", PolicyName: "all", PolicyDocument });
    await iam.updateUser({ UserName: "before", NewUserName: "after", NewPath: "/team/" });
    await assert.rejects(iam.getUser({ UserName: "before" }), { name: "NoSuchEntityException" });
    const renamed = (await iam.getUser({ UserName: "after" })).User;
    assert.deepEqual([renamed?.UserId, renamed?.Arn], [User?.UserId, "arn:aws:iam::000000000000:user/team/after"]);
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
    const sts = test.client(STSClient, { credentials: { accessKeyId, secretAccessKey } });
    assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, renamed?.Arn);
    const own = test.client(IAM, { credentials: { accessKeyId, secretAccessKey } });
    assert.equal((await own.getUser({})).User?.UserName, "after");
    await iam.createUser({ UserName: "taken" });
    await assert.rejects(iam.updateUser({ UserName: "after", NewUserName: "taken" }), {
      name: "EntityAlreadyExistsException",
    });
  });

  it("are renamed by those who may change both, who it is and who it becomes", async () => {
    const arn = (name: string) => `arn:aws:iam::000000000000:user/${name}`;
    const { credentials } = await test.mintRole([
      { Effect: "Allow", Action: "iam:UpdateUser", Resource: [arn("mine"), arn("mine-too")] },
    ]);
    const limited = test.client(IAM, { credentials });
    for (const UserName of ["mine", "other"]) await iam.createUser({ UserName });
    const rename = (UserName: string, NewUserName: string) => limited.updateUser({ UserName, NewUserName });
    await assert.rejects(rename("mine", "admin"), { name: "AccessDenied" });
    await assert.rejects(rename("other", "mine-too"), { name: "AccessDenied" });
    await rename("MINE", "mine-too");
    await limited.updateUser({ UserName: "MINE-TOO", NewPath: "/" });
  });

  it("have no devices or passwords, for which tools ask before they delete one", async () => {
    const UserName = "plain";
    await iam.createUser({ UserName });
    assert.deepEqual((await iam.listMFADevices({ UserName })).MFADevices, []);
    assert.deepEqual((await iam.listVirtualMFADevices({})).VirtualMFADevices, []);
    assert.deepEqual((await iam.listSSHPublicKeys({ UserName })).SSHPublicKeys, []);
    assert.deepEqual((await iam.listSigningCertificates({ UserName })).Certificates, []);
    assert.deepEqual((await iam.listServiceSpecificCredentials({ UserName })).ServiceSpecificCredentials, []);
    const missing = { name: "NoSuchEntityException" };
    await assert.rejects(iam.getLoginProfile({ UserName }), missing);
    await assert.rejects(iam.deleteLoginProfile({ UserName }), missing);
    await assert.rejects(iam.listMFADevices({ UserName: "nobody" }), missing);
    await iam.deleteUser({ UserName });
  });
});
