import { interpolate, type Resource } from "@pulumi/pulumi";
import { createExecutionRole, type ExecutionRole } from "../function/executionRole.ts";
import type { Statement } from "../function/statement.ts";
import type { NotebookServiceArgs } from "./args.ts";
import { type Place, rights } from "./rights.ts";

/** What an instance says of itself, by tags: `handlers/notebooks/idleReport.ts`. */
const reportTags = ["notebook:reported", "notebook:active", "notebook:busy"];

/** What notebooks act as: cells, and what runs as an instance starts. */
export const createNotebookRole = (
  name: string,
  place: Place,
  { grants = [], cluster }: NotebookServiceArgs,
  parent: Resource,
): ExecutionRole =>
  createExecutionRole(
    `${name}-notebook`,
    "sagemaker.amazonaws.com",
    [
      ...logStatements(place),
      {
        Effect: "Allow",
        Action: ["sagemaker:AddTags"],
        Resource: [
          interpolate`arn:aws:sagemaker:${place.region}:${place.accountId}:notebook-instance/${place.prefix}-*`,
        ],
        Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": reportTags } },
      },
      ...(cluster
        ? [
            {
              Effect: "Allow" as const,
              Action: ["emr-serverless:AccessLivyEndpoints"],
              Resource: [cluster.applicationArn],
            },
            ...rights.passRole(cluster.executionRoleArn, "emr-serverless.amazonaws.com"),
          ]
        : []),
      ...grants,
    ],
    parent,
  );

/** SageMaker makes one group for every notebook of the account, and names streams after instances. */
function logStatements({ region, accountId, prefix }: Place): Statement[] {
  const group = interpolate`arn:aws:logs:${region}:${accountId}:log-group:/aws/sagemaker/NotebookInstances`;
  return [
    { Effect: "Allow", Action: ["logs:CreateLogGroup", "logs:DescribeLogStreams"], Resource: [interpolate`${group}*`] },
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [interpolate`${group}:log-stream:${prefix}-*`],
    },
  ];
}
