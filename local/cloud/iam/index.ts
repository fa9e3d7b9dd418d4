import type { Cloud, Service } from "../service.ts";
import { attachmentOperations } from "./attachments.ts";
import type { Authorizer } from "./authorizer.ts";
import type { Directory } from "./directory.ts";
import { policyOperations } from "./policies.ts";
import { roleOperations } from "./roles.ts";

/** IAM: roles, their policies, and managed policies. What they grant is decided by the {@link Authorizer}. */
export function createIam(cloud: Cloud, directory: Directory, _authorizer: Authorizer): Service {
  return {
    name: "iam",
    shapes: () => import("@aws-sdk/client-iam"),
    operations: {
      ...roleOperations(directory, cloud.accountId),
      ...policyOperations(directory, cloud.accountId),
      ...attachmentOperations(directory, cloud.accountId),
    },
  };
}
