/** Groups of users: they are in tokens as `cognito:groups`. */
import type { GroupType } from "@aws-sdk/client-cognito-identity-provider";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { dated, type Group, invalid, type Records } from "./records.ts";
import { described } from "./users.ts";

export function groupOperations(records: Records): Operations<"cognito-idp"> {
  const needs =
    (action: string) =>
    ({ UserPoolId }: { UserPoolId: string }) =>
      records.needs(action, UserPoolId);
  const withRole =
    (action: string) =>
    ({ UserPoolId, RoleArn }: { UserPoolId: string; RoleArn?: string | undefined }) => [
      ...records.needs(action, UserPoolId),
      ...passRole("cognito-idp.amazonaws.com", RoleArn),
    ];
  const shown = (group: Group): GroupType => dated(group);
  const paged = <T>(
    all: T[],
    paging: { Limit?: number | undefined; NextToken?: string | undefined },
    key: (item: T) => string,
  ) => {
    const { items, next } = page(all, paging, key, {
      size: 60,
      most: 60,
      invalid: () => invalid("Invalid pagination token"),
    });
    return { items, ...(next !== undefined && { NextToken: next }) };
  };

  return {
    CreateGroup: {
      access: withRole("CreateGroup"),
      run({ UserPoolId, GroupName, ...input }) {
        records.pool(UserPoolId);
        const key = `${UserPoolId}/${GroupName}`;
        if (records.groups.has(key))
          throw new AwsError("GroupExistsException", "A group with the name already exists.");
        const now = Date.now();
        const group: Group = { ...input, UserPoolId, GroupName, created: now, modified: now };
        records.groups.put(key, group);
        return { Group: shown(group) };
      },
    },
    GetGroup: {
      access: needs("GetGroup"),
      run: ({ UserPoolId, GroupName }) => ({ Group: shown(records.group(UserPoolId, GroupName)) }),
    },
    UpdateGroup: {
      access: withRole("UpdateGroup"),
      run({ UserPoolId, GroupName, ...input }) {
        const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
        const group: Group = { ...records.group(UserPoolId, GroupName), ...given, modified: Date.now() };
        records.groups.put(`${UserPoolId}/${GroupName}`, group);
        return { Group: shown(group) };
      },
    },
    DeleteGroup: {
      access: needs("DeleteGroup"),
      run({ UserPoolId, GroupName }) {
        records.group(UserPoolId, GroupName);
        records.groups.delete(`${UserPoolId}/${GroupName}`);
        for (const user of records.usersOf(UserPoolId)) {
          const groups = user.groups.filter((name) => name !== GroupName);
          if (groups.length < user.groups.length) records.put({ ...user, groups });
        }
        return {};
      },
    },
    ListGroups: {
      access: needs("ListGroups"),
      run({ UserPoolId, ...paging }) {
        records.pool(UserPoolId);
        const { items, ...rest } = paged(records.groups.values(`${UserPoolId}/`), paging, ({ GroupName }) => GroupName);
        return { Groups: items.map(shown), ...rest };
      },
    },
    AdminAddUserToGroup: {
      access: needs("AdminAddUserToGroup"),
      run({ UserPoolId, GroupName, Username }) {
        records.group(UserPoolId, GroupName);
        const user = records.user(UserPoolId, Username);
        records.put({ ...user, groups: [...new Set([...user.groups, GroupName])] });
        return {};
      },
    },
    AdminRemoveUserFromGroup: {
      access: needs("AdminRemoveUserFromGroup"),
      run({ UserPoolId, GroupName, Username }) {
        records.group(UserPoolId, GroupName);
        const user = records.user(UserPoolId, Username);
        records.put({ ...user, groups: user.groups.filter((name) => name !== GroupName) });
        return {};
      },
    },
    AdminListGroupsForUser: {
      access: needs("AdminListGroupsForUser"),
      run({ UserPoolId, Username, ...paging }) {
        const { groups } = records.user(UserPoolId, Username);
        const { items, ...rest } = paged(
          groups.map((name) => records.group(UserPoolId, name)),
          paging,
          ({ GroupName }) => GroupName,
        );
        return { Groups: items.map(shown), ...rest };
      },
    },
    ListUsersInGroup: {
      access: needs("ListUsersInGroup"),
      run({ UserPoolId, GroupName, ...paging }) {
        records.group(UserPoolId, GroupName);
        const all = records.usersOf(UserPoolId).filter(({ groups }) => groups.includes(GroupName));
        const { items, ...rest } = paged(all, paging, ({ username }) => username);
        return { Users: items.map(described), ...rest };
      },
    },
  };
}
