import type { AwsError, Cloud } from "local-aws/service";
import { apiGatewayLogPolicy, apiGatewayTrust } from "./apiGatewayLogPolicy.ts";

const roleName = "apigateway-logs";

/**
 * Does to the local account what this folder's program does once to an account and region of AWS: names a role with which
 * API Gateway may write logs. Through the same operations, so that API Gateway checks the role as it does there.
 */
export async function prepareAccount(cloud: Cloud): Promise<void> {
  const { cloudwatchRoleArn } = await cloud.call<{ cloudwatchRoleArn?: string }>("apigateway", "GetAccount", {});
  if (cloudwatchRoleArn) return;
  await cloud
    .call("iam", "CreateRole", { RoleName: roleName, AssumeRolePolicyDocument: JSON.stringify(apiGatewayTrust) })
    .catch((error: AwsError) => {
      // Made for another region of the account.
      if (error.code !== "EntityAlreadyExistsException") throw error;
    });
  await cloud.call("iam", "PutRolePolicy", {
    RoleName: roleName,
    PolicyName: `${roleName}-${cloud.region}`,
    PolicyDocument: JSON.stringify(apiGatewayLogPolicy(cloud.accountId, cloud.region)),
  });
  await cloud.call("apigateway", "UpdateAccount", {
    patchOperations: [
      { op: "replace", path: "/cloudwatchRoleArn", value: `arn:aws:iam::${cloud.accountId}:role/${roleName}` },
    ],
  });
}
