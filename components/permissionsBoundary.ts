import type { ResourceTransform } from "@pulumi/pulumi";

/** ARN of a managed policy of the account's own, with its path. */
export const boundaryArn = /^(arn:aws[\w-]*:iam::\d{12}:policy\/[\w+=,.@/-]+)?$/;

/**
 * Puts a permissions boundary around every role of the stack, and the roles where their boundary is in IAM: whoever deploys
 * needs rights on roles of that path alone, and can make none without the boundary.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 *
 * @param arn of the managed policy: `arn:aws:iam::123456789012:policy/platform/eu-west-1/dev/boundary`.
 * @example registerResourceTransform(boundRoles(permissionsBoundaryArn));
 */
export function boundRoles(arn: string): ResourceTransform {
  const path = arn.slice(arn.indexOf("/"), arn.lastIndexOf("/") + 1);
  return ({ type, props, opts }) =>
    type === "aws:iam/role:Role" ? { props: { path, ...props, permissionsBoundary: arn }, opts } : undefined;
}
