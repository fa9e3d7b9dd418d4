import type { AwsError, Cloud } from "local-aws/service";

const roleName = "apigateway-logs";

/**
 * Does to the local account what `bootstrap/` does once to an account and region of AWS: names a role with which API
 * Gateway may write logs. Through the same operations, so that API Gateway checks the role as it does there.
 */
export async function prepareAccount(cloud: Cloud): Promise<void> {
  const { cloudwatchRoleArn } = await cloud.call<{ cloudwatchRoleArn?: string }>("apigateway", "GetAccount", {});
  if (cloudwatchRoleArn) return;

  const groups = `arn:aws:logs:${cloud.region}:${cloud.accountId}:log-group`;
  await cloud
    .call("iam", "CreateRole", {
      RoleName: roleName,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    })
    .catch((error: AwsError) => {
      // Made for another region of the account.
      if (error.code !== "EntityAlreadyExistsException") throw error;
    });
  await cloud.call("iam", "PutRolePolicy", {
    RoleName: roleName,
    PolicyName: `${roleName}-${cloud.region}`,
    PolicyDocument: JSON.stringify({
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
        { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
      ],
    }),
  });
  await cloud.call("apigateway", "UpdateAccount", {
    patchOperations: [
      { op: "replace", path: "/cloudwatchRoleArn", value: `arn:aws:iam::${cloud.accountId}:role/${roleName}` },
    ],
  });
}
