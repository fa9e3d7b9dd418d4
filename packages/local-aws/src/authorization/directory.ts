/** What IAM and STS store: roles, users, groups, instance profiles, managed policies, OIDC providers, and issued sessions. */

import { randomBytes } from "node:crypto";
import type { StatusType } from "@aws-sdk/client-iam";
import type { Principal } from "../service.ts";
import type { Collection, Store } from "../store.ts";

/** What policies are put on: a role, a user or a group. Documents are kept as the text given. */
export interface Identity {
  Path: string;
  Arn: string;
  CreateDate: string;
  /** Inline policies by name. */
  inline: Record<string, string>;
  /** ARNs of attached managed policies. */
  attached: string[];
}

/** Who makes requests: a role or a user. */
export interface IamEntity extends Identity {
  boundary?: string;
  tags: Record<string, string>;
}

export interface Role extends IamEntity {
  RoleName: string;
  RoleId: string;
  AssumeRolePolicyDocument: string;
  Description?: string;
  MaxSessionDuration: number;
  lastUsed?: { LastUsedDate: string; Region: string };
}

export interface User extends IamEntity {
  UserName: string;
  UserId: string;
  credentials?: ServiceCredential[];
}

/** Users who share rights. A group makes no requests itself. */
export interface Group extends Identity {
  GroupName: string;
  GroupId: string;
  /** Ids of its users, which they keep under another name. */
  members: string[];
}

/** What EC2 takes a role in. */
export interface InstanceProfile {
  InstanceProfileName: string;
  InstanceProfileId: string;
  Arn: string;
  Path: string;
  CreateDate: string;
  roleName?: string;
  tags: Record<string, string>;
}

/** A user name for a service that does not use AWS's signatures. Its password is shown once and never stored. */
export interface ServiceCredential {
  CreateDate: string;
  ServiceName: string;
  ServiceUserName: string;
  ServiceSpecificCredentialId: string;
  UserName: string;
  /** `Active` or `Inactive`. */
  Status: StatusType;
}

export interface ManagedPolicy {
  PolicyName: string;
  PolicyId: string;
  Arn: string;
  Path: string;
  Description?: string;
  CreateDate: string;
  UpdateDate: string;
  DefaultVersionId: string;
  /** Number of the latest version: numbers are never reused. */
  lastVersion: number;
  versions: Record<string, { Document: string; CreateDate: string }>;
  tags: Record<string, string>;
}

/** A token issuer outside AWS, whose identities roles may trust. */
export interface OidcProvider {
  Arn: string;
  /** Without its scheme, as IAM gives it back. */
  Url: string;
  /** Audiences. */
  ClientIDList: string[];
  ThumbprintList: string[];
  CreateDate: string;
  tags: Record<string, string>;
}

/** A key that signs requests: a user's, or a session's. Kept until it expires, so that it survives a restart. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
  /** Sessions only. */
  sessionToken?: string;
  /** ISO 8601; a user's key has none. */
  expiration?: string;
  issued: string;
  principal: Principal;
  /** Session policies: what the session may do is limited to what each of them allows as well. */
  policies?: string[];
  /** Session tags, which win over the role's own. */
  tags?: Record<string, string>;
  /** Keys of the session tags that are passed on to sessions opened from it. */
  transitive?: Record<string, string>;
  sourceIdentity?: string;
  status?: StatusType;
  userName?: string;
}

/** Names of roles, users, groups and policies are unique regardless of case: they are looked up in lower case. */
const lower = (name: string): string => name.toLowerCase();

/** Things of one kind, by name or ARN. */
export class Named<T> {
  readonly #collection: Collection<T>;
  readonly #changed: () => void;

  constructor(collection: Collection<T>, changed: () => void) {
    this.#collection = collection;
    this.#changed = changed;
  }

  get = (name: string): T | undefined => this.#collection.get(lower(name));
  all = (): T[] => this.#collection.values();

  put(name: string, value: T): void {
    this.#collection.put(lower(name), value);
    this.#changed();
  }

  delete(name: string): boolean {
    const found = this.#collection.delete(lower(name));
    this.#changed();
    return found;
  }
}

/** The account's identities. `version` changes with every write, so that compiled policies can be cached. */
export class Directory {
  readonly roles: Named<Role>;
  readonly users: Named<User>;
  readonly groups: Named<Group>;
  readonly instanceProfiles: Named<InstanceProfile>;
  /** By ARN. */
  readonly policies: Named<ManagedPolicy>;
  /** By ARN. */
  readonly oidcProviders: Named<OidcProvider>;
  readonly #keys: Collection<AccessKey>;
  readonly #keyCache = new Map<string, AccessKey>();
  #version = 0;

  constructor(store: Store) {
    const changed = () => {
      this.#version++;
    };
    this.roles = new Named(store.collection<Role>("iam.roles"), changed);
    this.users = new Named(store.collection<User>("iam.users"), changed);
    this.groups = new Named(store.collection<Group>("iam.groups"), changed);
    this.instanceProfiles = new Named(store.collection<InstanceProfile>("iam.instanceProfiles"), changed);
    this.policies = new Named(store.collection<ManagedPolicy>("iam.policies"), changed);
    this.oidcProviders = new Named(store.collection<OidcProvider>("iam.oidcProviders"), changed);
    this.#keys = store.collection<AccessKey>("sts.keys");
  }

  get version(): number {
    return this.#version;
  }

  /** The groups that a user is in. */
  groupsOf({ UserId }: User): Group[] {
    return this.groups.all().filter(({ members }) => members.includes(UserId));
  }

  key(accessKeyId: string): AccessKey | undefined {
    let key = this.#keyCache.get(accessKeyId);
    if (!key) {
      key = this.#keys.get(accessKeyId);
      if (key) this.#keyCache.set(accessKeyId, key);
    }
    return key;
  }

  keys(): AccessKey[] {
    return this.#keys.values();
  }

  putKey(key: AccessKey): void {
    this.#keys.put(key.accessKeyId, key);
    this.#keyCache.set(key.accessKeyId, key);
  }

  deleteKey(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
    this.#keyCache.delete(accessKeyId);
  }

  /** Forgets sessions that expired more than an hour ago: until then they get `ExpiredToken`. */
  sweep(now = Date.now()): void {
    for (const { accessKeyId, expiration } of this.keys()) {
      if (expiration && Date.parse(expiration) < now - 3_600_000) this.deleteKey(accessKeyId);
    }
  }
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * A unique id in IAM's form: `AROA` for roles, `AIDA` users, `AGPA` groups, `AIPA` instance profiles, `ANPA` policies,
 * `ASIA` session keys, `AKIA` user keys.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export const uniqueId = (prefix: string): string =>
  prefix + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("");
