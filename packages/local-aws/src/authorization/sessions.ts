/** Temporary credentials of roles. */
import { randomBytes } from "node:crypto";
import { parsedPolicy } from "../kit/permissions.ts";
import { type Access, AwsError, type PolicyDocument, type Principal, type RoleSession } from "../service.ts";
import { type AccessKey, type Directory, type Role, uniqueId } from "./directory.ts";

export interface SessionOptions {
  /** `[\w+=,.@-]{2,64}`; checked by STS, and by services that let users choose it. */
  sessionName: string;
  durationSeconds?: number;
  /** Session policies, as JSON text. */
  policies?: string[];
  /** Session tags. */
  tags?: Record<string, string>;
  /** Keys of those tags that are passed on to sessions opened from it. */
  transitive?: Record<string, string>;
  /** Who is behind the session, for `aws:SourceIdentity`. */
  sourceIdentity?: string | undefined;
}

/** The permission to assume a role: its trust policy decides, and identity policies where it trusts the whole account. */
export function assumeRoleAccess(role: Role, context?: Access["context"], action = "sts:AssumeRole"): Access {
  return {
    action,
    resource: role.Arn,
    rule: "resource",
    resourcePolicy: trustPolicy(role),
    ...(context && { context }),
  };
}

export const trustPolicy = (role: Role): PolicyDocument => parsedPolicy(role.AssumeRolePolicyDocument);

export function assumedRole(role: Role, sessionName: string, accountId: string): Principal {
  return {
    kind: "role",
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.RoleName}/${sessionName}`,
    accountId,
    userId: `${role.RoleId}:${sessionName}`,
    roleArn: role.Arn,
  };
}

/** Makes a session's key and keeps it until it expires. The caller has evaluated the trust policy. */
export function openSession(
  directory: Directory,
  principal: Principal,
  { durationSeconds = 3600, policies, tags, transitive, sourceIdentity }: Omit<SessionOptions, "sessionName">,
): RoleSession {
  const accessKeyId = uniqueId("ASIA");
  const issued = new Date();
  // STS uses whole seconds.
  const expiration = new Date(Math.floor(issued.getTime() / 1000 + durationSeconds) * 1000);
  const key: AccessKey & { sessionToken: string } = {
    accessKeyId,
    secretAccessKey: randomBytes(30).toString("base64"),
    sessionToken: `IQoJ${randomBytes(180).toString("base64")}`,
    issued: issued.toISOString(),
    expiration: expiration.toISOString(),
    principal: { ...principal, accessKeyId },
    ...(policies?.length && { policies }),
    ...(tags && Object.keys(tags).length > 0 && { tags }),
    ...(transitive && Object.keys(transitive).length > 0 && { transitive }),
    ...(sourceIdentity && { sourceIdentity }),
  };
  directory.putKey(key);
  const { secretAccessKey, sessionToken } = key;
  return { principal: key.principal, credentials: { accessKeyId, secretAccessKey, sessionToken, expiration } };
}

/** @throws AwsError `AccessDenied`: for a caller, a role that is not there and one that does not trust it look alike. */
export function existingRole(directory: Directory, roleArn: string, caller: Principal): Role {
  const role = directory.roles.get(roleArn.split("/").at(-1) ?? "");
  if (role?.Arn === roleArn) return role;
  const message = `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
  throw new AwsError("AccessDenied", message, 403);
}
