import type { Cloud, RoleSession } from "../../service.ts";
import type { Group } from "./records.ts";

/** As much of a group as its role is taken for. */
export type ServedGroup = Pick<Group, "applicationName" | "deploymentGroupName" | "serviceRoleArn">;

/**
 * A session of a group's service role, taken on behalf of the group: a trust may name it as `aws:SourceArn`.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html
 */
export const assumeServiceRole = (cloud: Cloud, group: ServedGroup, sessionName: string): Promise<RoleSession> =>
  cloud.assumeRole(
    group.serviceRoleArn,
    "codedeploy.amazonaws.com",
    sessionName,
    `arn:aws:codedeploy:${cloud.region}:${cloud.accountId}:deploymentgroup:${group.applicationName}/${group.deploymentGroupName}`,
  );
