/** Users, their access keys, members of groups, and service-linked roles. */
import { createHmac } from "node:crypto";
import type { AccessKey, Role, User } from "@aws-sdk/client-iam";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../../engine/provider.ts";
import { capitalized, described, listChanges, uncapitalized } from "../described.ts";
import type { ResourceType } from "../resourceType.ts";
import { tagList, tagMap } from "../tags.ts";
import { timeOf } from "../time.ts";

const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/iam/${name}/`;

type Call = <Answer = unknown>(operation: string, input: object) => Promise<Answer>;

export function userTypes(cloud: Cloud): ResourceType[] {
  const iam: Call = (operation, input) => cloud.call("iam", operation, input);
  return [user(iam), accessKey(iam, cloud.region), groupMembership(iam), serviceLinkedRole(iam)];
}

const findUser = async (iam: Call, UserName: string): Promise<User> =>
  (await iam<{ User: User }>("GetUser", { UserName })).User;

const user = (iam: Call): ResourceType =>
  described({
    type: "aws:iam/user:User",
    docs: docs("user"),
    properties: ["name", "path", "permissionsBoundary", "forceDestroy"],
    defaults: { forceDestroy: false, path: "/" },
    replaces: [],
    autoname: { property: "name", max: 64, pattern: /^[\w+=,.@-]+$/ },
    taggable: true,
    async make(inputs) {
      const UserName = String(inputs.name);
      await iam("CreateUser", {
        UserName,
        ...capitalized(inputs, ["path", "permissionsBoundary"]),
        Tags: tagList(inputs.tagsAll),
      });
      return UserName;
    },
    async settle(UserName, before, after) {
      if (before.name === undefined) return UserName;
      const { name: NewUserName, path: NewPath, permissionsBoundary: PermissionsBoundary } = after;
      if (before.name !== after.name || before.path !== after.path) {
        await iam("UpdateUser", { UserName, NewUserName, NewPath });
      }
      if (PermissionsBoundary && PermissionsBoundary !== before.permissionsBoundary) {
        await iam("PutUserPermissionsBoundary", { UserName: NewUserName, PermissionsBoundary });
      } else if (before.permissionsBoundary && !PermissionsBoundary) {
        await iam("DeleteUserPermissionsBoundary", { UserName: NewUserName });
      }
      return String(NewUserName);
    },
    async retag(UserName, { put, remove: TagKeys }) {
      if (TagKeys.length > 0) await iam("UntagUser", { UserName, TagKeys });
      if (Object.keys(put).length > 0) await iam("TagUser", { UserName, Tags: tagList(put) });
    },
    async describe(id) {
      const found = await findUser(iam, id);
      return {
        ...uncapitalized(found, ["arn", "path"]),
        name: found.UserName,
        uniqueId: found.UserId,
        permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn,
        tagsAll: tagMap(found.Tags as { Key: string; Value: string }[]),
      };
    },
    async remove(UserName, { forceDestroy }) {
      // Keys that a program did not make.
      for (const { AccessKeyId } of forceDestroy ? await keysOf(iam, UserName) : []) {
        await iam("DeleteAccessKey", { UserName, AccessKeyId });
      }
      return iam("DeleteUser", { UserName });
    },
  });

const keysOf = async (iam: Call, UserName: string): Promise<AccessKey[]> =>
  (await iam<{ AccessKeyMetadata: AccessKey[] }>("ListAccessKeys", { UserName })).AccessKeyMetadata;

/** https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html */
function smtpPassword(secret: string, region: string): string {
  const sign = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();
  const parts = ["11111111", region, "ses", "aws4_request", "SendRawEmail"];
  const signature = parts.reduce<Buffer | string>((key, part) => sign(key, part), `AWS4${secret}`) as Buffer;
  return Buffer.concat([Buffer.from([4]), signature]).toString("base64");
}

const accessKey = (iam: Call, region: string): ResourceType => ({
  type: "aws:iam/accessKey:AccessKey",
  docs: docs("accesskey"),
  required: ["user"],
  properties: ["user", "status"],
  enums: { status: ["Active", "Inactive"] },
  defaults: { status: "Active" },
  replaces: ["user"],
  secretOutputs: ["secret", "sesSmtpPasswordV4"],
  async create(inputs) {
    type Answer = { AccessKey: AccessKey & { SecretAccessKey: string } };
    const { AccessKey: made } = await iam<Answer>("CreateAccessKey", { UserName: inputs.user });
    const [UserName, AccessKeyId, Status] = [inputs.user, String(made.AccessKeyId), inputs.status];
    if (Status === "Inactive") await iam("UpdateAccessKey", { UserName, AccessKeyId, Status });
    const secret = made.SecretAccessKey;
    const createDate = timeOf(made.CreateDate);
    return {
      id: AccessKeyId,
      outputs: { ...inputs, createDate, secret, sesSmtpPasswordV4: smtpPassword(secret, region) },
    };
  },
  async update(AccessKeyId, _before, after, { previous }) {
    await iam("UpdateAccessKey", { UserName: after.user, AccessKeyId, Status: after.status });
    return { id: AccessKeyId, outputs: { ...previous?.outputs, ...after } };
  },
  delete: (AccessKeyId, { user: UserName }) => iam("DeleteAccessKey", { UserName, AccessKeyId }),
  async read(id, { previous }) {
    const UserName = String(previous?.outputs.user ?? previous?.inputs.user ?? "");
    const found = UserName && (await keysOf(iam, UserName)).find(({ AccessKeyId }) => AccessKeyId === id);
    return found ? { id, outputs: { ...previous?.outputs, status: found.Status } } : undefined;
  },
});

const groupMembership = (iam: Call): ResourceType =>
  described({
    type: "aws:iam/groupMembership:GroupMembership",
    docs: docs("groupmembership"),
    required: ["group", "users"],
    properties: ["name", "group", "users"],
    replaces: ["name", "group"],
    autoname: { property: "name", max: 255 },
    make: async ({ name }) => String(name),
    async settle(_id, before, { group: GroupName, users }) {
      const { add, remove } = listChanges(before.users, users);
      for (const UserName of add) await iam("AddUserToGroup", { GroupName, UserName });
      for (const UserName of remove) await iam("RemoveUserFromGroup", { GroupName, UserName });
    },
    async describe(_id, given) {
      if (given.group === undefined) return undefined;
      const { Users } = await iam<{ Users: User[] }>("GetGroup", { GroupName: given.group });
      const users = (given.users as string[]).filter((name) => Users.some(({ UserName }) => UserName === name));
      return { users };
    },
    async remove(_id, { group: GroupName, users }: Properties) {
      for (const UserName of (users ?? []) as string[]) await iam("RemoveUserFromGroup", { GroupName, UserName });
    },
  });

const serviceLinkedRole = (iam: Call): ResourceType => {
  const nameIn = (arn: string) => arn.split("/").at(-1) ?? "";
  return described({
    type: "aws:iam/serviceLinkedRole:ServiceLinkedRole",
    docs: docs("servicelinkedrole"),
    required: ["awsServiceName"],
    properties: ["awsServiceName", "customSuffix", "description"],
    replaces: ["awsServiceName", "customSuffix"],
    taggable: true,
    async make(inputs) {
      const { awsServiceName: AWSServiceName, customSuffix: CustomSuffix, description: Description } = inputs;
      const request = { AWSServiceName, CustomSuffix, Description };
      const { Role } = await iam<{ Role: Role }>("CreateServiceLinkedRole", request);
      const Tags = tagList(inputs.tagsAll);
      if (Tags.length > 0) await iam("TagRole", { RoleName: Role.RoleName, Tags });
      return String(Role.Arn);
    },
    async settle(id, before, after) {
      if (before.awsServiceName === undefined || before.description === after.description) return;
      await iam("UpdateRole", { RoleName: nameIn(id), Description: after.description ?? "" });
    },
    async retag(id, { put, remove: TagKeys }) {
      const RoleName = nameIn(id);
      if (TagKeys.length > 0) await iam("UntagRole", { RoleName, TagKeys });
      if (Object.keys(put).length > 0) await iam("TagRole", { RoleName, Tags: tagList(put) });
    },
    async describe(id) {
      const { Role } = await iam<{ Role: Role }>("GetRole", { RoleName: nameIn(id) });
      return {
        ...uncapitalized(Role, ["arn", "path", "description"]),
        awsServiceName: Role.Path?.split("/")[2],
        createDate: timeOf(Role.CreateDate),
        name: Role.RoleName,
        uniqueId: Role.RoleId,
        tagsAll: tagMap(Role.Tags as { Key: string; Value: string }[]),
      };
    },
    remove: (id) => iam("DeleteServiceLinkedRole", { RoleName: nameIn(id) }),
  });
};
