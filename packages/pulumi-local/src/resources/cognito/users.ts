/** Users and groups of a pool. */
import type { AdminGetUserResponse, GroupType } from "@aws-sdk/client-cognito-identity-provider";
import type { Properties } from "../../engine/provider.ts";
import { capitalized, described, listChanges, uncapitalized } from "../described.ts";
import type { ResourceType } from "../resourceType.ts";
import { timeOf } from "../time.ts";
import { type Call, docs } from "./call.ts";

export const userTypes = (call: Call): ResourceType[] => [group(call), user(call), member(call)];

/** Their ids are `POOL/NAME`. */
const partsOf = (id: string, name: string) => {
  const at = id.indexOf("/");
  return { UserPoolId: id.slice(0, at), [name]: id.slice(at + 1) };
};

const group = (call: Call): ResourceType =>
  described({
    type: "aws:cognito/userGroup:UserGroup",
    docs: docs("usergroup"),
    required: ["userPoolId"],
    properties: ["name", "userPoolId", "description", "precedence", "roleArn"],
    mutable: ["description", "precedence", "roleArn"],
    autoname: { property: "name", max: 128 },
    async make(inputs) {
      const settings = capitalized(inputs, ["userPoolId", "description", "precedence", "roleArn"]);
      await call("CreateGroup", { GroupName: inputs.name, ...settings });
      return `${inputs.userPoolId}/${inputs.name}`;
    },
    async settle(id, before, after) {
      if (before.userPoolId === undefined) return;
      const settings = capitalized(after, ["description", "precedence", "roleArn"]);
      await call("UpdateGroup", { ...partsOf(id, "GroupName"), Description: "", ...settings });
    },
    async describe(id) {
      const { Group } = await call<{ Group: GroupType }>("GetGroup", partsOf(id, "GroupName"));
      const settings = uncapitalized(Group, ["userPoolId", "description", "precedence", "roleArn"]);
      return { name: Group.GroupName, ...settings };
    },
    remove: (id) => call("DeleteGroup", partsOf(id, "GroupName")),
  });

const pairs = (attributes: unknown): { Name: string; Value: string }[] =>
  Object.entries((attributes ?? {}) as Record<string, string>).map(([Name, Value]) => ({ Name, Value }));

const user = (call: Call): ResourceType => {
  const once = ["temporaryPassword", "messageAction", "desiredDeliveryMediums", "forceAliasCreation", "clientMetadata"];
  const settings = ["attributes", "password", "enabled"];
  const find = (id: string) => call<AdminGetUserResponse>("AdminGetUser", partsOf(id, "Username"));
  return {
    ...described({
      type: "aws:cognito/user:User",
      docs: docs("user"),
      required: ["userPoolId", "username"],
      properties: ["userPoolId", "username", "validationData", ...once, ...settings],
      enums: { messageAction: ["RESEND", "SUPPRESS"], desiredDeliveryMediums: ["EMAIL", "SMS"] },
      defaults: { enabled: true },
      replaces: ["userPoolId", "username"],
      validate: ({ password, temporaryPassword }) =>
        password !== undefined && temporaryPassword !== undefined
          ? [{ property: "password", reason: "or temporaryPassword may be given, and not both" }]
          : [],
      async make(inputs) {
        await call("AdminCreateUser", {
          ...capitalized(inputs, ["userPoolId", "username", ...once]),
          UserAttributes: pairs(inputs.attributes),
          ...(inputs.validationData !== undefined && { ValidationData: pairs(inputs.validationData) }),
        });
        return `${inputs.userPoolId}/${inputs.username}`;
      },
      async settle(id, before, after) {
        const named = partsOf(id, "Username");
        const isNew = before.username === undefined;
        const keys = (attributes: unknown) => Object.keys((attributes ?? {}) as object);
        const gone = isNew ? [] : listChanges(keys(before.attributes), keys(after.attributes)).remove;
        if (gone.length > 0) await call("AdminDeleteUserAttributes", { ...named, UserAttributeNames: gone });
        if (!isNew && keys(after.attributes).length > 0) {
          await call("AdminUpdateUserAttributes", { ...named, UserAttributes: pairs(after.attributes) });
        }
        if (after.password !== undefined && after.password !== before.password) {
          await call("AdminSetUserPassword", { ...named, Password: after.password, Permanent: true });
        }
        if (after.enabled !== (before.enabled ?? true)) {
          await call(after.enabled ? "AdminEnableUser" : "AdminDisableUser", named);
        }
      },
      async describe(id, given) {
        const found = await find(id);
        const attributes = (found.UserAttributes ?? []).map(({ Name, Value }) => [Name, Value]);
        const { sub, ...others } = Object.fromEntries(attributes) as Record<string, string>;
        return {
          userPoolId: id.split("/")[0],
          username: given.username ?? found.Username,
          attributes: given.attributes ? { ...given.attributes, sub } : others,
          enabled: found.Enabled,
          status: found.UserStatus,
          sub,
          creationDate: timeOf(found.UserCreateDate),
          lastModifiedDate: timeOf(found.UserLastModifiedDate),
          mfaSettingLists: found.UserMFASettingList ?? [],
          preferredMfaSetting: found.PreferredMfaSetting ?? "",
        };
      },
      remove: (id) => call("AdminDeleteUser", partsOf(id, "Username")),
    }),
    secretOutputs: ["password", "temporaryPassword"],
  };
};

const member = (call: Call): ResourceType => {
  const request = ({ userPoolId: UserPoolId, groupName: GroupName, username: Username }: Properties) => ({
    ...{ UserPoolId, GroupName, Username },
  });
  return described({
    type: "aws:cognito/userInGroup:UserInGroup",
    docs: docs("useringroup"),
    required: ["groupName", "userPoolId", "username"],
    properties: ["groupName", "userPoolId", "username"],
    async make(inputs) {
      await call("AdminAddUserToGroup", request(inputs));
      return `${inputs.userPoolId}/${inputs.groupName}/${inputs.username}`;
    },
    async describe(id) {
      const [userPoolId, groupName, ...rest] = id.split("/");
      const username = rest.join("/");
      type Answer = { Groups: GroupType[] };
      const asked = { UserPoolId: userPoolId, Username: username };
      const { Groups } = await call<Answer>("AdminListGroupsForUser", asked);
      return Groups.some(({ GroupName }) => GroupName === groupName) ? { userPoolId, groupName, username } : undefined;
    },
    remove: (_id, outputs) => call("AdminRemoveUserFromGroup", request(outputs)),
  });
};
