/** CodeDeploy's applications, deployment groups and configurations. */
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/codedeploy/${page}/`;

const name = /^[\w+=,.@-]+$/;

export const codedeployResources: ServiceResources = (cloud) => ({
  types: [application(cloud), deploymentGroup(cloud), deploymentConfig(cloud)],
});

function application(cloud: Cloud): ResourceType {
  const described = async (inputs: Properties): Promise<Made> => {
    const applicationName = String(inputs.name);
    const { application } = await cloud.call<{ application: Properties }>("codedeploy", "GetApplication", {
      applicationName,
    });
    const { applicationId, computePlatform } = application;
    const arn = `arn:aws:codedeploy:${cloud.region}:${cloud.accountId}:application:${applicationName}`;
    const facts = { applicationId, computePlatform, arn, githubAccountName: "", linkedToGithub: false };
    return { id: applicationName, outputs: { ...inputs, ...facts, region: cloud.region } };
  };
  return {
    type: "aws:codedeploy/application:Application",
    docs: docs("application"),
    properties: ["computePlatform"],
    enums: { computePlatform: ["Lambda"] },
    defaults: { computePlatform: "Server" },
    replaces: ["computePlatform", "name"],
    autoname: { property: "name", max: 100, pattern: name },
    taggable: true,
    async create(inputs) {
      const { name: applicationName, computePlatform } = inputs;
      await cloud.call("codedeploy", "CreateApplication", { applicationName, computePlatform });
      return described(inputs);
    },
    update: (_id, _before, after) => described(after),
    async delete(applicationName) {
      await cloud.call("codedeploy", "DeleteApplication", { applicationName });
    },
    read: (id, context) => described({ ...context.previous?.inputs, name: id }),
  };
}

function deploymentGroup(cloud: Cloud): ResourceType {
  const call = (operation: string, input: object) =>
    cloud.call<{ deploymentGroupInfo: { deploymentGroupId: string } }>("codedeploy", operation, input);
  const settings = (inputs: Properties) => {
    const { alarmConfiguration: alarms, autoRollbackConfiguration: rollback, ...rest } = inputs;
    const alarm = alarms as { enabled?: boolean; alarms?: string[]; ignorePollAlarmFailure?: boolean } | undefined;
    return {
      deploymentConfigName: rest.deploymentConfigName,
      serviceRoleArn: rest.serviceRoleArn,
      deploymentStyle: rest.deploymentStyle,
      alarmConfiguration: {
        enabled: alarm?.enabled ?? false,
        ignorePollAlarmFailure: alarm?.ignorePollAlarmFailure ?? false,
        alarms: (alarm?.alarms ?? []).map((one) => ({ name: one })),
      },
      autoRollbackConfiguration: rollback ?? { enabled: false, events: [] },
      triggerConfigurations: rest.triggerConfigurations ?? [],
    };
  };
  const key = ({ appName, deploymentGroupName }: Properties) => ({ applicationName: appName, deploymentGroupName });
  const described = async (inputs: Properties): Promise<Made> => {
    const { deploymentGroupInfo: info } = await call("GetDeploymentGroup", key(inputs));
    const path = `${inputs.appName}/${inputs.deploymentGroupName}`;
    const arn = `arn:aws:codedeploy:${cloud.region}:${cloud.accountId}:deploymentgroup:${path}`;
    const facts = { arn, computePlatform: "Lambda", deploymentGroupId: info.deploymentGroupId, region: cloud.region };
    return { id: info.deploymentGroupId, outputs: { ...inputs, ...facts } };
  };
  return {
    type: "aws:codedeploy/deploymentGroup:DeploymentGroup",
    docs: docs("deploymentgroup"),
    required: ["appName", "deploymentGroupName", "serviceRoleArn"],
    properties: [
      ...["appName", "deploymentGroupName", "serviceRoleArn", "deploymentConfigName", "alarmConfiguration"],
      ...["autoRollbackConfiguration", "deploymentStyle", "triggerConfigurations"],
    ],
    enums: {
      "deploymentStyle.deploymentType": ["BLUE_GREEN"],
      "deploymentStyle.deploymentOption": ["WITH_TRAFFIC_CONTROL"],
      "autoRollbackConfiguration.events": [
        "DEPLOYMENT_FAILURE",
        "DEPLOYMENT_STOP_ON_ALARM",
        "DEPLOYMENT_STOP_ON_REQUEST",
      ],
    },
    defaults: { deploymentConfigName: "CodeDeployDefault.LambdaAllAtOnce" },
    replaces: ["appName"],
    // The program names the group: there cannot be a second one of that name.
    deleteBeforeReplace: true,
    taggable: true,
    async create(inputs) {
      await call("CreateDeploymentGroup", { ...key(inputs), ...settings(inputs) });
      return described(inputs);
    },
    async update(_id, before, after) {
      await call("UpdateDeploymentGroup", {
        applicationName: before.appName,
        currentDeploymentGroupName: before.deploymentGroupName,
        newDeploymentGroupName: after.deploymentGroupName,
        ...settings(after),
      });
      return described(after);
    },
    async delete(_id, outputs) {
      await call("DeleteDeploymentGroup", key(outputs));
    },
    read: (_id, context) => described(context.previous?.inputs ?? {}),
  };
}

function deploymentConfig(cloud: Cloud): ResourceType {
  const described = async (inputs: Properties): Promise<Made> => {
    const deploymentConfigName = String(inputs.deploymentConfigName);
    const { deploymentConfigInfo: info } = await cloud.call<{ deploymentConfigInfo: Properties }>(
      "codedeploy",
      "GetDeploymentConfig",
      { deploymentConfigName },
    );
    const arn = `arn:aws:codedeploy:${cloud.region}:${cloud.accountId}:deploymentconfig:${deploymentConfigName}`;
    const { deploymentConfigId } = info;
    return { id: deploymentConfigName, outputs: { ...inputs, arn, deploymentConfigId, region: cloud.region } };
  };
  const timing = (given: unknown, kind: "canary" | "linear") => {
    const { percentage, interval } = (given ?? {}) as Properties;
    return { [`${kind}Percentage`]: percentage, [`${kind}Interval`]: interval };
  };
  return {
    type: "aws:codedeploy/deploymentConfig:DeploymentConfig",
    docs: docs("deploymentconfig"),
    properties: ["computePlatform", "trafficRoutingConfig"],
    enums: {
      computePlatform: ["Lambda"],
      "trafficRoutingConfig.type": ["AllAtOnce", "TimeBasedCanary", "TimeBasedLinear"],
    },
    defaults: { computePlatform: "Server" },
    autoname: { property: "deploymentConfigName", max: 100, pattern: name },
    async create(inputs) {
      const { deploymentConfigName, computePlatform } = inputs;
      const { type, timeBasedCanary, timeBasedLinear } = (inputs.trafficRoutingConfig ?? {}) as Properties;
      await cloud.call("codedeploy", "CreateDeploymentConfig", {
        deploymentConfigName,
        computePlatform,
        trafficRoutingConfig: {
          type: type ?? "AllAtOnce",
          ...(timeBasedCanary !== undefined && { timeBasedCanary: timing(timeBasedCanary, "canary") }),
          ...(timeBasedLinear !== undefined && { timeBasedLinear: timing(timeBasedLinear, "linear") }),
        },
      });
      return described(inputs);
    },
    async delete(deploymentConfigName) {
      await cloud.call("codedeploy", "DeleteDeploymentConfig", { deploymentConfigName });
    },
    read: (id, context) => described({ ...context.previous?.inputs, deploymentConfigName: id }),
  };
}
