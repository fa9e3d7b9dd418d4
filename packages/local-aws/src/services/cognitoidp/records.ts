/** What Cognito keeps: pools, their clients, users, groups and sessions. */
import type {
  GroupType,
  UserPoolClientType,
  UserPoolType,
  UserStatusType,
} from "@aws-sdk/client-cognito-identity-provider";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import type { Verifier } from "./srp.ts";

/** SDK clients declare every member as optional; those named are always there. Times are milliseconds since 1970. */
export type Pool = Omit<UserPoolType, "CreationDate" | "LastModifiedDate"> & {
  Id: string;
  Name: string;
  Arn: string;
  /** Whether users may have codes of authenticator apps. */
  softwareToken?: boolean;
  created: number;
  modified: number;
};
export type Client = Omit<UserPoolClientType, "CreationDate" | "LastModifiedDate"> & {
  ClientId: string;
  UserPoolId: string;
  ClientName: string;
  created: number;
  modified: number;
};
export type Group = Omit<GroupType, "CreationDate" | "LastModifiedDate"> & {
  GroupName: string;
  UserPoolId: string;
  created: number;
  modified: number;
};

export interface User {
  poolId: string;
  username: string;
  sub: string;
  attributes: Record<string, string>;
  /** Salt and hash; none until a password is set. */
  password?: string;
  /** Of the same password. */
  srp?: Verifier;
  /** Of an authenticator app: its secret, and the step of the last code, which is not taken again. */
  totp?: { secret: string; used: number; device?: string };
  /** A secret that no code has proved yet. */
  pendingSecret?: string;
  /** Whether the user wants to be asked for codes where the pool leaves the choice. */
  mfa?: "enabled" | "preferred";
  status: UserStatusType;
  enabled: boolean;
  groups: string[];
  /** What was sent to prove an address or to set a new password. */
  code?: { kind: "signUp" | "password"; value: string; expires: number };
  created: number;
  modified: number;
}

/** Begun by signing in, known by the hash of its refresh token. */
export interface Session {
  poolId: string;
  clientId: string;
  username: string;
  /** In every token of it: `origin_jti`. */
  origin: string;
  /** Seconds since 1970. */
  signedIn: number;
  /** Milliseconds since 1970. */
  expires: number;
}

/** A challenge that waits for its response. */
export interface Challenge {
  poolId: string;
  clientId: string;
  username: string;
  expires: number;
  name: "PASSWORD_VERIFIER" | "NEW_PASSWORD_REQUIRED" | "SOFTWARE_TOKEN_MFA" | "MFA_SETUP";
  /** Both sides' keys, as far as the server has them, in hexadecimal. */
  srp?: { clientKey: string; secret: string; publicKey: string; verifier: string };
}

export class Records {
  readonly pools: Collection<Pool>;
  readonly clients: Collection<Client>;
  readonly users: Collection<User>;
  readonly groups: Collection<Group>;
  readonly sessions: Collection<Session>;
  readonly challenges: Collection<Challenge>;
  readonly #prefix: string;

  constructor({ store, region, accountId }: Pick<Cloud, "store" | "region" | "accountId">) {
    this.pools = store.collection("cognito.pools");
    this.clients = store.collection("cognito.clients");
    this.users = store.collection("cognito.users");
    this.groups = store.collection("cognito.groups");
    this.sessions = store.collection("cognito.sessions");
    this.challenges = store.collection("cognito.challenges");
    this.#prefix = `arn:aws:cognito-idp:${region}:${accountId}:userpool/`;
  }

  arn(pool: string): string {
    return `${this.#prefix}${pool}`;
  }

  /** For operations on a pool, and those without one. */
  needs(action: string, pool?: string): Access[] {
    return [{ action: `cognito-idp:${action}`, resource: pool === undefined ? "*" : this.arn(pool) }];
  }

  /** @throws AwsError `ResourceNotFoundException` */
  pool(id = ""): Pool {
    const found = this.pools.get(id);
    if (found) return found;
    throw missing(`User pool ${id} does not exist.`);
  }

  /** @throws AwsError `ResourceNotFoundException` */
  client(id = "", pool?: string): Client {
    const found = this.clients.get(id);
    if (found && (pool === undefined || found.UserPoolId === pool)) return found;
    throw missing(`User pool client ${id} does not exist.`);
  }

  /** By username, by `sub`, or by an attribute that the pool lets users sign in with. */
  find(poolId: string, name = ""): User | undefined {
    const { UsernameConfiguration, UsernameAttributes = [], AliasAttributes = [] } = this.pool(poolId);
    const plain = (text: string) => (UsernameConfiguration?.CaseSensitive === false ? text.toLowerCase() : text);
    const direct = this.users.get(`${poolId}/${plain(name)}`);
    if (direct) return direct;
    const aliases = [...UsernameAttributes, ...AliasAttributes];
    return this.usersOf(poolId).find(
      ({ sub, attributes }) =>
        sub === name ||
        aliases.some((alias) => attributes[alias] !== undefined && plain(attributes[alias]) === plain(name)),
    );
  }

  /** @throws AwsError `UserNotFoundException` */
  user(poolId: string, name: string | undefined): User {
    const found = this.find(poolId, name);
    if (found) return found;
    throw new AwsError("UserNotFoundException", "User does not exist.");
  }

  usersOf(poolId: string): User[] {
    return this.users.values(`${poolId}/`);
  }

  put(user: User): void {
    const { UsernameConfiguration } = this.pool(user.poolId);
    const insensitive = UsernameConfiguration?.CaseSensitive === false;
    const name = insensitive ? user.username.toLowerCase() : user.username;
    this.users.put(`${user.poolId}/${name}`, { ...user, modified: Date.now() });
  }

  remove(user: User): void {
    for (const [key, one] of this.users.entries(`${user.poolId}/`)) if (one.sub === user.sub) this.users.delete(key);
    this.signOut(user);
  }

  /** Ends every session of a user. */
  signOut({ poolId, username }: User): void {
    for (const [key, session] of this.sessions.entries()) {
      if (session.poolId === poolId && session.username === username) this.sessions.delete(key);
    }
  }

  /** @throws AwsError `ResourceNotFoundException` */
  group(poolId: string, name: string): Group {
    this.pool(poolId);
    const found = this.groups.get(`${poolId}/${name}`);
    if (found) return found;
    throw missing("Group not found.");
  }
}

export const missing = (message: string): AwsError => new AwsError("ResourceNotFoundException", message);
export const invalid = (message: string): AwsError => new AwsError("InvalidParameterException", message);
export const notAuthorized = (message = "Incorrect username or password."): AwsError =>
  new AwsError("NotAuthorizedException", message);
export const unmodelled = (what: string): AwsError => invalid(`The local cloud does not model ${what}`);

/** As answers have it. */
export const dated = <Item extends { created: number; modified: number }>({ created, modified, ...item }: Item) => ({
  ...item,
  CreationDate: new Date(created),
  LastModifiedDate: new Date(modified),
});
