/** Permissions boundaries: the most that a role or user may be granted. */
import type { Directory, Identity } from "../../authorization/directory.ts";
import { noSuchEntity } from "../../authorization/limits.ts";
import { managedPolicyDocument } from "../../authorization/managed.ts";

/** @throws AwsError `NoSuchEntity` unless that is a policy there is. */
export function checkBoundary(directory: Directory, arn: string | undefined): void {
  if (arn === undefined || managedPolicyDocument(directory, arn)) return;
  throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
}

export const describeBoundary = ({ boundary }: Identity) =>
  boundary ? { PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: boundary } } : {};
