import { Role, RolePolicy } from "@pulumi/aws/iam";
import { type Input, jsonStringify, type Resource } from "@pulumi/pulumi";
import type { Statement } from "./bindings.ts";

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
  parent: Resource,
): ExecutionRole {
  const role = new Role(
    `${name}-role`,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      }),
    },
    { parent },
  );
  const policy = new RolePolicy(
    `${name}-policy`,
    { role: role.name, policy: jsonStringify({ Version: "2012-10-17", Statement: statements }) },
    { parent },
  );
  return { role, policy };
}
