/** Permissions boundaries: the most that a role or user may be granted. */
import type { AttachedPermissionsBoundary } from "@aws-sdk/client-iam";
import type { Directory, IamEntity } from "../../authorization/directory.ts";
import { noSuchEntity } from "../../authorization/limits.ts";
import { managedPolicyDocument } from "../../authorization/managed.ts";

/** @throws AwsError `NoSuchEntity` unless the policy exists. */
export function checkBoundary(directory: Directory, arn: string | undefined): void {
  if (arn === undefined || managedPolicyDocument(directory, arn)) return;
  throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
}

/** IAM says `Policy`, whatever its model says. https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachedPermissionsBoundary.html */
const type = "Policy" as "PermissionsBoundaryPolicy";

export const describeBoundary = ({ boundary }: IamEntity): { PermissionsBoundary?: AttachedPermissionsBoundary } =>
  boundary ? { PermissionsBoundary: { PermissionsBoundaryType: type, PermissionsBoundaryArn: boundary } } : {};
