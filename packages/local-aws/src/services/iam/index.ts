import type { Authorizer } from "../../authorization/authorizer.ts";
import type { Directory } from "../../authorization/directory.ts";
import type { Cloud, Service } from "../../service.ts";
import { accountOperations } from "./account.ts";
import { attachmentOperations } from "./attachments.ts";
import { oidcProviderOperations } from "./oidcProviders.ts";
import { policyOperations } from "./policies.ts";
import { roleOperations } from "./roles.ts";
import { serviceLinkedRoleOperations } from "./serviceLinkedRoles.ts";
import { simulateOperations } from "./simulate.ts";
import { unusedRights } from "./unused.ts";
import { userOperations } from "./users.ts";

/** IAM: roles, users, groups, instance profiles, their policies, managed policies, and OIDC providers. What they grant is decided by the {@link Authorizer}. */
export function createIam({ accountId }: Cloud, directory: Directory, authorizer: Authorizer): Service {
  return {
    name: "iam",
    shapes: () => import("@aws-sdk/client-iam"),
    operations: {
      ...accountOperations(directory),
      ...roleOperations(directory, accountId),
      ...serviceLinkedRoleOperations(directory, accountId),
      ...userOperations(directory, accountId),
      ...attachmentOperations(directory, accountId),
      ...policyOperations(directory, accountId),
      ...oidcProviderOperations(directory, accountId),
      ...simulateOperations(directory, authorizer, accountId),
    },
    looks: { UnusedRights: () => ({ Rights: unusedRights(directory, authorizer) }) },
  };
}
