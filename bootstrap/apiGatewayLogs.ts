import { Account } from "@pulumi/aws/apigateway";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { all, jsonStringify, type Resource } from "@pulumi/pulumi";

/**
 * API Gateway's right to write logs: it writes none of any API before the account names a role for it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 *
 * @param before is there first: what API Gateway would make itself when it tries the role.
 */
export function createApiGatewayLogs(before: Resource[]): Role {
  const role = new Role("apigateway-logs", {
    description: "Lets API Gateway write the access and execution logs of this account's APIs",
    // AWS's own trust policy, without a condition: API Gateway does not name the account when it assumes roles.
    assumeRolePolicy: jsonStringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }],
    }),
  });
  const policy = new RolePolicy("apigateway-logs", {
    role: role.id,
    policy: all([getCallerIdentityOutput().accountId, getRegionOutput().region]).apply(([account, region]) => {
      const groups = `arn:aws:logs:${region}:${account}:log-group`;
      return JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: [
              "logs:CreateLogGroup",
              "logs:CreateLogStream",
              "logs:DescribeLogStreams",
              "logs:FilterLogEvents",
              "logs:GetLogEvents",
              "logs:PutLogEvents",
            ],
            Resource: [`${groups}:API-Gateway-Execution-Logs_*`, `${groups}:/aws/apigateway/*`],
          },
          // Listing log groups is among the few actions that have no resource.
          { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
        ],
      });
    }),
  });
  // API Gateway tries the role as it is named here: the role must have its rights by then.
  new Account("apigateway", { cloudwatchRoleArn: role.arn }, { dependsOn: [policy, ...before] });
  return role;
}
