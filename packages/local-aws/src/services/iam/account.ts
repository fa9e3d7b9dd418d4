import type { Directory } from "../../authorization/directory.ts";
import type { Operations } from "../../operations.ts";
import { maxGroupsPerUser } from "./groups.ts";

/** Counts of IAM's entities, and their quotas. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const accountOperations = (directory: Directory): Operations<"iam"> => ({
  GetAccountSummary: {
    access: () => [{ action: "iam:GetAccountSummary", resource: "*" }],
    run: () => ({
      SummaryMap: {
        Roles: directory.roles.all().length,
        RolesQuota: 1000,
        RolePolicySizeQuota: 10_240,
        AssumeRolePolicySizeQuota: 2048,
        Groups: directory.groups.all().length,
        GroupsQuota: 300,
        GroupPolicySizeQuota: 5120,
        GroupsPerUserQuota: maxGroupsPerUser,
        InstanceProfiles: directory.instanceProfiles.all().length,
        InstanceProfilesQuota: 1000,
        Users: directory.users.all().length,
        UsersQuota: 5000,
        UserPolicySizeQuota: 2048,
        AccessKeysPerUserQuota: 2,
        Policies: directory.policies.all().length,
        PoliciesQuota: 1500,
        PolicySizeQuota: 6144,
        VersionsPerPolicyQuota: 5,
        AttachedPoliciesPerGroupQuota: 10,
        AttachedPoliciesPerRoleQuota: 10,
        AttachedPoliciesPerUserQuota: 10,
        AccountMFAEnabled: 0,
      },
    }),
  },
});
