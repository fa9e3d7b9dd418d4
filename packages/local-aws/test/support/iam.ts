import { Authorizer } from "../../src/authorization/authorizer.ts";
import { type AccessKey, Directory, type Role } from "../../src/authorization/directory.ts";
import type { Access, PolicyStatement, Principal } from "../../src/service.ts";
import { Store } from "../../src/store.ts";

export const account = "000000000000";
export const table = `arn:aws:dynamodb:us-east-1:${account}:table/iris`;
export const get: Access = { action: "dynamodb:GetItem", resource: table };
export const document = (...Statement: PolicyStatement[]) => ({ Version: "2012-10-17", Statement });
export const allow = (more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: "Allow",
  Action: "dynamodb:GetItem",
  Resource: table,
  ...more,
});
export const deny = (more: Partial<PolicyStatement> = {}): PolicyStatement => ({ ...allow(more), Effect: "Deny" });
export const principal: Principal = {
  kind: "role",
  arn: `arn:aws:sts::${account}:assumed-role/R/S`,
  accountId: account,
  userId: "AROA1:S",
  roleArn: `arn:aws:iam::${account}:role/R`,
};
export const root: Principal = {
  kind: "root",
  arn: `arn:aws:iam::${account}:root`,
  accountId: account,
  userId: account,
};
export const roleNamed = { AWS: principal.roleArn as string };
export const accountNamed = { AWS: root.arn };

/** An authorizer whose role R has these statements, and what else is said of it. */
export function world(identity: PolicyStatement[], more: Partial<Role> = {}, key?: Partial<AccessKey>) {
  const directory = new Directory(new Store(":memory:"));
  const role: Role = {
    RoleName: "R",
    RoleId: "AROA1",
    Arn: principal.roleArn as string,
    Path: "/",
    CreateDate: "2026-01-01T00:00:00Z",
    AssumeRolePolicyDocument: "{}",
    MaxSessionDuration: 3600,
    inline: identity.length > 0 ? { p: JSON.stringify(document(...identity)) } : {},
    attached: [],
    tags: {},
    ...more,
  };
  directory.roles.put("R", role);
  if (key) {
    directory.putKey({ accessKeyId: "ASIA1", secretAccessKey: "s", issued: "2026-01-01T00:00:00Z", principal, ...key });
  }
  const authorizer = new Authorizer(directory, "us-east-1", account);
  const may = (access: Access = get, as = principal, sourceIp?: string) =>
    authorizer.decide({ principal: key ? { ...as, accessKeyId: "ASIA1" } : as, ...(sourceIp && { sourceIp }) }, access)
      .allowed;
  return { directory, authorizer, may };
}
