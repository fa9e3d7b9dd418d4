import { randomUUID } from "node:crypto";
import type { TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import { passRole } from "../../kit/passRole.ts";
import { tagMap } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import { configNamed, presetConfigs } from "./presets.ts";
import type { Application, DeploymentConfig, Group, Records, TrafficRouting } from "./records.ts";
import { assumeServiceRole, type ServedGroup } from "./serviceRole.ts";

const date = (value: number) => new Date(value);
export const missing = (kind: string, name: string) =>
  new AwsError(`${kind}DoesNotExistException`, `No ${kind} found for name: ${name}`);

/** https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TrafficRoutingConfig.html */
function checkedRouting(routing: TrafficRoutingConfig = {}): TrafficRouting {
  const { type = "AllAtOnce", timeBasedCanary: canary, timeBasedLinear: linear } = routing;
  if (type === "AllAtOnce") return { type };
  const [percent, minutes] =
    type === "TimeBasedCanary"
      ? [canary?.canaryPercentage, canary?.canaryInterval]
      : [linear?.linearPercentage, linear?.linearInterval];
  if (Number(percent) >= 1 && Number(percent) <= 99 && Number(minutes) >= 1) return routing as TrafficRouting;
  throw new AwsError(
    "InvalidTrafficRoutingConfigurationException",
    `${type} needs a percentage from 1 to 99 and an interval of at least one minute; given are ${percent} and ${minutes}`,
  );
}

/** Applications, deployment groups and deployment configurations. */
export function setupOperations(cloud: Cloud, records: Records): Operations<"codedeploy"> {
  const on = (action: string, kind: "application" | "deploymentgroup" | "deploymentconfig", name: string): Access[] => [
    {
      action: `codedeploy:${action}`,
      resource: `arn:aws:codedeploy:${cloud.region}:${cloud.accountId}:${kind}:${name}`,
    },
  ];
  const groupKey = (input: {
    applicationName: string;
    deploymentGroupName?: string;
    currentDeploymentGroupName?: string;
  }) => `${input.applicationName}/${input.deploymentGroupName ?? input.currentDeploymentGroupName}`;

  const configAt = (name: string): DeploymentConfig => {
    const found = configNamed(records, name);
    if (!found) throw missing("DeploymentConfig", name);
    return found;
  };
  const groupAt = (key: string): Group => {
    const found = records.groups.get(key);
    if (!found) throw missing("DeploymentGroup", key.split("/")[1] ?? "");
    return found;
  };

  /** CodeDeploy assumes the role when a group is created. */
  async function checkRole(group: ServedGroup): Promise<void> {
    await assumeServiceRole(cloud, group, "validate").catch(() => {
      throw new AwsError(
        "InvalidRoleException",
        `AWS CodeDeploy does not have the permissions required to assume the role ${group.serviceRoleArn}.`,
      );
    });
  }

  /** A renamed application is still the same: its groups and deployments move with it. */
  function rename(application: Application, applicationName: string): void {
    if (records.applications.has(applicationName)) {
      throw new AwsError("ApplicationAlreadyExistsException", `Application already exists: ${applicationName}`);
    }
    const before = application.applicationName;
    records.applications.delete(before);
    records.applications.put(applicationName, { ...application, applicationName });
    for (const [key, group] of records.groups.entries(`${before}/`)) {
      records.groups.delete(key);
      records.groups.put(groupKey({ ...group, applicationName }), { ...group, applicationName });
    }
    for (const [key, deployment] of records.deployments.entries())
      if (deployment.applicationName === before) records.deployments.put(key, { ...deployment, applicationName });
  }

  const described = ({ tags: _, ...group }: Group) => ({ ...group, computePlatform: "Lambda" as const });

  return {
    CreateApplication: {
      access: ({ applicationName }) => on("CreateApplication", "application", applicationName),
      run({ applicationName, computePlatform = "Server", tags }) {
        if (records.applications.has(applicationName)) {
          throw new AwsError("ApplicationAlreadyExistsException", `Application already exists: ${applicationName}`);
        }
        if (computePlatform !== "Lambda") {
          throw new AwsError(
            "InvalidComputePlatformException",
            `The local cloud deploys to Lambda only, not to ${computePlatform}`,
          );
        }
        const applicationId = randomUUID();
        records.applications.put(applicationName, {
          applicationId,
          applicationName,
          created: Date.now(),
          computePlatform,
          tags: tagMap(tags),
        });
        return { applicationId };
      },
    },
    GetApplication: {
      access: ({ applicationName }) => on("GetApplication", "application", applicationName),
      run({ applicationName }) {
        const found = records.applications.get(applicationName);
        if (!found) throw missing("Application", applicationName);
        const { created, tags: _, ...application } = found;
        return { application: { ...application, createTime: date(created), linkedToGitHub: false } };
      },
    },
    UpdateApplication: {
      access: ({ applicationName = "" }) => on("UpdateApplication", "application", applicationName),
      run({ applicationName = "", newApplicationName = applicationName }) {
        const found = records.applications.get(applicationName);
        if (!found) throw missing("Application", applicationName);
        if (newApplicationName !== applicationName) rename(found, newApplicationName);
        return {};
      },
    },
    ListApplications: {
      access: () => on("ListApplications", "application", "*"),
      run: () => ({ applications: records.applications.values().map(({ applicationName }) => applicationName) }),
    },
    DeleteApplication: {
      access: ({ applicationName }) => on("DeleteApplication", "application", applicationName),
      run({ applicationName }) {
        records.applications.delete(applicationName);
        for (const [key] of records.groups.entries(`${applicationName}/`)) records.groups.delete(key);
        return {};
      },
    },
    CreateDeploymentGroup: {
      access: (input) => [
        ...on("CreateDeploymentGroup", "deploymentgroup", groupKey(input)),
        ...passRole("codedeploy.amazonaws.com", input.serviceRoleArn),
      ],
      async run(input) {
        const {
          applicationName,
          deploymentGroupName,
          deploymentConfigName = "CodeDeployDefault.LambdaAllAtOnce",
        } = input;
        if (!records.applications.has(applicationName)) throw missing("Application", applicationName);
        if (records.groups.has(groupKey(input))) {
          throw new AwsError(
            "DeploymentGroupAlreadyExistsException",
            `Deployment Group ${deploymentGroupName} already exists`,
          );
        }
        configAt(deploymentConfigName);
        await checkRole(input);
        const deploymentGroupId = randomUUID();
        const { tags, ...group } = input;
        records.groups.put(groupKey(input), { ...group, deploymentConfigName, deploymentGroupId, tags: tagMap(tags) });
        return { deploymentGroupId };
      },
    },
    UpdateDeploymentGroup: {
      access: (input) => [
        ...on("UpdateDeploymentGroup", "deploymentgroup", groupKey(input)),
        ...passRole("codedeploy.amazonaws.com", input.serviceRoleArn),
      ],
      async run({ currentDeploymentGroupName, newDeploymentGroupName, applicationName, ...changes }) {
        const key = groupKey({ applicationName, currentDeploymentGroupName });
        const group = groupAt(key);
        if (changes.deploymentConfigName) configAt(changes.deploymentConfigName);
        const deploymentGroupName = newDeploymentGroupName ?? currentDeploymentGroupName;
        const { serviceRoleArn } = changes;
        if (serviceRoleArn) await checkRole({ applicationName, deploymentGroupName, serviceRoleArn });
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
        records.groups.delete(key);
        records.groups.put(groupKey({ applicationName, deploymentGroupName }), {
          ...group,
          ...given,
          deploymentGroupName,
        });
        return {};
      },
    },
    GetDeploymentGroup: {
      access: (input) => on("GetDeploymentGroup", "deploymentgroup", groupKey(input)),
      run: (input) => ({ deploymentGroupInfo: described(groupAt(groupKey(input))) }),
    },
    ListDeploymentGroups: {
      access: ({ applicationName }) => on("ListDeploymentGroups", "deploymentgroup", `${applicationName}/*`),
      run({ applicationName }) {
        if (!records.applications.has(applicationName)) throw missing("Application", applicationName);
        const groups = records.groups.values(`${applicationName}/`);
        return { applicationName, deploymentGroups: groups.map(({ deploymentGroupName }) => deploymentGroupName) };
      },
    },
    DeleteDeploymentGroup: {
      access: (input) => on("DeleteDeploymentGroup", "deploymentgroup", groupKey(input)),
      run(input) {
        records.groups.delete(groupKey(input));
        return { hooksNotCleanedUp: [] };
      },
    },
    CreateDeploymentConfig: {
      access: ({ deploymentConfigName }) => on("CreateDeploymentConfig", "deploymentconfig", deploymentConfigName),
      run({ deploymentConfigName, trafficRoutingConfig, computePlatform = "Server" }) {
        if (/^CodeDeployDefault\./.test(deploymentConfigName) || records.configs.has(deploymentConfigName)) {
          throw new AwsError(
            "DeploymentConfigAlreadyExistsException",
            `Deployment Configuration ${deploymentConfigName} already exists`,
          );
        }
        const routing = checkedRouting(trafficRoutingConfig);
        const deploymentConfigId = randomUUID();
        records.configs.put(deploymentConfigName, {
          deploymentConfigId,
          deploymentConfigName,
          created: Date.now(),
          computePlatform,
          trafficRoutingConfig: routing,
        });
        return { deploymentConfigId };
      },
    },
    GetDeploymentConfig: {
      access: ({ deploymentConfigName }) => on("GetDeploymentConfig", "deploymentconfig", deploymentConfigName),
      run({ deploymentConfigName }) {
        const { created, ...config } = configAt(deploymentConfigName);
        return { deploymentConfigInfo: { ...config, createTime: date(created) } };
      },
    },
    ListDeploymentConfigs: {
      access: () => on("ListDeploymentConfigs", "deploymentconfig", "*"),
      run: () => ({
        deploymentConfigsList: [...presetConfigs, ...records.configs.values()].map(
          ({ deploymentConfigName }) => deploymentConfigName,
        ),
      }),
    },
    DeleteDeploymentConfig: {
      access: ({ deploymentConfigName }) => on("DeleteDeploymentConfig", "deploymentconfig", deploymentConfigName),
      run({ deploymentConfigName }) {
        const inUse = records.groups.values().some((group) => group.deploymentConfigName === deploymentConfigName);
        if (inUse)
          throw new AwsError("DeploymentConfigInUseException", `${deploymentConfigName} is used by a deployment group`);
        records.configs.delete(deploymentConfigName);
        return {};
      },
    },
  };
}
