/** Roles that are handed to a service. */
import type { Access } from "../service.ts";

/**
 * What a caller needs to hand roles to a service: `iam:PassRole` on each. Every operation that is given a role's ARN asks
 * for it, so that nobody reaches through a service what is denied to them.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 * @param service the principal that will assume them, `lambda.amazonaws.com`: `iam:PassedToService` of conditions.
 * @param roles ARNs; those that a request leaves out ask for nothing.
 */
export const passRole = (service: string, ...roles: (string | undefined)[]): Access[] =>
  roles.flatMap((resource) =>
    resource ? [{ action: "iam:PassRole", resource, context: { "iam:PassedToService": service } }] : [],
  );
