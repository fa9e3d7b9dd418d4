import type { TriggerEventType } from "@aws-sdk/client-codedeploy";
import type { Cloud } from "../../service.ts";
import type { Deployment, Group } from "./records.ts";
import { assumeServiceRole } from "./serviceRole.ts";

/** Notifies the group's topics, as its service role. https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications.html */
export async function notify(
  cloud: Cloud,
  group: Group,
  deployment: Deployment,
  event: TriggerEventType,
): Promise<void> {
  const { deploymentId, applicationName, deploymentGroupName, status } = deployment;
  for (const { triggerTargetArn, triggerEvents = [] } of group.triggerConfigurations ?? []) {
    if (!triggerEvents.includes(event)) continue;
    const Message = JSON.stringify({
      region: cloud.region,
      accountId: cloud.accountId,
      eventTriggerName: event,
      applicationName,
      deploymentId,
      deploymentGroupName,
      status: status.toUpperCase(),
    });
    try {
      const role = await assumeServiceRole(cloud, group, deploymentId);
      const input = { TopicArn: triggerTargetArn, Subject: `${event}: ${applicationName}`, Message };
      await cloud.call("sns", "Publish", input, role.principal);
    } catch {
      // A topic that refuses the message does not fail a deployment.
    }
  }
}
