/** Who somebody is, and credentials for a while. https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html */
import type { Directory } from "./iam/directory.ts";
import type { Cloud, Service } from "./service.ts";

export function createSts(_cloud: Cloud, _directory: Directory): Service {
  return {
    name: "sts",
    shapes: () => import("@aws-sdk/client-sts"),
    operations: {
      GetCallerIdentity: {
        access: () => [],
        run: (_input, { principal }) => ({
          UserId: principal.userId,
          Account: principal.accountId,
          Arn: principal.arn,
        }),
      },
    },
  };
}
