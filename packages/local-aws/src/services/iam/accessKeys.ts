/** Access keys, with which users sign. */
import { randomBytes } from "node:crypto";
import { type AccessKey, type Directory, type User, uniqueId } from "../../authorization/directory.ts";
import { limitExceeded, noSuchEntity, now } from "../../authorization/limits.ts";
import type { Operations } from "../../operations.ts";
import type { On } from "./entity.ts";
import { pageOf } from "./paging.ts";

const maxKeys = 2;

export const keysOf = (directory: Directory, user: User): AccessKey[] =>
  directory.keys().filter((key) => key.userName === user.UserName);

export function accessKeyOperations(directory: Directory, accountId: string, onUser: On<User>): Operations<"iam"> {
  const keyOf = (user: User, id: string): AccessKey => {
    const key = keysOf(directory, user).find(({ accessKeyId }) => accessKeyId === id);
    if (!key) throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
    return key;
  };
  const describe = (key: AccessKey) => ({
    UserName: key.userName,
    AccessKeyId: key.accessKeyId,
    Status: key.status,
    CreateDate: new Date(key.issued),
  });

  return {
    CreateAccessKey: onUser("CreateAccessKey", (user) => {
      if (keysOf(directory, user).length >= maxKeys)
        throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${maxKeys}`);
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
      return { AccessKey: { ...describe(key), SecretAccessKey: key.secretAccessKey } };
    }),
    ListAccessKeys: onUser("ListAccessKeys", (user, input) => {
      const found = pageOf(keysOf(directory, user), input, ({ accessKeyId }) => accessKeyId);
      return { AccessKeyMetadata: found.items.map(describe), ...found.paging };
    }),
    UpdateAccessKey: onUser("UpdateAccessKey", (user, input) => {
      directory.putKey({ ...keyOf(user, input.AccessKeyId), status: input.Status });
      return {};
    }),
    DeleteAccessKey: onUser("DeleteAccessKey", (user, { AccessKeyId }) => {
      directory.deleteKey(keyOf(user, AccessKeyId).accessKeyId);
      return {};
    }),
  };
}
