import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { type Input, jsonStringify, type Resource } from "@pulumi/pulumi";
import type { Statement } from "./statement.ts";

/** A role that one AWS service may assume, with exactly these rights. */
export interface ExecutionRole {
  role: Role;
  /** What AWS checks when the role is first used: resources that use the role depend on it. */
  policy: RolePolicy;
}

/**
 * @param name prefix of the two resources' names.
 * @param service who assumes it: `lambda.amazonaws.com`.
 */
export function createExecutionRole(
  name: string,
  service: string,
  statements: Input<Input<Statement>[]>,
  parent?: Resource,
): ExecutionRole {
  const role = new Role(`${name}-role`, { assumeRolePolicy: serviceTrust(service, parent) }, { parent });
  const policy = new RolePolicy(
    `${name}-policy`,
    { role: role.name, policy: jsonStringify({ Version: "2012-10-17", Statement: statements }) },
    { parent },
  );
  return { role, policy };
}

/**
 * Services that tell whose resource they assume a role for; Lambda does not: to it `aws:SourceArn` is who calls a function.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/security_confused_deputy.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/security-iam-runtime-role.html
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 * https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
 */
const tellsForWhom = new Set([
  "codedeploy",
  "ecs-tasks",
  "emr-serverless",
  "events",
  "sagemaker",
  "scheduler",
  "states",
  "vpc-flow-logs",
]);

/**
 * Lets a service assume a role, for this account's resources alone where it tells whose they are: nobody else's may use it
 * for what the role may do.
 * @param service who assumes it: `lambda.amazonaws.com`.
 */
export function serviceTrust(service: string, parent?: Resource): Input<string> {
  const trust = (Condition?: object) => ({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(Condition && { Condition }),
      },
    ],
  });
  if (!tellsForWhom.has(service.split(".", 1)[0]!)) return JSON.stringify(trust());
  const { accountId } = getCallerIdentityOutput({}, { parent });
  return jsonStringify(trust({ StringEquals: { "aws:SourceAccount": accountId } }));
}
