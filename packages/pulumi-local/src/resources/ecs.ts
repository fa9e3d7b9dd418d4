/** Clusters, task definitions and services of ECS. */
import type {
  Cluster,
  CreateServiceRequest,
  DescribeServicesResponse,
  RegisterTaskDefinitionRequest,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { Cloud } from "local-aws/service";
import type { Made, Properties, ResourceContext } from "../engine/provider.ts";
import type { ResourceType, ServiceResources } from "./resourceType.ts";
import { tagChanges } from "./tags.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/ecs/${page}/`;
const name = /^[\w-]+$/;

/** ECS alone writes tags in lower case. */
const ecsTags = (tags: unknown) =>
  Object.entries((tags ?? {}) as Record<string, string>).map(([key, value]) => ({ key, value }));

export const ecsResources: ServiceResources = (cloud) => ({
  types: [cluster(cloud), taskDefinition(cloud), service(cloud)],
});

async function changeTags(cloud: Cloud, resourceArn: string, before: Properties, after: Properties): Promise<void> {
  const { put, remove } = tagChanges(before.tagsAll, after.tagsAll);
  if (remove.length > 0) await cloud.call("ecs", "UntagResource", { resourceArn, tagKeys: remove });
  if (Object.keys(put).length > 0) await cloud.call("ecs", "TagResource", { resourceArn, tags: ecsTags(put) });
}

function cluster(cloud: Cloud): ResourceType {
  const call = <Output>(operation: string, input: object) => cloud.call<Output>("ecs", operation, input);
  const made = (arn: string, inputs: Properties): Made => ({
    id: arn,
    outputs: { ...inputs, arn, region: cloud.region },
  });
  return {
    type: "aws:ecs/cluster:Cluster",
    docs: docs("cluster"),
    properties: ["settings"],
    inert: ["configuration", "serviceConnectDefaults"],
    enums: { "settings.name": ["containerInsights"], "settings.value": ["enhanced", "enabled", "disabled"] },
    replaces: ["name"],
    autoname: { property: "name", max: 255, pattern: name },
    taggable: true,
    idOf: (inputs) => `arn:aws:ecs:${cloud.region}:${cloud.accountId}:cluster/${inputs.name}`,
    async create(inputs) {
      const { cluster: created } = await call<{ cluster: Cluster }>("CreateCluster", {
        clusterName: inputs.name,
        settings: inputs.settings,
        tags: ecsTags(inputs.tagsAll),
      });
      return made(created.clusterArn as string, inputs);
    },
    async update(id, before, after) {
      await call("UpdateCluster", { cluster: id, settings: after.settings });
      await changeTags(cloud, id, before, after);
      return made(id, after);
    },
    async delete(id) {
      await call("DeleteCluster", { cluster: id });
    },
    async read(id, context) {
      const { clusters } = await call<{ clusters: Cluster[] }>("DescribeClusters", { clusters: [id] });
      const [found] = clusters;
      return found && made(id, { ...context.previous?.inputs, name: found.clusterName, settings: found.settings });
    },
  };
}

function taskDefinition(cloud: Cloud): ResourceType {
  const made = ({ taskDefinitionArn = "", revision }: TaskDefinition, inputs: Properties): Made => ({
    id: String(inputs.family),
    outputs: {
      ...inputs,
      arn: taskDefinitionArn,
      arnWithoutRevision: taskDefinitionArn.replace(/:\d+$/, ""),
      revision,
      region: cloud.region,
    },
  });
  return {
    type: "aws:ecs/taskDefinition:TaskDefinition",
    docs: docs("taskdefinition"),
    required: ["containerDefinitions", "family"],
    properties: [
      ...["containerDefinitions", "family", "taskRoleArn", "executionRoleArn", "networkMode", "cpu", "memory"],
      ...["requiresCompatibilities", "skipDestroy"],
    ],
    inert: [
      ...["enableFaultInjection", "ephemeralStorage", "ipcMode", "pidMode", "placementConstraints"],
      ...["proxyConfiguration", "runtimePlatform", "trackLatest", "volumes"],
    ],
    enums: {
      networkMode: ["awsvpc", "bridge", "host", "none"],
      requiresCompatibilities: ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"],
    },
    taggable: true,
    validate({ containerDefinitions }) {
      try {
        if (Array.isArray(JSON.parse(String(containerDefinitions)))) return [];
      } catch {
        // Said below.
      }
      return [{ property: "containerDefinitions", reason: "is not a list in JSON" }];
    },
    // Whatever changes is another revision.
    async create(inputs) {
      const { containerDefinitions, tagsAll, skipDestroy, family, cpu, memory, ...rest } = inputs;
      const input = {
        family,
        cpu,
        memory,
        taskRoleArn: rest.taskRoleArn,
        executionRoleArn: rest.executionRoleArn,
        networkMode: rest.networkMode,
        requiresCompatibilities: rest.requiresCompatibilities,
        runtimePlatform: rest.runtimePlatform,
        containerDefinitions: JSON.parse(String(containerDefinitions)),
        tags: ecsTags(tagsAll),
      } as RegisterTaskDefinitionRequest;
      const { taskDefinition: registered } = await cloud.call<{ taskDefinition: TaskDefinition }>(
        "ecs",
        "RegisterTaskDefinition",
        input,
      );
      return made(registered, inputs);
    },
    async delete(_id, outputs) {
      if (outputs.skipDestroy === true) return;
      await cloud.call("ecs", "DeregisterTaskDefinition", { taskDefinition: outputs.arn });
    },
  };
}

function service(cloud: Cloud): ResourceType {
  const call = <Output>(operation: string, input: object) => cloud.call<Output>("ecs", operation, input);
  const idOf = (inputs: Properties) => {
    const of = String(inputs.cluster ?? "default")
      .split("/")
      .at(-1);
    return `arn:aws:ecs:${cloud.region}:${cloud.accountId}:service/${of}/${inputs.name}`;
  };
  const nameOf = (id: string) => {
    const [, of, serviceName] = id.split("/");
    return { cluster: of, service: serviceName };
  };
  const made = (inputs: Properties): Made => ({
    id: idOf(inputs),
    outputs: { ...inputs, arn: idOf(inputs), region: cloud.region },
  });
  const settings = (inputs: Properties) => {
    const network = inputs.networkConfiguration as Properties | undefined;
    return {
      taskDefinition: inputs.taskDefinition,
      desiredCount: inputs.desiredCount,
      platformVersion: inputs.platformVersion,
      ...(network && {
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: network.subnets,
            securityGroups: network.securityGroups,
            assignPublicIp: network.assignPublicIp ? "ENABLED" : "DISABLED",
          },
        },
      }),
    };
  };
  const current = async (id: string) => {
    const { cluster: of, service: one } = nameOf(id);
    const { services = [] } = await call<DescribeServicesResponse>("DescribeServices", {
      cluster: of,
      services: [one],
    });
    return services.find(({ status }) => status !== "INACTIVE");
  };

  return {
    type: "aws:ecs/service:Service",
    docs: docs("service"),
    requiredHere: ["taskDefinition"],
    properties: [
      ...["cluster", "taskDefinition", "desiredCount", "launchType", "networkConfiguration", "platformVersion"],
      ...["forceNewDeployment", "propagateTags", "enableEcsManagedTags", "waitForSteadyState"],
    ],
    inert: [
      ...["alarms", "availabilityZoneRebalancing", "capacityProviderStrategies", "deploymentCircuitBreaker"],
      ...["deploymentConfiguration", "deploymentController", "deploymentMaximumPercent", "enableExecuteCommand"],
      ...["deploymentMinimumHealthyPercent", "forceDelete", "placementConstraints", "schedulingStrategy"],
      ...["sigintRollback", "triggers"],
    ],
    enums: { launchType: ["FARGATE"], propagateTags: ["SERVICE", "TASK_DEFINITION", "NONE"] },
    defaults: { waitForSteadyState: false },
    replaces: ["name", "cluster", "launchType"],
    autoname: { property: "name", max: 255, pattern: name },
    taggable: true,
    idOf,
    async create(inputs, context) {
      await call("CreateService", {
        ...settings(inputs),
        serviceName: inputs.name,
        cluster: inputs.cluster,
        launchType: inputs.launchType,
        propagateTags: inputs.propagateTags,
        enableECSManagedTags: inputs.enableEcsManagedTags,
        tags: ecsTags(inputs.tagsAll),
      } satisfies { [member in keyof CreateServiceRequest]?: unknown });
      if (inputs.waitForSteadyState === true) await steady(inputs, context);
      return made(inputs);
    },
    async update(id, before, after, context) {
      const { cluster: of, service: one } = nameOf(id);
      const { desiredCount, ...changes } = settings(after);
      await call("UpdateService", {
        cluster: of,
        service: one,
        ...changes,
        // What scaling made of it stays, unless the program says another number.
        ...(before.desiredCount !== after.desiredCount && { desiredCount }),
        forceNewDeployment: after.forceNewDeployment,
      });
      await changeTags(cloud, id, before, after);
      if (after.waitForSteadyState === true) await steady(after, context);
      return made(after);
    },
    async delete(id, _outputs, { signal }) {
      await call("DeleteService", { ...nameOf(id), force: true });
      // Its cluster can go only when it is gone.
      while ((await current(id)) && !signal.aborted) await pause();
    },
    async read(id, context) {
      const found = await current(id).catch(() => undefined);
      if (found?.status !== "ACTIVE") return undefined;
      const { taskDefinition: definition, desiredCount, clusterArn, serviceName } = found;
      const inputs = { ...context.previous?.inputs, taskDefinition: definition, desiredCount };
      return made({ ...inputs, cluster: clusterArn, name: serviceName });
    },
  };

  async function steady(inputs: Properties, { signal }: ResourceContext): Promise<void> {
    while (!signal.aborted) {
      const found = await current(idOf(inputs));
      if (found?.deployments?.length === 1 && found.runningCount === found.desiredCount) return;
      await pause();
    }
    throw new Error(`the tasks of ${inputs.name} do not run: see its events in aws ecs describe-services`);
  }
}

const pause = () => new Promise((done) => setTimeout(done, 50));
