/** Users and their access keys: for a caller that is no role. */
import { randomBytes } from "node:crypto";
import type { Call, Operation } from "../service.ts";
import { type AccessKey, type Directory, type User, uniqueId } from "./directory.ts";
import {
  alreadyExists,
  checkName,
  checkPath,
  checkTags,
  deleteConflict,
  limitExceeded,
  noSuchEntity,
  now,
  page,
  tagList,
  validationError,
} from "./limits.ts";

interface OfUser {
  UserName: string;
}
interface OfKey extends OfUser {
  AccessKeyId: string;
}
interface Paging {
  Marker?: string;
  MaxItems?: number;
}

const maxKeys = 2;

export function userOperations(directory: Directory, accountId: string): Record<string, Operation> {
  const { users } = directory;
  const find = (name: string): User => {
    const user = users.get(name);
    if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
    return user;
  };
  const arnOf = (name: string, path = "/") => users.get(name)?.Arn ?? `arn:aws:iam::${accountId}:user${path}${name}`;
  /** Without a name, the user who calls is meant. */
  const nameOf = ({ UserName }: Partial<OfUser>, { principal }: Call): string => {
    if (UserName !== undefined) return UserName;
    if (principal.kind === "user") return principal.arn.split("/").at(-1) as string;
    throw validationError("Must specify userName when calling with non-User credentials");
  };
  const onUser = <Input extends Partial<OfUser>>(
    action: string,
    run: (user: User, input: Input) => unknown,
  ): Operation<Input> => ({
    access: (input, call) => [{ action: `iam:${action}`, resource: arnOf(nameOf(input, call)) }],
    run: (input, call) => run(find(nameOf(input, call)), input),
  });
  const keysOf = (user: User): AccessKey[] => directory.keys().filter((key) => key.userName === user.UserName);
  const keyOf = (user: User, id: string): AccessKey => {
    const key = keysOf(user).find(({ accessKeyId }) => accessKeyId === id);
    if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
    return key;
  };
  const describe = (user: User) => ({
    Path: user.Path,
    UserName: user.UserName,
    UserId: user.UserId,
    Arn: user.Arn,
    CreateDate: new Date(user.CreateDate),
    ...(Object.keys(user.tags).length > 0 && { Tags: tagList(user.tags) }),
  });
  const describeKey = (key: AccessKey) => ({
    UserName: key.userName,
    AccessKeyId: key.accessKeyId,
    Status: key.status,
    CreateDate: new Date(key.issued),
  });

  const CreateUser: Operation<OfUser & { Path?: string; Tags?: { Key: string; Value: string }[] }> = {
    access: ({ UserName, Path }) => [{ action: "iam:CreateUser", resource: arnOf(UserName, Path) }],
    run({ UserName, Path = "/", Tags }) {
      checkName("userName", UserName, 64);
      checkPath(Path);
      if (users.get(UserName)) throw alreadyExists(`User with name ${UserName} already exists.`);
      const user: User = {
        UserName,
        UserId: uniqueId("AIDA"),
        Arn: `arn:aws:iam::${accountId}:user${Path}${UserName}`,
        Path,
        CreateDate: now(),
        inline: {},
        attached: [],
        tags: checkTags(Tags),
      };
      users.put(UserName, user);
      return { User: describe(user) };
    },
  };

  return {
    CreateUser,
    GetUser: onUser("GetUser", (user) => ({ User: describe(user) })),
    ListUsers: {
      access: () => [{ action: "iam:ListUsers", resource: `arn:aws:iam::${accountId}:user/` }],
      run({ PathPrefix = "/", ...paging }: Paging & { PathPrefix?: string }) {
        const found = page(
          users.all().filter((user) => user.Path.startsWith(PathPrefix)),
          paging,
        );
        return { Users: found.items.map(describe), ...found.paging };
      },
    },
    DeleteUser: onUser("DeleteUser", (user) => {
      if (keysOf(user).length > 0) throw deleteConflict("Cannot delete entity, must delete access keys first.");
      if (user.attached.length > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
      if (Object.keys(user.inline).length > 0)
        throw deleteConflict("Cannot delete entity, must delete policies first.");
      users.delete(user.UserName);
      return {};
    }),
    CreateAccessKey: onUser("CreateAccessKey", (user) => {
      if (keysOf(user).length >= maxKeys) throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${maxKeys}`);
      const accessKeyId = uniqueId("AKIA");
      const key: AccessKey = {
        accessKeyId,
        secretAccessKey: randomBytes(30).toString("base64"),
        issued: now(),
        status: "Active",
        userName: user.UserName,
        principal: { kind: "user", arn: user.Arn, accountId, userId: user.UserId, accessKeyId },
      };
      directory.putKey(key);
      return { AccessKey: { ...describeKey(key), SecretAccessKey: key.secretAccessKey } };
    }),
    ListAccessKeys: onUser<OfUser & Paging>("ListAccessKeys", (user, input) => {
      const found = page(keysOf(user), input);
      return { AccessKeyMetadata: found.items.map(describeKey), ...found.paging };
    }),
    UpdateAccessKey: onUser<OfKey & { Status: "Active" | "Inactive" }>("UpdateAccessKey", (user, input) => {
      directory.putKey({ ...keyOf(user, input.AccessKeyId), status: input.Status });
      return {};
    }),
    DeleteAccessKey: onUser<OfKey>("DeleteAccessKey", (user, { AccessKeyId }) => {
      directory.deleteKey(keyOf(user, AccessKeyId).accessKeyId);
      return {};
    }),
  };
}
