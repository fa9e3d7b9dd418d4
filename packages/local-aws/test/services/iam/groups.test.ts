import assert from "node:assert/strict";
import { IAM, paginateGetGroup, paginateListGroups } from "@aws-sdk/client-iam";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { policy } from "../../support/policies.ts";
import { refuses } from "../../support/refuses.ts";

describe("IAM groups", () => {
  let test: TestCloud;
  let iam: IAM;
  before(async () => {
    test = await startCloud();
    iam = test.client(IAM);
  });
  after(() => test.stop());

  /** @returns IAM as that new user. */
  const asUser = async (UserName: string): Promise<IAM> => {
    await iam.createUser({ UserName });
    const { AccessKey } = await iam.createAccessKey({ UserName });
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
    return test.client(IAM, { credentials: { accessKeyId, secretAccessKey } });
  };
  const groupsOf = async (UserName: string) =>
    (await iam.listGroupsForUser({ UserName })).Groups?.map(({ GroupName }) => GroupName);
  const denied = { name: "AccessDenied" };
  const missing = (what: RegExp) => ["NoSuchEntityException", what, 404] as const;
  const conflict = (what: RegExp) => ["DeleteConflictException", what, 409] as const;

  it("are described as they were made", async () => {
    const { Group } = await iam.createGroup({ GroupName: "Made", Path: "/team/" });
    assert.match(Group?.GroupId ?? "", /^AGPA[A-Z2-7]{16}$/);
    assert.ok(Group?.CreateDate instanceof Date);
    const { GroupId, CreateDate, ...rest } = Group;
    assert.deepEqual(rest, { Path: "/team/", GroupName: "Made", Arn: "arn:aws:iam::000000000000:group/team/Made" });
    const found = await iam.getGroup({ GroupName: "made" });
    assert.deepEqual([found.Group, found.Users, found.IsTruncated], [Group, [], false]);
    assert.deepEqual((await iam.listGroups({ PathPrefix: "/team/" })).Groups, [Group]);
    assert.deepEqual((await iam.listGroups({ PathPrefix: "/none/" })).Groups, []);
  });

  it("and their users are listed page by page, in the order of their names", async () => {
    const names = ["p1", "p2", "p3"];
    for (const name of [...names].reverse()) {
      await iam.createGroup({ GroupName: name, Path: "/pages/" });
      await iam.createUser({ UserName: name, Tags: [{ Key: "a", Value: "1" }] });
      await iam.addUserToGroup({ GroupName: "made", UserName: name });
    }
    const config = { client: iam, pageSize: 2 };
    const groups: unknown[] = [];
    for await (const { Groups = [] } of paginateListGroups(config, { PathPrefix: "/pages/" }))
      groups.push(Groups.map(({ GroupName }) => GroupName));
    assert.deepEqual(groups, [["p1", "p2"], ["p3"]]);
    const users: unknown[] = [];
    for await (const { Group, Users = [] } of paginateGetGroup(config, { GroupName: "Made" })) {
      assert.equal(Group?.GroupName, "Made");
      assert.ok(Users.every(({ Tags }) => Tags === undefined));
      users.push(Users.map(({ UserName }) => UserName));
    }
    assert.deepEqual(users, [["p1", "p2"], ["p3"]]);
    await iam.addUserToGroup({ GroupName: "p2", UserName: "p1" });
    const first = await iam.listGroupsForUser({ UserName: "p1", MaxItems: 1 });
    assert.deepEqual([first.Groups?.[0]?.GroupName, first.IsTruncated], ["Made", true]);
    const second = await iam.listGroupsForUser({ UserName: "p1", Marker: first.Marker });
    assert.deepEqual([second.Groups?.[0]?.GroupName, second.IsTruncated], ["p2", false]);
    await refuses(iam.getGroup({ GroupName: "made", Marker: "x" }), "ValidationError", /Invalid Marker/, 400);
  });

  it("refuse names and paths that are not allowed or taken, and what is not there", async () => {
    await iam.createGroup({ GroupName: "twice" });
    await refuses(
      iam.createGroup({ GroupName: "TWICE" }),
      "EntityAlreadyExistsException",
      /^Group with name TWICE already exists\.$/,
      409,
    );
    await refuses(iam.createGroup({ GroupName: "a b" }), "ValidationError", /value for groupName is invalid/, 400);
    await refuses(
      iam.createGroup({ GroupName: "x".repeat(129) }),
      "ValidationError",
      /'groupName' failed to satisfy constraint: Member must have length less than or equal to 128/,
      400,
    );
    await refuses(iam.createGroup({ GroupName: "x", Path: "team" }), "ValidationError", /path is invalid/, 400);
    const noGroup = missing(/^The group with name none cannot be found\.$/);
    const noUser = missing(/^The user with name none cannot be found\.$/);
    await refuses(iam.getGroup({ GroupName: "none" }), ...noGroup);
    await refuses(iam.deleteGroup({ GroupName: "none" }), ...noGroup);
    await refuses(iam.updateGroup({ GroupName: "none", NewPath: "/a/" }), ...noGroup);
    await refuses(iam.listGroupPolicies({ GroupName: "none" }), ...noGroup);
    await refuses(iam.addUserToGroup({ GroupName: "none", UserName: "p1" }), ...noGroup);
    await refuses(iam.addUserToGroup({ GroupName: "twice", UserName: "none" }), ...noUser);
    await refuses(iam.removeUserFromGroup({ GroupName: "twice", UserName: "none" }), ...noUser);
    await refuses(iam.listGroupsForUser({ UserName: "none" }), ...noUser);
  });

  it("keep users and policies under another name and path, and users their groups", async () => {
    const { Group } = await iam.createGroup({ GroupName: "before" });
    await iam.createUser({ UserName: "old" });
    await iam.addUserToGroup({ GroupName: "before", UserName: "old" });
    await iam.putGroupPolicy({ GroupName: "before", PolicyName: "p", PolicyDocument: policy("s3:GetObject") });
    await iam.updateGroup({ GroupName: "before", NewGroupName: "after", NewPath: "/moved/" });
    await iam.updateUser({ UserName: "old", NewUserName: "new" });
    const { Group: moved, Users } = await iam.getGroup({ GroupName: "after" });
    const Arn = "arn:aws:iam::000000000000:group/moved/after";
    assert.deepEqual(moved, { ...Group, GroupName: "after", Path: "/moved/", Arn });
    assert.deepEqual(
      Users?.map(({ UserName }) => UserName),
      ["new"],
    );
    assert.deepEqual(await groupsOf("new"), ["after"]);
    assert.deepEqual((await iam.listGroupPolicies({ GroupName: "after" })).PolicyNames, ["p"]);
    await refuses(iam.getGroup({ GroupName: "before" }), ...missing(/before/));
    // Its own name in other letters is not taken.
    await iam.updateGroup({ GroupName: "after", NewGroupName: "After" });
    await refuses(
      iam.updateGroup({ GroupName: "after", NewGroupName: "twice" }),
      "EntityAlreadyExistsException",
      /twice already exists/,
      409,
    );
    await refuses(iam.updateGroup({ GroupName: "after", NewPath: "x" }), "ValidationError", /path is invalid/, 400);
  });

  it("grant their users what their policies allow, for as long as those are in it", async () => {
    const user = await asUser("granted");
    const may = () => user.listUsers({});
    await iam.createGroup({ GroupName: "inline" });
    await iam.putGroupPolicy({ GroupName: "inline", PolicyName: "p", PolicyDocument: policy("iam:ListUsers") });
    await assert.rejects(may(), denied);
    await iam.addUserToGroup({ GroupName: "inline", UserName: "granted" });
    await iam.addUserToGroup({ GroupName: "inline", UserName: "granted" });
    assert.deepEqual(await groupsOf("granted"), ["inline"]);
    await may();
    await iam.deleteGroupPolicy({ GroupName: "inline", PolicyName: "p" });
    await assert.rejects(may(), denied);

    await iam.createGroup({ GroupName: "managed" });
    const { Policy } = await iam.createPolicy({ PolicyName: "lists", PolicyDocument: policy("iam:ListUsers") });
    const PolicyArn = Policy?.Arn as string;
    await iam.addUserToGroup({ GroupName: "managed", UserName: "granted" });
    await iam.attachGroupPolicy({ GroupName: "managed", PolicyArn });
    await may();
    await iam.removeUserFromGroup({ GroupName: "managed", UserName: "granted" });
    await iam.removeUserFromGroup({ GroupName: "managed", UserName: "granted" });
    await assert.rejects(may(), denied);
  });

  it("deny their users what the users' own policies allow, and allow nothing beyond a user's boundary", async () => {
    const user = await asUser("denied");
    await iam.putUserPolicy({ UserName: "denied", PolicyName: "all", PolicyDocument: policy("*") });
    await user.listUsers({});
    await iam.createGroup({ GroupName: "denies" });
    const PolicyDocument = policy("iam:ListUsers").replace("Allow", "Deny");
    await iam.putGroupPolicy({ GroupName: "denies", PolicyName: "p", PolicyDocument });
    await iam.addUserToGroup({ GroupName: "denies", UserName: "denied" });
    await assert.rejects(user.listUsers({}), /explicit deny in an identity-based policy/);

    const bounded = await asUser("bounded");
    await iam.createGroup({ GroupName: "everything" });
    await iam.putGroupPolicy({ GroupName: "everything", PolicyName: "p", PolicyDocument: policy("*") });
    await iam.addUserToGroup({ GroupName: "everything", UserName: "bounded" });
    await bounded.listGroups({});
    const { Policy } = await iam.createPolicy({ PolicyName: "bound", PolicyDocument: policy("iam:ListUsers") });
    await iam.putUserPermissionsBoundary({ UserName: "bounded", PermissionsBoundary: Policy?.Arn });
    await bounded.listUsers({});
    await assert.rejects(bounded.listGroups({}), /no permissions boundary allows/);
  });

  it("have inline and attached policies, as users have", async () => {
    const GroupName = "policies";
    await iam.createGroup({ GroupName, Path: "/p/" });
    const PolicyDocument = policy("s3:GetObject", "arn:aws:s3:::b/a%3Ab");
    await iam.putGroupPolicy({ GroupName, PolicyName: "inline", PolicyDocument });
    const { $metadata, ...found } = await iam.getGroupPolicy({ GroupName, PolicyName: "inline" });
    assert.deepEqual(found, {
      GroupName,
      PolicyName: "inline",
      PolicyDocument: encodeURIComponent(PolicyDocument),
    });
    const noPolicy = missing(/^The group policy with name none cannot be found for group policies\.$/);
    await refuses(iam.getGroupPolicy({ GroupName, PolicyName: "none" }), ...noPolicy);
    await refuses(iam.deleteGroupPolicy({ GroupName, PolicyName: "none" }), ...noPolicy);
    await refuses(
      iam.putGroupPolicy({ GroupName, PolicyName: "bad", PolicyDocument: "{" }),
      "MalformedPolicyDocumentException",
      /./,
      400,
    );
    await refuses(
      iam.putGroupPolicy({
        GroupName,
        PolicyName: "large",
        PolicyDocument: policy("s3:GetObject", `arn:aws:s3:::${"b".repeat(5_120)}`),
      }),
      "LimitExceededException",
      /Maximum policy size of 5120 bytes exceeded for group policies/,
      409,
    );

    const { Policy } = await iam.createPolicy({ PolicyName: "attached", PolicyDocument });
    const PolicyArn = Policy?.Arn as string;
    await iam.attachGroupPolicy({ GroupName, PolicyArn });
    assert.deepEqual((await iam.listAttachedGroupPolicies({ GroupName })).AttachedPolicies, [
      { PolicyName: "attached", PolicyArn },
    ]);
    assert.equal((await iam.getPolicy({ PolicyArn })).Policy?.AttachmentCount, 1);
    const entities = async (more = {}) =>
      (await iam.listEntitiesForPolicy({ PolicyArn, ...more })).PolicyGroups?.map((one) => one.GroupName);
    assert.deepEqual(await entities(), [GroupName]);
    assert.deepEqual(await entities({ EntityFilter: "Group", PathPrefix: "/p/" }), [GroupName]);
    assert.deepEqual(await entities({ EntityFilter: "User" }), []);
    assert.deepEqual(await entities({ PathPrefix: "/q/" }), []);
    assert.deepEqual(await entities({ PolicyUsageFilter: "PermissionsBoundary" }), []);
    await refuses(iam.deletePolicy({ PolicyArn }), ...conflict(/attached to entities/));
    await refuses(iam.deleteGroup({ GroupName }), ...conflict(/^Cannot delete entity, must detach all policies first/));
    await iam.detachGroupPolicy({ GroupName, PolicyArn });
    await refuses(iam.detachGroupPolicy({ GroupName, PolicyArn }), ...missing(/was not found/));
    await refuses(iam.deleteGroup({ GroupName }), ...conflict(/^Cannot delete entity, must delete policies first/));
    await iam.deleteGroupPolicy({ GroupName, PolicyName: "inline" });
    await iam.deleteGroup({ GroupName });
    await refuses(iam.getGroup({ GroupName }), ...missing(/policies/));
    await iam.deletePolicy({ PolicyArn });
  });

  it("and their users are not deleted before they are parted; a user is in at most ten", async () => {
    const UserName = "member";
    await iam.createUser({ UserName });
    for (let n = 0; n <= 10; n++) await iam.createGroup({ GroupName: `g${n}` });
    for (let n = 0; n < 10; n++) await iam.addUserToGroup({ GroupName: `g${n}`, UserName });
    await refuses(
      iam.addUserToGroup({ GroupName: "g10", UserName }),
      "LimitExceededException",
      /^Cannot exceed quota for GroupsPerUser: 10$/,
      409,
    );
    const inGroup = conflict(/^Cannot delete entity, must remove users from group first\.$/);
    await refuses(iam.deleteUser({ UserName }), ...inGroup);
    await refuses(iam.deleteGroup({ GroupName: "g0" }), ...inGroup);
    for (let n = 0; n < 10; n++) await iam.removeUserFromGroup({ GroupName: `g${n}`, UserName });
    await iam.deleteGroup({ GroupName: "g0" });
    await iam.deleteUser({ UserName });
  });

  it("are resources of policies: by ARN, by the policy that is attached, by both names of a new name", async () => {
    const arn = (name: string) => `arn:aws:iam::000000000000:group/own/${name}`;
    const admins = "arn:aws:iam::aws:policy/AdministratorAccess";
    const { credentials } = await test.mintRole([
      { Effect: "Allow", Action: "iam:*", Resource: [arn("mine"), arn("mine-too")] },
      {
        Effect: "Deny",
        Action: "iam:AttachGroupPolicy",
        Resource: "*",
        Condition: { ArnEquals: { "iam:PolicyARN": admins } },
      },
    ]);
    const limited = test.client(IAM, { credentials });
    await limited.createGroup({ GroupName: "mine", Path: "/own/" });
    await assert.rejects(limited.createGroup({ GroupName: "mine" }), denied);
    await assert.rejects(limited.getGroup({ GroupName: "twice" }), denied);
    await assert.rejects(limited.listGroups({}), denied);
    const attach = (PolicyArn: string) => limited.attachGroupPolicy({ GroupName: "mine", PolicyArn });
    await assert.rejects(attach(admins), denied);
    await attach("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole");
    const rename = (GroupName: string, NewGroupName: string) => limited.updateGroup({ GroupName, NewGroupName });
    await assert.rejects(rename("mine", "others"), denied);
    await assert.rejects(rename("twice", "mine-too"), denied);
    await rename("MINE", "mine-too");
    await limited.updateGroup({ GroupName: "MINE-TOO", NewPath: "/own/" });
  });

  it("are what the simulator asks for, too, and are counted", async () => {
    const { Group } = await iam.createGroup({ GroupName: "simulated" });
    await iam.putGroupPolicy({ GroupName: "simulated", PolicyName: "p", PolicyDocument: policy("s3:PutObject") });
    const { User } = await iam.createUser({ UserName: "simulated" });
    const ActionNames = ["s3:PutObject", "s3:GetObject"];
    const decisions = async (PolicySourceArn: string | undefined) =>
      (await iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames })).EvaluationResults?.map(
        ({ EvalDecision }) => EvalDecision,
      );
    assert.deepEqual(await decisions(Group?.Arn), ["allowed", "implicitDeny"]);
    assert.deepEqual(await decisions(User?.Arn), ["implicitDeny", "implicitDeny"]);
    await iam.addUserToGroup({ GroupName: "simulated", UserName: "simulated" });
    assert.deepEqual(await decisions(User?.Arn), ["allowed", "implicitDeny"]);
    const { SummaryMap } = await iam.getAccountSummary({});
    const { Groups = [] } = await iam.listGroups({});
    assert.equal(SummaryMap?.Groups, Groups.length);
  });
});
