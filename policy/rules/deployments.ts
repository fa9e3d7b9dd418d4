import { type Rule, unless } from "../rule.ts";

export const deploymentRules: Rule[] = [
  {
    name: "deployment-rolls-back",
    description: "A deployment watches alarms, and goes back by itself when it fails or one rings",
    ids: ["own"],
    types: ["aws:codedeploy/deploymentGroup:DeploymentGroup"],
    check: ({ props: { alarmConfiguration, autoRollbackConfiguration } }) => {
      const events: string[] = autoRollbackConfiguration?.events ?? [];
      return [
        ...unless(
          alarmConfiguration?.enabled === true && alarmConfiguration.alarms?.length > 0,
          "alarmConfiguration names no alarm",
        ),
        ...unless(autoRollbackConfiguration?.enabled === true, "autoRollbackConfiguration is not enabled"),
        ...["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]
          .filter((event) => !events.includes(event))
          .map((event) => `autoRollbackConfiguration.events lacks ${event}`),
      ];
    },
  },
];
