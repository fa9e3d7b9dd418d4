/** Roles in answers. */
import type { Role } from "../../authorization/directory.ts";
import { tagList } from "../../kit/tags.ts";
import { describeBoundary } from "./boundary.ts";

/** CreateRole's answer, which leaves out the session duration and the last use. */
export const describeNewRole = (role: Role) => ({ ...roleInProfile(role), ...describeMore(role) });

/** As IAM shows it: documents are URL-encoded JSON (RFC 3986). Lists leave out tags, boundary and last use. */
export function describeRole(role: Role, full = true) {
  return {
    Path: role.Path,
    RoleName: role.RoleName,
    RoleId: role.RoleId,
    Arn: role.Arn,
    CreateDate: new Date(role.CreateDate),
    AssumeRolePolicyDocument: encodeURIComponent(role.AssumeRolePolicyDocument),
    ...(role.Description !== undefined && { Description: role.Description }),
    MaxSessionDuration: role.MaxSessionDuration,
    ...(full && {
      ...describeMore(role),
      RoleLastUsed: role.lastUsed
        ? { LastUsedDate: new Date(role.lastUsed.LastUsedDate), Region: role.lastUsed.Region }
        : {},
    }),
  };
}

const describeMore = (role: Role) => ({
  ...describeBoundary(role),
  ...(Object.keys(role.tags).length > 0 && { Tags: tagList(role.tags) }),
});

/** As its instance profiles show it: without how long its sessions last. */
export function roleInProfile(role: Role) {
  const { MaxSessionDuration: _, ...shown } = describeRole(role, false);
  return shown;
}
