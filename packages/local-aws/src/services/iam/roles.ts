/** Operations on roles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */

import { type Directory, type Role, uniqueId } from "../../authorization/directory.ts";
import {
  alreadyExists,
  checkDuration,
  checkName,
  checkPath,
  checkTags,
  deleteConflict,
  limitExceeded,
  mergeTags,
  now,
  policySize,
} from "../../authorization/limits.ts";
import { parsePolicy } from "../../authorization/validate.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { checkBoundary } from "./boundary.ts";
import { describeNewRole, describeRole } from "./describeRole.ts";
import { entityOperations } from "./entity.ts";
import { instanceProfileOperations, profilesOf } from "./instanceProfiles.ts";
import { type Paging, pageOf, tagPage } from "./paging.ts";

/** Most characters in a trust policy. */
const maxTrust = 2048;

export function roleOperations(directory: Directory, accountId: string): Operations<"iam"> {
  const { roles } = directory;
  const arnOf = (name: string, path = "/") => roles.get(name)?.Arn ?? `arn:aws:iam::${accountId}:role${path}${name}`;
  const { on: onRole, change } = entityOperations<Role, { RoleName: string }>({
    nameOf: ({ RoleName }) => RoleName,
    get: (name) => roles.get(name),
    arnOf,
    put: (role) => roles.put(role.RoleName, role),
    missing: (name) => `The role with name ${name} cannot be found.`,
  });

  const CreateRole: OperationOf<"iam", "CreateRole"> = {
    access: ({ RoleName, Path }) => [{ action: "iam:CreateRole", resource: arnOf(RoleName, Path) }],
    run(input) {
      const { RoleName, Path = "/", MaxSessionDuration = 3600, AssumeRolePolicyDocument } = input;
      checkName("roleName", RoleName, 64);
      checkPath(Path);
      checkDuration(MaxSessionDuration);
      checkTrust(AssumeRolePolicyDocument);
      const tags = checkTags(input.Tags);
      checkBoundary(directory, input.PermissionsBoundary);
      if (roles.get(RoleName)) throw alreadyExists(`Role with name ${RoleName} already exists.`);
      const role: Role = {
        RoleName,
        RoleId: uniqueId("AROA"),
        Arn: `arn:aws:iam::${accountId}:role${Path}${RoleName}`,
        Path,
        CreateDate: now(),
        AssumeRolePolicyDocument,
        MaxSessionDuration,
        ...(input.Description !== undefined && { Description: input.Description }),
        ...(input.PermissionsBoundary && { boundary: input.PermissionsBoundary }),
        inline: {},
        attached: [],
        tags,
      };
      roles.put(RoleName, role);
      return { Role: describeNewRole(role) };
    },
  };

  return {
    CreateRole,
    GetRole: onRole("GetRole", (role) => ({ Role: describeRole(role) })),
    ListRoles: {
      access: () => [{ action: "iam:ListRoles", resource: `arn:aws:iam::${accountId}:role/` }],
      run({ PathPrefix = "/", ...paging }: Paging & { PathPrefix?: string }) {
        const found = pageOf(
          roles.all().filter((role) => role.Path.startsWith(PathPrefix)),
          paging,
          ({ RoleName }) => RoleName,
        );
        return { Roles: found.items.map((role) => describeRole(role, false)), ...found.paging };
      },
    },
    DeleteRole: onRole("DeleteRole", (role) => {
      if (role.attached.length > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
      if (Object.keys(role.inline).length > 0)
        throw deleteConflict("Cannot delete entity, must delete policies first.");
      if (profilesOf(directory, role).length > 0)
        throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
      roles.delete(role.RoleName);
      return {};
    }),
    UpdateRole: change("UpdateRole", (role, input) => {
      if (input.MaxSessionDuration !== undefined) checkDuration(input.MaxSessionDuration);
      role.MaxSessionDuration = input.MaxSessionDuration ?? role.MaxSessionDuration;
      if (input.Description !== undefined) role.Description = input.Description;
    }),
    UpdateRoleDescription: change("UpdateRoleDescription", (role, { Description }) => {
      role.Description = Description;
      return { Role: describeRole(role) };
    }),
    UpdateAssumeRolePolicy: change("UpdateAssumeRolePolicy", (role, input) => {
      checkTrust(input.PolicyDocument);
      role.AssumeRolePolicyDocument = input.PolicyDocument;
    }),
    PutRolePermissionsBoundary: change("PutRolePermissionsBoundary", (role, input) => {
      checkBoundary(directory, input.PermissionsBoundary);
      role.boundary = input.PermissionsBoundary;
    }),
    DeleteRolePermissionsBoundary: change("DeleteRolePermissionsBoundary", (role) => {
      delete role.boundary;
    }),
    TagRole: change("TagRole", (role, { Tags }) => {
      role.tags = mergeTags(role.tags, Tags);
    }),
    UntagRole: change("UntagRole", (role, { TagKeys }) => {
      for (const key of TagKeys) delete role.tags[key];
    }),
    ListRoleTags: onRole("ListRoleTags", (role, input) => {
      return tagPage(role.tags, input);
    }),
    ...instanceProfileOperations(directory, accountId, onRole),
  };
}

function checkTrust(text: string): void {
  parsePolicy(text, "trust");
  if (policySize(text) > maxTrust) throw limitExceeded(`Cannot exceed quota for ACLSizePerRole: ${maxTrust}`);
}
