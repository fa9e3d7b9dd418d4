import type { Cloud, RoleSession } from "../../service.ts";
import type { Group } from "./records.ts";

/** The part of a group that assuming its role needs. */
export type ServedGroup = Pick<Group, "applicationName" | "deploymentGroupName" | "serviceRoleArn">;

/**
 * A session of a group's service role, opened on behalf of the group: a trust may name it as `aws:SourceArn`.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html
 */
export const assumeServiceRole = (cloud: Cloud, group: ServedGroup, sessionName: string): Promise<RoleSession> =>
  cloud.assumeRole(
    group.serviceRoleArn,
    "codedeploy.amazonaws.com",
    sessionName,
    `arn:aws:codedeploy:${cloud.region}:${cloud.accountId}:deploymentgroup:${group.applicationName}/${group.deploymentGroupName}`,
  );
