/** Passing roles to a service. */
import type { Access } from "../service.ts";

/**
 * What a caller needs to pass roles to a service: `iam:PassRole` on each. Every operation that takes a role's ARN requires
 * it, so that nobody gains through a service what is denied to them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 * @param service the principal that will assume them, `lambda.amazonaws.com`: `iam:PassedToService` in conditions.
 * @param roles ARNs; those that a request omits require nothing.
 */
export const passRole = (service: string, ...roles: (string | undefined)[]): Access[] =>
  roles.flatMap((resource) =>
    resource ? [{ action: "iam:PassRole", resource, context: { "iam:PassedToService": service } }] : [],
  );
