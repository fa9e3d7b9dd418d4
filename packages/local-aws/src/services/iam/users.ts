/** Users: callers that are not roles. */

import { type Directory, type User, uniqueId } from "../../authorization/directory.ts";
import {
  alreadyExists,
  checkName,
  checkPath,
  checkTags,
  deleteConflict,
  mergeTags,
  noSuchEntity,
  now,
  validationError,
} from "../../authorization/limits.ts";
import { withoutTags } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import type { Call } from "../../service.ts";
import { accessKeyOperations, keysOf } from "./accessKeys.ts";
import { checkBoundary } from "./boundary.ts";
import { describeUser, listedUser } from "./describeUser.ts";
import { entityOperations, renaming } from "./entity.ts";
import { groupOperations } from "./groups.ts";
import { type Paging, pageOf, tagPage } from "./paging.ts";
import { serviceCredentialOperations } from "./serviceCredentials.ts";

/** What users may have on AWS but never have here; tools list it before they delete a user. */
const lacking = {
  ListMFADevices: "MFADevices",
  ListSSHPublicKeys: "SSHPublicKeys",
  ListSigningCertificates: "Certificates",
};

function noLoginProfile({ UserName }: User): never {
  throw noSuchEntity(`Login Profile for User ${UserName} cannot be found.`);
}

export function userOperations(directory: Directory, accountId: string): Operations<"iam"> {
  const { users } = directory;
  const newArn = (name: string, path = "/") => `arn:aws:iam::${accountId}:user${path}${name}`;
  const arnOf = (name: string, path?: string) => users.get(name)?.Arn ?? newArn(name, path);
  /** Without a name, the calling user is meant. */
  const nameOf = ({ UserName }: { UserName?: string }, { principal }: Call): string => {
    if (UserName !== undefined) return UserName;
    if (principal.kind === "user") return principal.arn.split("/").at(-1) as string;
    throw validationError("Must specify userName when calling with non-User credentials");
  };
  const { on: onUser, change } = entityOperations<User, { UserName?: string }>({
    nameOf,
    get: (name) => users.get(name),
    arnOf,
    put: (user) => users.put(user.UserName, user),
    missing: (name) => `The user with name ${name} cannot be found.`,
  });

  const CreateUser: OperationOf<"iam", "CreateUser"> = {
    access: ({ UserName, Path }) => [{ action: "iam:CreateUser", resource: arnOf(UserName, Path) }],
    run({ UserName, Path = "/", PermissionsBoundary, Tags }) {
      checkName("userName", UserName, 64);
      checkPath(Path);
      const tags = checkTags(Tags);
      checkBoundary(directory, PermissionsBoundary);
      if (users.get(UserName)) throw alreadyExists(`User with name ${UserName} already exists.`);
      const user: User = {
        UserName,
        UserId: uniqueId("AIDA"),
        Arn: newArn(UserName, Path),
        Path,
        CreateDate: now(),
        ...(PermissionsBoundary && { boundary: PermissionsBoundary }),
        inline: {},
        attached: [],
        tags,
      };
      users.put(UserName, user);
      return { User: describeUser(user) };
    },
  };

  /** A renamed or moved user stays the same: everything it has, including its keys, moves with it. */
  function rename(user: User, UserName: string, Path: string): void {
    checkName("newUserName", UserName, 64);
    checkPath(Path);
    const taken = users.get(UserName);
    if (taken && taken.UserId !== user.UserId) throw alreadyExists(`User with name ${UserName} already exists.`);
    const Arn = newArn(UserName, Path);
    const keys = keysOf(directory, user);
    users.delete(user.UserName);
    users.put(UserName, { ...user, UserName, Path, Arn });
    for (const key of keys) directory.putKey({ ...key, userName: UserName, principal: { ...key.principal, arn: Arn } });
  }

  const UpdateUser: OperationOf<"iam", "UpdateUser"> = {
    access: ({
      UserName,
      NewUserName = users.get(UserName)?.UserName ?? UserName,
      NewPath = users.get(UserName)?.Path,
    }) => renaming("iam:UpdateUser", arnOf(UserName), newArn(NewUserName, NewPath)),
    run: onUser("UpdateUser", (user, { NewUserName = user.UserName, NewPath = user.Path }) => {
      rename(user, NewUserName, NewPath);
      return {};
    }).run,
  };

  return {
    CreateUser,
    GetUser: onUser("GetUser", (user) => ({ User: describeUser(user) })),
    ListUsers: {
      access: () => [{ action: "iam:ListUsers", resource: `arn:aws:iam::${accountId}:user/` }],
      run({ PathPrefix = "/", ...paging }: Paging & { PathPrefix?: string }) {
        const found = pageOf(
          users.all().filter((user) => user.Path.startsWith(PathPrefix)),
          paging,
          ({ UserName }) => UserName,
        );
        return { Users: found.items.map(listedUser), ...found.paging };
      },
    },
    UpdateUser,
    DeleteUser: onUser("DeleteUser", (user) => {
      if (keysOf(directory, user).length > 0)
        throw deleteConflict("Cannot delete entity, must delete access keys first.");
      if (user.attached.length > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
      if (Object.keys(user.inline).length > 0)
        throw deleteConflict("Cannot delete entity, must delete policies first.");
      if (user.credentials?.length) throw deleteConflict("Cannot delete entity, must remove referenced objects first.");
      if (directory.groupsOf(user).length > 0)
        throw deleteConflict("Cannot delete entity, must remove users from group first.");
      users.delete(user.UserName);
      return {};
    }),
    PutUserPermissionsBoundary: change("PutUserPermissionsBoundary", (user, { PermissionsBoundary }) => {
      checkBoundary(directory, PermissionsBoundary);
      user.boundary = PermissionsBoundary;
    }),
    DeleteUserPermissionsBoundary: change("DeleteUserPermissionsBoundary", (user) => {
      delete user.boundary;
    }),
    TagUser: change("TagUser", (user, { Tags }) => {
      user.tags = mergeTags(user.tags, Tags);
    }),
    UntagUser: change("UntagUser", (user, { TagKeys }) => {
      user.tags = withoutTags(user.tags, TagKeys);
    }),
    ListUserTags: onUser("ListUserTags", (user, input) => {
      return tagPage(user.tags, input);
    }),
    ...accessKeyOperations(directory, accountId, onUser),
    ...serviceCredentialOperations(directory, accountId, onUser),
    ...groupOperations(directory, accountId, onUser),
    ...Object.fromEntries(
      Object.entries(lacking).map(([name, list]) => [
        name,
        onUser(name as keyof typeof lacking, () => ({ [list]: [], IsTruncated: false })),
      ]),
    ),
    ListVirtualMFADevices: {
      access: () => [{ action: "iam:ListVirtualMFADevices", resource: "*" }],
      run: () => ({ VirtualMFADevices: [], IsTruncated: false }),
    },
    GetLoginProfile: onUser("GetLoginProfile", noLoginProfile),
    DeleteLoginProfile: onUser("DeleteLoginProfile", noLoginProfile),
  };
}
