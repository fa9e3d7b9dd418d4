import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import { Application, DeploymentGroup } from "@pulumi/aws/codedeploy";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import type { Topic } from "@pulumi/aws/sns";
import { type Input, jsonStringify, type Resource } from "@pulumi/pulumi";
import { serviceTrust } from "../function/executionRole.ts";
import type { Statement } from "../function/statement.ts";
import { shorten, stackWide } from "../naming.ts";
import { perStack } from "../perStack.ts";
import { publishStatements } from "../topic.ts";
import type { LiveFunction } from "./args.ts";

/** The stack's one CodeDeploy application: made when the first function of a run asks for it. */
const applicationOfStack = perStack(() => new Application("deployments", { computePlatform: "Lambda" }));

/** What CodeDeploy acts as. Its rights are added once the hooks are known, which report to the group. */
export const createServiceRole = (name: string, parent: Resource): Role =>
  new Role(
    // The name of a role may have 64 characters, with the 8 that Pulumi adds.
    shorten(`${name}-deploy-role`, 56),
    { assumeRolePolicy: serviceTrust("codedeploy.amazonaws.com", parent) },
    { parent },
  );

interface ServicePolicySettings {
  role: Role;
  target: LiveFunction;
  hooks: LiveFunction[];
  notifications: Topic | undefined;
}

/** Of AWS's managed policy for Lambda deployments, what this one deployment group needs. */
export function createServicePolicy(name: string, settings: ServicePolicySettings, parent: Resource): RolePolicy {
  const { role, target, hooks, notifications } = settings;
  const allow = (Action: string[], Resource: Input<string>[]): Statement => ({ Effect: "Allow", Action, Resource });
  const statements = [
    allow(
      ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
      [target.function.arn, target.alias.arn],
    ),
    // Composite alarms are seen only by whoever may see all.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    allow(["cloudwatch:DescribeAlarms"], ["*"]),
    ...(hooks.length > 0
      ? [
          allow(
            ["lambda:InvokeFunction"],
            hooks.map((hook) => hook.function.arn),
          ),
        ]
      : []),
    ...(notifications ? publishStatements(notifications) : []),
  ];
  return new RolePolicy(
    `${name}-deploy-policy`,
    { role: role.name, policy: jsonStringify({ Version: "2012-10-17", Statement: statements }) },
    { parent },
  );
}

interface GroupSettings {
  role: Role;
  deploymentConfigName: Input<string>;
  alarms: MetricAlarm[];
  ignoreAlarms: boolean;
  notifications: Topic | undefined;
}

export function createGroup(name: string, settings: GroupSettings, parent: Resource): DeploymentGroup {
  const { role, deploymentConfigName, alarms, ignoreAlarms, notifications } = settings;
  return new DeploymentGroup(
    `${name}-deployments`,
    {
      appName: applicationOfStack().name,
      // https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
      deploymentGroupName: shorten(stackWide(name), 100),
      deploymentConfigName,
      serviceRoleArn: role.arn,
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
      alarmConfiguration: { enabled: !ignoreAlarms, alarms: alarms.map((alarm) => alarm.name) },
      autoRollbackConfiguration: {
        enabled: true,
        events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
      },
      ...(notifications && {
        triggerConfigurations: [
          {
            triggerName: "notifications",
            triggerEvents: [
              "DeploymentStart",
              "DeploymentSuccess",
              "DeploymentFailure",
              "DeploymentStop",
              "DeploymentRollback",
            ],
            triggerTargetArn: notifications.arn,
          },
        ],
      }),
    },
    { parent },
  );
}
