import { Account } from "@pulumi/aws/apigateway";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { all, type Resource } from "@pulumi/pulumi";
import { apiGatewayLogPolicy, apiGatewayTrust } from "./apiGatewayLogPolicy.ts";

/**
 * API Gateway's right to write logs: it writes none of any API before the account names a role for it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 *
 * @param before is there first: what API Gateway would make itself when it tries the role.
 */
export function createApiGatewayLogs(before: Resource[]): Role {
  const role = new Role("apigateway-logs", {
    description: "Lets API Gateway write the access and execution logs of this account's APIs",
    assumeRolePolicy: JSON.stringify(apiGatewayTrust),
  });
  const policy = new RolePolicy("apigateway-logs", {
    role: role.id,
    policy: all([getCallerIdentityOutput().accountId, getRegionOutput().region]).apply(([account, region]) =>
      JSON.stringify(apiGatewayLogPolicy(account, region)),
    ),
  });
  // API Gateway tries the role as it is named here: the role must have its rights by then.
  new Account("apigateway", { cloudwatchRoleArn: role.arn }, { dependsOn: [policy, ...before] });
  return role;
}
