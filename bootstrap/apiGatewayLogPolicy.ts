/** AWS's own trust policy, without a condition: API Gateway does not name the account when it assumes roles. */
export const apiGatewayTrust = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** What API Gateway needs to write the access and execution logs of an account's APIs in a region, and no others. */
export function apiGatewayLogPolicy(accountId: string, region: string) {
  const groups = `arn:aws:logs:${region}:${accountId}:log-group`;
  return {
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
  };
}
