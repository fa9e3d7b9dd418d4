import { foreignStacks } from "./deployPolicy.ts";
import { type Place, pathOf, type Statement } from "./place.ts";

/** Services that functions hand roles to as they run: notebooks, training and jobs. */
export const servicesOfFunctions = [
  "emr-serverless.amazonaws.com",
  "sagemaker.amazonaws.com",
  "scheduler.amazonaws.com",
];

/** What the program's roles use; a test holds it against each of them. */
const used = [
  "application-autoscaling:*",
  "cloudwatch:*",
  "codedeploy:Put*",
  "dynamodb:*",
  "ec2:*NetworkInterface*",
  "ec2:Describe*",
  "ecr:BatchCheck*",
  "ecr:BatchGet*",
  "ecr:Get*",
  "emr-serverless:*",
  "execute-api:*",
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:GenerateDataKey*",
  "lambda:Get*",
  "lambda:InvokeFunction",
  "lambda:UpdateAlias",
  "logs:*",
  "s3:*",
  "sagemaker:*",
  "scheduler:*",
  "ses:Send*",
  "sns:ListSubscriptionsByTopic",
  "sns:Publish",
  "sqs:*",
  "ssm:Get*",
  "states:*",
  "xray:Put*",
];

/**
 * The most that any role of an environment's stack can do, whatever its own policies say. The deploy role makes no role
 * without it: by a role of its own making it cannot do more than this either, to make users, roles and policies above all.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function boundaryStatements(place: Omit<Place, "boundary" | "bucketPrefixes">): Statement[] {
  const { account, stateBucket, stateKey, secretsKey } = place;
  return [
    { Effect: "Allow", Action: used, Resource: "*" },
    {
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: `arn:aws:iam::${account}:role${pathOf(place)}*`,
      Condition: { StringEquals: { "iam:PassedToService": servicesOfFunctions } },
    },
    {
      Effect: "Allow",
      Action: "iam:CreateServiceLinkedRole",
      Resource: `arn:aws:iam::${account}:role/aws-service-role/*`,
      Condition: { StringEquals: { "iam:AWSServiceName": "sagemaker.application-autoscaling.amazonaws.com" } },
    },
    foreignStacks(place),
    {
      Sid: "State",
      Effect: "Deny",
      Action: ["s3:*", "kms:*"],
      Resource: [stateBucket, `${stateBucket}/*`, stateKey, secretsKey],
    },
  ];
}
