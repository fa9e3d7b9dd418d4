/**
 * Instance profiles, in which EC2 takes a role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
 */
import { type Directory, type InstanceProfile, type Role, uniqueId } from "../../authorization/directory.ts";
import {
  alreadyExists,
  checkName,
  checkPath,
  checkTags,
  deleteConflict,
  limitExceeded,
  mergeTags,
  noSuchEntity,
  now,
} from "../../authorization/limits.ts";
import { passRole } from "../../kit/passRole.ts";
import { tagList, withoutTags } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { roleInProfile } from "./describeRole.ts";
import { entityOperations, type On } from "./entity.ts";
import { pageOf, tagPage } from "./paging.ts";

const maxRoles = 1;

/** The instance profiles that a role is in. */
export const profilesOf = ({ instanceProfiles }: Directory, role: Role): InstanceProfile[] =>
  instanceProfiles.all().filter(({ roleName }) => roleName === role.RoleName);

/** @param onRole wraps an operation on a role. */
export function instanceProfileOperations(
  directory: Directory,
  accountId: string,
  onRole: On<Role>,
): Operations<"iam"> {
  const { instanceProfiles: profiles, roles } = directory;
  const newArn = (name: string, path = "/") => `arn:aws:iam::${accountId}:instance-profile${path}${name}`;
  const arnOf = (name: string) => profiles.get(name)?.Arn ?? newArn(name);
  const { on: onProfile, change } = entityOperations<InstanceProfile, { InstanceProfileName: string }>({
    nameOf: ({ InstanceProfileName }) => InstanceProfileName,
    get: (name) => profiles.get(name),
    arnOf,
    put: (profile) => profiles.put(profile.InstanceProfileName, profile),
    missing: (name) => `Instance Profile ${name} cannot be found.`,
  });
  const missingRole = (name: string) => noSuchEntity(`The role with name ${name} cannot be found.`);
  const listed = (profile: InstanceProfile) => {
    const role = profile.roleName === undefined ? undefined : roles.get(profile.roleName);
    return {
      Path: profile.Path,
      InstanceProfileName: profile.InstanceProfileName,
      InstanceProfileId: profile.InstanceProfileId,
      Arn: profile.Arn,
      CreateDate: new Date(profile.CreateDate),
      Roles: role ? [roleInProfile(role)] : [],
    };
  };
  const describe = (profile: InstanceProfile) => ({
    ...listed(profile),
    ...(Object.keys(profile.tags).length > 0 && { Tags: tagList(profile.tags) }),
  });

  const CreateInstanceProfile: OperationOf<"iam", "CreateInstanceProfile"> = {
    access: ({ InstanceProfileName, Path }) => [
      { action: "iam:CreateInstanceProfile", resource: newArn(InstanceProfileName, Path) },
    ],
    run({ InstanceProfileName, Path = "/", Tags }) {
      checkName("instanceProfileName", InstanceProfileName, 128);
      checkPath(Path);
      const tags = checkTags(Tags);
      if (profiles.get(InstanceProfileName))
        throw alreadyExists(`Instance Profile ${InstanceProfileName} already exists.`);
      const profile: InstanceProfile = {
        InstanceProfileName,
        InstanceProfileId: uniqueId("AIPA"),
        Arn: newArn(InstanceProfileName, Path),
        Path,
        CreateDate: now(),
        tags,
      };
      profiles.put(InstanceProfileName, profile);
      return { InstanceProfile: describe(profile) };
    },
  };
  const ListInstanceProfiles: OperationOf<"iam", "ListInstanceProfiles"> = {
    access: () => [{ action: "iam:ListInstanceProfiles", resource: `arn:aws:iam::${accountId}:instance-profile/` }],
    run({ PathPrefix = "/", ...paging }) {
      const found = pageOf(
        profiles.all().filter(({ Path }) => Path.startsWith(PathPrefix)),
        paging,
        ({ InstanceProfileName }) => InstanceProfileName,
      );
      return { InstanceProfiles: found.items.map(listed), ...found.paging };
    },
  };
  const AddRoleToInstanceProfile: OperationOf<"iam", "AddRoleToInstanceProfile"> = {
    access: ({ InstanceProfileName, RoleName }) => [
      { action: "iam:AddRoleToInstanceProfile", resource: arnOf(InstanceProfileName) },
      ...passRole("ec2.amazonaws.com", roles.get(RoleName)?.Arn ?? `arn:aws:iam::${accountId}:role/${RoleName}`),
    ],
    run: change("AddRoleToInstanceProfile", (profile, { RoleName }) => {
      const role = roles.get(RoleName);
      if (!role) throw missingRole(RoleName);
      if (role.Path.startsWith("/aws-service-role/")) throw protectedRole(role);
      if (profile.roleName !== undefined)
        throw limitExceeded(`Cannot exceed quota for InstanceSessionsPerInstanceProfile: ${maxRoles}`);
      profile.roleName = role.RoleName;
    }).run,
  };

  return {
    CreateInstanceProfile,
    ListInstanceProfiles,
    AddRoleToInstanceProfile,
    GetInstanceProfile: onProfile("GetInstanceProfile", (profile) => ({ InstanceProfile: describe(profile) })),
    DeleteInstanceProfile: onProfile("DeleteInstanceProfile", ({ InstanceProfileName, roleName }) => {
      if (roleName !== undefined)
        throw deleteConflict("Cannot delete entity, must remove roles from instance profile first.");
      profiles.delete(InstanceProfileName);
      return {};
    }),
    RemoveRoleFromInstanceProfile: change("RemoveRoleFromInstanceProfile", (profile, { RoleName }) => {
      const role = roles.get(RoleName);
      if (!role || profile.roleName !== role.RoleName) throw missingRole(RoleName);
      delete profile.roleName;
    }),
    ListInstanceProfilesForRole: onRole("ListInstanceProfilesForRole", (role, input) => {
      const found = pageOf(profilesOf(directory, role), input, ({ InstanceProfileName }) => InstanceProfileName);
      return { InstanceProfiles: found.items.map(listed), ...found.paging };
    }),
    TagInstanceProfile: change("TagInstanceProfile", (profile, { Tags }) => {
      profile.tags = mergeTags(profile.tags, Tags);
    }),
    UntagInstanceProfile: change("UntagInstanceProfile", (profile, { TagKeys }) => {
      profile.tags = withoutTags(profile.tags, TagKeys);
    }),
    ListInstanceProfileTags: onProfile("ListInstanceProfileTags", ({ tags }, input) => tagPage(tags, input)),
  };
}

const protectedRole = ({ RoleName }: Role): AwsError =>
  new AwsError(
    "UnmodifiableEntityException",
    `Cannot perform the operation on the protected role '${RoleName}' - this role is only modifiable by AWS`,
    400,
  );
