import assert from "node:assert/strict";
import { IAM, paginateListInstanceProfiles } from "@aws-sdk/client-iam";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { trust } from "../../support/policies.ts";
import { refuses } from "../../support/refuses.ts";

describe("IAM instance profiles", () => {
  let test: TestCloud;
  let iam: IAM;
  before(async () => {
    test = await startCloud();
    iam = test.client(IAM);
    for (const RoleName of ["one", "two"]) await createRole(RoleName);
  });
  after(() => test.stop());

  const createRole = (RoleName: string) =>
    iam.createRole({ RoleName, AssumeRolePolicyDocument: trust, Description: "d", Tags: [{ Key: "a", Value: "1" }] });
  const missing = (what: RegExp) => ["NoSuchEntityException", what, 404] as const;
  const denied = { name: "AccessDenied" };

  it("are described as they were made, and hold one role", async () => {
    const InstanceProfileName = "Made";
    const { InstanceProfile } = await iam.createInstanceProfile({ InstanceProfileName, Path: "/ec2/" });
    assert.match(InstanceProfile?.InstanceProfileId ?? "", /^AIPA[A-Z2-7]{16}$/);
    assert.ok(InstanceProfile?.CreateDate instanceof Date);
    const { InstanceProfileId, CreateDate, ...rest } = InstanceProfile;
    assert.deepEqual(rest, {
      Path: "/ec2/",
      InstanceProfileName,
      Arn: "arn:aws:iam::000000000000:instance-profile/ec2/Made",
      Roles: [],
    });
    const get = async () => (await iam.getInstanceProfile({ InstanceProfileName: "made" })).InstanceProfile;
    assert.deepEqual(await get(), InstanceProfile);

    await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: "ONE" });
    const { Role } = await iam.getRole({ RoleName: "one" });
    const { MaxSessionDuration, Tags, RoleLastUsed, ...shown } = Role ?? {};
    const filled = { ...InstanceProfile, Roles: [shown] };
    assert.deepEqual(await get(), filled);
    for (const RoleName of ["one", "two"]) {
      await refuses(
        iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName }),
        "LimitExceededException",
        /^Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1$/,
        409,
      );
    }
    const profilesFor = async (RoleName: string) =>
      (await iam.listInstanceProfilesForRole({ RoleName })).InstanceProfiles;
    assert.deepEqual(await profilesFor("one"), [filled]);
    assert.deepEqual(await profilesFor("two"), []);
    await refuses(
      iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: "two" }),
      ...missing(/^The role with name two cannot be found\.$/),
    );
    await iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: "one" });
    assert.deepEqual(await get(), InstanceProfile);
  });

  it("are listed page by page, below a path", async () => {
    const names = ["p1", "p2", "p3"];
    for (const name of [...names].reverse())
      await iam.createInstanceProfile({ InstanceProfileName: name, Path: "/pages/", Tags: [{ Key: "a", Value: "1" }] });
    const pages: unknown[] = [];
    const config = { client: iam, pageSize: 2 };
    for await (const { InstanceProfiles = [] } of paginateListInstanceProfiles(config, { PathPrefix: "/pages/" })) {
      assert.ok(InstanceProfiles.every(({ Tags }) => Tags === undefined));
      pages.push(InstanceProfiles.map(({ InstanceProfileName }) => InstanceProfileName));
    }
    assert.deepEqual(pages, [["p1", "p2"], ["p3"]]);
    for (const InstanceProfileName of names)
      await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: "two" });
    const first = await iam.listInstanceProfilesForRole({ RoleName: "two", MaxItems: 2 });
    assert.deepEqual([first.InstanceProfiles?.length, first.IsTruncated], [2, true]);
    const rest = await iam.listInstanceProfilesForRole({ RoleName: "two", Marker: first.Marker });
    assert.deepEqual(
      rest.InstanceProfiles?.map(({ InstanceProfileName }) => InstanceProfileName),
      ["p3"],
    );
    const { SummaryMap } = await iam.getAccountSummary({});
    assert.equal(SummaryMap?.InstanceProfiles, (await iam.listInstanceProfiles({})).InstanceProfiles?.length);
  });

  it("refuse names and paths that are not allowed or taken, and what is not there", async () => {
    await refuses(
      iam.createInstanceProfile({ InstanceProfileName: "MADE" }),
      "EntityAlreadyExistsException",
      /^Instance Profile MADE already exists\.$/,
      409,
    );
    await refuses(
      iam.createInstanceProfile({ InstanceProfileName: "a b" }),
      "ValidationError",
      /value for instanceProfileName is invalid/,
      400,
    );
    await refuses(
      iam.createInstanceProfile({ InstanceProfileName: "x", Path: "ec2" }),
      "ValidationError",
      /path is invalid/,
      400,
    );
    const none = { InstanceProfileName: "none" };
    const noProfile = missing(/^Instance Profile none cannot be found\.$/);
    await refuses(iam.getInstanceProfile(none), ...noProfile);
    await refuses(iam.deleteInstanceProfile(none), ...noProfile);
    await refuses(iam.addRoleToInstanceProfile({ ...none, RoleName: "one" }), ...noProfile);
    await refuses(iam.removeRoleFromInstanceProfile({ ...none, RoleName: "one" }), ...noProfile);
    await refuses(iam.listInstanceProfileTags(none), ...noProfile);
    const noRole = missing(/^The role with name none cannot be found\.$/);
    await refuses(iam.addRoleToInstanceProfile({ InstanceProfileName: "made", RoleName: "none" }), ...noRole);
    await refuses(iam.removeRoleFromInstanceProfile({ InstanceProfileName: "made", RoleName: "none" }), ...noRole);
    await refuses(iam.listInstanceProfilesForRole({ RoleName: "none" }), ...noRole);
    const { Role } = await iam.createServiceLinkedRole({ AWSServiceName: "ecs.amazonaws.com" });
    await refuses(
      iam.addRoleToInstanceProfile({ InstanceProfileName: "made", RoleName: Role?.RoleName }),
      "UnmodifiableEntityException",
      /protected role 'AWSServiceRoleForECS'/,
      400,
    );
  });

  it("and their roles are not deleted before they are parted", async () => {
    await createRole("kept");
    const kept = { InstanceProfileName: "keeps", RoleName: "kept" };
    await iam.createInstanceProfile(kept);
    await iam.addRoleToInstanceProfile(kept);
    const conflict = [
      "DeleteConflictException",
      /^Cannot delete entity, must remove roles from instance profile first\.$/,
      409,
    ] as const;
    await refuses(iam.deleteRole(kept), ...conflict);
    await refuses(iam.deleteInstanceProfile(kept), ...conflict);
    await iam.removeRoleFromInstanceProfile(kept);
    await iam.deleteRole(kept);
    await iam.deleteInstanceProfile(kept);
    await refuses(iam.getInstanceProfile(kept), ...missing(/keeps/));
  });

  it("have tags, by which policies decide", async () => {
    const InstanceProfileName = "tagged";
    await iam.createInstanceProfile({ InstanceProfileName, Tags: [{ Key: "a", Value: "1" }] });
    await iam.tagInstanceProfile({ InstanceProfileName, Tags: [{ Key: "b", Value: "2" }] });
    await iam.tagInstanceProfile({ InstanceProfileName, Tags: [{ Key: "keep", Value: "yes" }] });
    await iam.untagInstanceProfile({ InstanceProfileName, TagKeys: ["a", "none"] });
    const Tags = [
      { Key: "b", Value: "2" },
      { Key: "keep", Value: "yes" },
    ];
    assert.deepEqual((await iam.listInstanceProfileTags({ InstanceProfileName })).Tags, Tags);
    assert.deepEqual((await iam.getInstanceProfile({ InstanceProfileName })).InstanceProfile?.Tags, Tags);
    const { credentials } = await test.mintRole([
      { Effect: "Allow", Action: "iam:*", Resource: "*" },
      {
        Effect: "Deny",
        Action: "iam:DeleteInstanceProfile",
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/keep": "yes" } },
      },
    ]);
    const limited = test.client(IAM, { credentials });
    await assert.rejects(limited.deleteInstanceProfile({ InstanceProfileName }), denied);
    await iam.untagInstanceProfile({ InstanceProfileName, TagKeys: ["keep"] });
    await limited.deleteInstanceProfile({ InstanceProfileName });
  });

  it("take a role only from who may pass it to EC2, and are resources by their ARN", async () => {
    const pass = (PassedToService: string) => ({
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: "arn:aws:iam::000000000000:role/one",
      Condition: { StringEquals: { "iam:PassedToService": PassedToService } },
    });
    const as = async (...more: object[]) => {
      const Resource = "arn:aws:iam::000000000000:instance-profile/own/*";
      const statements = [{ Effect: "Allow", Action: "iam:*", Resource }, ...more];
      return test.client(IAM, { credentials: (await test.mintRole(statements)).credentials });
    };
    const InstanceProfileName = "passed";
    const plain = await as();
    await assert.rejects(plain.createInstanceProfile({ InstanceProfileName }), denied);
    await plain.createInstanceProfile({ InstanceProfileName, Path: "/own/" });
    await assert.rejects(plain.getInstanceProfile({ InstanceProfileName: "made" }), denied);
    const add = (client: IAM, RoleName = "one") => client.addRoleToInstanceProfile({ InstanceProfileName, RoleName });
    await assert.rejects(add(plain), /not authorized to perform: iam:PassRole on resource: .*:role\/one/);
    await assert.rejects(add(await as(pass("lambda.amazonaws.com"))), denied);
    const passing = await as(pass("ec2.amazonaws.com"));
    await assert.rejects(add(passing, "two"), denied);
    await add(passing);
    await plain.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: "one" });
  });
});
