/** Users, managed with the account's own rights. */
import { randomBytes } from "node:crypto";
import { page } from "../../kit/page.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud } from "../../service.ts";
import { factorsOf } from "./mfa.ts";
import { checkPassword, secretsOf } from "./passwords.ts";
import { invalid, notAuthorized, type Records, type User } from "./records.ts";
import { addUser, attributeList, attributesIn, described, sendInvitation, userFilter } from "./users.ts";

export function adminOperations(cloud: Cloud, records: Records): Operations<"cognito-idp"> {
  const needs =
    (action: string) =>
    ({ UserPoolId }: { UserPoolId: string }) =>
      records.needs(action, UserPoolId);
  const change = (pool: string, name: string, changed: (user: User) => Partial<User>) => {
    const user = records.user(pool, name);
    records.put({ ...user, ...changed(user) });
    return {};
  };

  return {
    AdminCreateUser: {
      access: needs("AdminCreateUser"),
      async run({ UserPoolId, Username, UserAttributes, TemporaryPassword, MessageAction }) {
        const pool = records.pool(UserPoolId);
        if (MessageAction === "RESEND") {
          const user = records.user(UserPoolId, Username);
          if (user.status !== "FORCE_CHANGE_PASSWORD") {
            throw new AwsError(
              "UnsupportedUserStateException",
              "Resend not possible. User status is not FORCE_CHANGE_PASSWORD",
            );
          }
          const again = TemporaryPassword ?? temporary();
          records.put({ ...user, ...(await secretsOf(user, again)) });
          sendInvitation(cloud, user, again);
          return { User: described(user) };
        }
        if (TemporaryPassword !== undefined) checkPassword(pool, TemporaryPassword);
        const password = TemporaryPassword ?? temporary();
        const user = addUser(records, pool, { name: Username, given: UserAttributes, status: "FORCE_CHANGE_PASSWORD" });
        records.put({ ...user, ...(await secretsOf(user, password)) });
        if (MessageAction !== "SUPPRESS") sendInvitation(cloud, user, password);
        return { User: described(user) };
      },
    },
    AdminGetUser: {
      access: needs("AdminGetUser"),
      run({ UserPoolId, Username }) {
        const found = records.user(UserPoolId, Username);
        const { Attributes: _, ...user } = described(found);
        return { ...user, Username: found.username, UserAttributes: attributeList(found), ...factorsOf(found) };
      },
    },
    AdminDeleteUser: {
      access: needs("AdminDeleteUser"),
      run({ UserPoolId, Username }) {
        records.remove(records.user(UserPoolId, Username));
        return {};
      },
    },
    AdminSetUserPassword: {
      access: needs("AdminSetUserPassword"),
      async run({ UserPoolId, Username, Password, Permanent = false }) {
        checkPassword(records.pool(UserPoolId), Password);
        const secrets = await secretsOf(records.user(UserPoolId, Username), Password);
        const status = Permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD";
        return change(UserPoolId, Username, () => ({ ...secrets, status }));
      },
    },
    AdminConfirmSignUp: {
      access: needs("AdminConfirmSignUp"),
      run: ({ UserPoolId, Username }) =>
        change(UserPoolId, Username, ({ status }) => {
          if (status === "UNCONFIRMED") return { status: "CONFIRMED" };
          throw notAuthorized(`User cannot be confirmed. Current status is ${status}`);
        }),
    },
    AdminEnableUser: {
      access: needs("AdminEnableUser"),
      run: ({ UserPoolId, Username }) => change(UserPoolId, Username, () => ({ enabled: true })),
    },
    AdminDisableUser: {
      access: needs("AdminDisableUser"),
      run: ({ UserPoolId, Username }) => change(UserPoolId, Username, () => ({ enabled: false })),
    },
    AdminUpdateUserAttributes: {
      access: needs("AdminUpdateUserAttributes"),
      run: ({ UserPoolId, Username, UserAttributes }) =>
        change(UserPoolId, Username, ({ attributes }) => ({
          attributes: { ...attributes, ...attributesIn(records.pool(UserPoolId), UserAttributes) },
        })),
    },
    AdminDeleteUserAttributes: {
      access: needs("AdminDeleteUserAttributes"),
      run: ({ UserPoolId, Username, UserAttributeNames }) =>
        change(UserPoolId, Username, ({ attributes }) => ({
          attributes: Object.fromEntries(
            Object.entries(attributes).filter(([name]) => !UserAttributeNames.includes(name)),
          ),
        })),
    },
    AdminUserGlobalSignOut: {
      access: needs("AdminUserGlobalSignOut"),
      run({ UserPoolId, Username }) {
        records.signOut(records.user(UserPoolId, Username));
        return {};
      },
    },
    ListUsers: {
      access: needs("ListUsers"),
      run({ UserPoolId, AttributesToGet, Filter, Limit, PaginationToken }) {
        records.pool(UserPoolId);
        const all = records.usersOf(UserPoolId).filter(userFilter(Filter));
        const { items, next } = page(all, { Limit, NextToken: PaginationToken }, ({ username }) => username, {
          ...{ size: 60, most: 60, invalid: () => invalid("Invalid pagination token") },
        });
        const wanted = ({ Name = "" }) => !AttributesToGet?.length || AttributesToGet.includes(Name);
        const Users = items.map((user) => ({ ...described(user), Attributes: attributeList(user).filter(wanted) }));
        return { Users, ...(next !== undefined && { PaginationToken: next }) };
      },
    },
  };
}

/** One that every policy takes. */
const temporary = (): string => `Aa1!${randomBytes(6).toString("base64url")}`;
