/** Roles, users, groups, instance profiles, policies and OIDC providers. What they grant is decided by `local-aws/src/authorization`. */

import type { ServiceResources } from "../resourceType.ts";
import { exclusivePolicyTypes } from "./exclusivePolicies.ts";
import { groupTypes } from "./groups.ts";
import { identityPolicyTypes } from "./identityPolicies.ts";
import { instanceProfileType } from "./instanceProfile.ts";
import { openIdConnectProviderType } from "./openIdConnectProvider.ts";
import { managedPolicyTypes } from "./policies.ts";
import { policyDocument } from "./policyDocument.ts";
import { describeRole, roleType } from "./role.ts";
import { userTypes } from "./users.ts";

export const iamResources: ServiceResources = (cloud) => ({
  types: [
    roleType(cloud),
    ...identityPolicyTypes(cloud, "Role"),
    ...exclusivePolicyTypes(cloud),
    ...groupTypes(cloud),
    ...identityPolicyTypes(cloud, "Group"),
    ...identityPolicyTypes(cloud, "User"),
    ...userTypes(cloud),
    instanceProfileType(cloud),
    ...managedPolicyTypes(cloud),
    openIdConnectProviderType(cloud),
  ],
  invokes: {
    "aws:iam/getPolicyDocument:getPolicyDocument": async (args) => policyDocument(args),
    "aws:iam/getRole:getRole": async ({ name }) => {
      const { Role } = await cloud.call<{ Role: Parameters<typeof describeRole>[0] }>("iam", "GetRole", {
        RoleName: name,
      });
      return { ...describeRole(Role), id: Role.RoleName, permissionsBoundary: "", roleLastUseds: [] };
    },
  },
});
