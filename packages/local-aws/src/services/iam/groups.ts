/**
 * Groups: users of a group have the rights of its policies besides their own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html
 */
import { type Directory, type Group, type User, uniqueId } from "../../authorization/directory.ts";
import {
  alreadyExists,
  checkName,
  checkPath,
  deleteConflict,
  limitExceeded,
  noSuchEntity,
  now,
} from "../../authorization/limits.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { listedUser } from "./describeUser.ts";
import { entityOperations, type On, renaming } from "./entity.ts";
import { pageOf } from "./paging.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const maxGroupsPerUser = 10;

/** @param onUser wraps an operation on a user. */
export function groupOperations(directory: Directory, accountId: string, onUser: On<User>): Operations<"iam"> {
  const { groups, users } = directory;
  const newArn = (name: string, path = "/") => `arn:aws:iam::${accountId}:group${path}${name}`;
  const arnOf = (name: string) => groups.get(name)?.Arn ?? newArn(name);
  const { on: onGroup, change } = entityOperations<Group, { GroupName: string }>({
    nameOf: ({ GroupName }) => GroupName,
    get: (name) => groups.get(name),
    arnOf,
    put: (group) => groups.put(group.GroupName, group),
    missing: (name) => `The group with name ${name} cannot be found.`,
  });
  const userNamed = (name: string): User => {
    const user = users.get(name);
    if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return user;
  };
  /** @param own the group itself, whose name may stay. */
  const checkFree = (name: string, own?: Group): void => {
    const taken = groups.get(name);
    if (taken && taken.GroupId !== own?.GroupId) throw alreadyExists(`Group with name ${name} already exists.`);
  };

  const CreateGroup: OperationOf<"iam", "CreateGroup"> = {
    access: ({ GroupName, Path }) => [{ action: "iam:CreateGroup", resource: newArn(GroupName, Path) }],
    run({ GroupName, Path = "/" }) {
      checkName("groupName", GroupName, 128);
      checkPath(Path);
      checkFree(GroupName);
      const group: Group = {
        Path,
        GroupName,
        GroupId: uniqueId("AGPA"),
        Arn: newArn(GroupName, Path),
        CreateDate: now(),
        inline: {},
        attached: [],
        members: [],
      };
      groups.put(GroupName, group);
      return { Group: describe(group) };
    },
  };
  const ListGroups: OperationOf<"iam", "ListGroups"> = {
    access: () => [{ action: "iam:ListGroups", resource: `arn:aws:iam::${accountId}:group/` }],
    run({ PathPrefix = "/", ...paging }) {
      const found = pageOf(
        groups.all().filter(({ Path }) => Path.startsWith(PathPrefix)),
        paging,
        ({ GroupName }) => GroupName,
      );
      return { Groups: found.items.map(describe), ...found.paging };
    },
  };
  const UpdateGroup: OperationOf<"iam", "UpdateGroup"> = {
    access: ({
      GroupName,
      NewGroupName = groups.get(GroupName)?.GroupName ?? GroupName,
      NewPath = groups.get(GroupName)?.Path,
    }) => renaming("iam:UpdateGroup", arnOf(GroupName), newArn(NewGroupName, NewPath)),
    run: onGroup("UpdateGroup", (group, input) => {
      const { NewGroupName: GroupName = group.GroupName, NewPath: Path = group.Path } = input;
      checkName("newGroupName", GroupName, 128);
      checkPath(Path);
      checkFree(GroupName, group);
      groups.delete(group.GroupName);
      groups.put(GroupName, { ...group, GroupName, Path, Arn: newArn(GroupName, Path) });
      return {};
    }).run,
  };

  return {
    CreateGroup,
    ListGroups,
    UpdateGroup,
    GetGroup: onGroup("GetGroup", (group, input) => {
      const members = users.all().filter(({ UserId }) => group.members.includes(UserId));
      const found = pageOf(members, input, ({ UserName }) => UserName);
      return { Group: describe(group), Users: found.items.map(listedUser), ...found.paging };
    }),
    DeleteGroup: onGroup("DeleteGroup", (group) => {
      if (group.members.length > 0) throw deleteConflict("Cannot delete entity, must remove users from group first.");
      if (group.attached.length > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
      if (Object.keys(group.inline).length > 0)
        throw deleteConflict("Cannot delete entity, must delete policies first.");
      groups.delete(group.GroupName);
      return {};
    }),
    // Neither minds when it is done already.
    AddUserToGroup: change("AddUserToGroup", (group, { UserName }) => {
      const user = userNamed(UserName);
      if (group.members.includes(user.UserId)) return;
      if (directory.groupsOf(user).length >= maxGroupsPerUser)
        throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${maxGroupsPerUser}`);
      group.members = [...group.members, user.UserId];
    }),
    RemoveUserFromGroup: change("RemoveUserFromGroup", (group, { UserName }) => {
      const { UserId } = userNamed(UserName);
      group.members = group.members.filter((id) => id !== UserId);
    }),
    ListGroupsForUser: onUser("ListGroupsForUser", (user, input) => {
      const found = pageOf(directory.groupsOf(user), input, ({ GroupName }) => GroupName);
      return { Groups: found.items.map(describe), ...found.paging };
    }),
  };
}

const describe = ({ Path, GroupName, GroupId, Arn, CreateDate }: Group) => ({
  Path,
  GroupName,
  GroupId,
  Arn,
  CreateDate: new Date(CreateDate),
});
