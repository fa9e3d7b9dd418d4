import type { Account } from "@aws-sdk/client-api-gateway";
import type { Cloud } from "../../../service.ts";
import { applyPatch } from "../patch.ts";
import { badRequest, type Records } from "../records.ts";
import type { Handlers } from "./handlers.ts";

/** The account's settings in this region: above all the role with which the gateway writes logs. */
export function accountOperations(records: Records, cloud: Cloud): Handlers {
  const describe = (): Account => ({
    ...records.account.get("account"),
    throttleSettings: { burstLimit: 5000, rateLimit: 10000 },
    features: ["UsagePlans"],
    apiKeyVersion: "4",
  });
  return {
    GetAccount: describe,

    async UpdateAccount(input) {
      const account = records.account.get("account") ?? {};
      applyPatch(account, input.patchOperations, {
        "/cloudwatchRoleArn": (target, { op, value }) => {
          if (op === "remove" || value === "") delete target.cloudwatchRoleArn;
          else target.cloudwatchRoleArn = value!;
        },
      });
      if (account.cloudwatchRoleArn) await checkRole(cloud, account.cloudwatchRoleArn);
      records.account.put("account", account);
      records.servedChanged();
      return describe();
    },
  };
}

/** As on AWS: the role must exist and trust the gateway. */
async function checkRole(cloud: Cloud, roleArn: string): Promise<void> {
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/.test(roleArn))
    throw badRequest(`Invalid ARN specified in the request: ${roleArn}`);
  try {
    await cloud.assumeRole(roleArn, "apigateway.amazonaws.com", "BackplaneAssumeRoleSession");
  } catch {
    throw badRequest(
      "The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.",
    );
  }
}
