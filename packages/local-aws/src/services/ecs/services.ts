/** Services: a number of tasks of a definition, kept running. */
import { randomUUID } from "node:crypto";
import type { CreateServiceRequest, Deployment, DeploymentConfiguration, Service } from "@aws-sdk/client-ecs";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { checkName, invalid, lastPart, type Records, type ServiceRecord, serviceKey } from "./records.ts";
import type { Scheduler } from "./scheduler.ts";

/** Members that have an effect here, or are safe to ignore; any other is refused. */
const known = new Set([
  ...["serviceName", "cluster", "taskDefinition", "desiredCount", "launchType", "networkConfiguration", "tags"],
  ...["availabilityZoneRebalancing", "clientToken", "platformVersion", "role", "deploymentConfiguration"],
  ...["placementConstraints", "placementStrategy", "schedulingStrategy", "deploymentController", "propagateTags"],
  ...["enableECSManagedTags", "enableExecuteCommand", "healthCheckGracePeriodSeconds", "capacityProviderStrategy"],
  ...["service", "forceNewDeployment"],
]);
/** A change of these makes a new deployment. */
const redeploying = ["taskDefinition", "networkConfiguration", "platformVersion"] as const;

export function serviceOperations(records: Records, scheduler: Scheduler): Operations<"ecs"> {
  const path = (cluster: string | undefined, name: string | undefined) =>
    `${lastPart(cluster ?? "default")}/${lastPart(name ?? "")}`;
  const described = (service: ServiceRecord) => describe(records, scheduler, service);
  const newDeployment = () => ({ id: `ecs-svc/${randomUUID().replaceAll("-", "").slice(0, 19)}`, created: Date.now() });

  return {
    CreateService: {
      access: ({ cluster, serviceName, role, deploymentConfiguration }) => [
        ...records.on("CreateService", "service", path(cluster, serviceName)),
        ...passRole("ecs.amazonaws.com", role, ...hookRoles(deploymentConfiguration)),
      ],
      run(input) {
        const { serviceName, desiredCount = 0, tags = [] } = input;
        checkName("Service name", serviceName);
        refuseUnknown(input);
        const cluster = records.cluster(input.cluster).name;
        const key = `${cluster}/${serviceName}`;
        const taken = records.services.get(key);
        if (taken && taken.status !== "INACTIVE") throw invalid("Creation of service was not idempotent.");
        const definition = records.taskDefinition(input.taskDefinition ?? "");
        checkNetwork(definition.definition.networkMode, input);
        const service: ServiceRecord = {
          name: serviceName as string,
          cluster,
          status: "ACTIVE",
          taskDefinition: records.definitionArn(definition),
          desired: desiredCount,
          created: Date.now(),
          deployment: newDeployment(),
          input: { ...input, availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? "ENABLED" },
          events: [],
        };
        records.services.put(key, service);
        records.tags.put(records.arn("service", key), tags);
        scheduler.reconcile(key);
        return { service: described(records.services.get(key) ?? service) };
      },
    },
    UpdateService: {
      access: ({ cluster, service, deploymentConfiguration }) => [
        ...records.on("UpdateService", "service", path(cluster, service)),
        ...passRole("ecs.amazonaws.com", ...hookRoles(deploymentConfiguration)),
      ],
      run({ service: name = "", cluster, desiredCount, forceNewDeployment, ...changes }) {
        refuseUnknown(changes);
        const before = records.service(cluster, name);
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
        const definition = records.taskDefinition(changes.taskDefinition ?? before.taskDefinition);
        const { deploymentConfiguration: deployments } = before.input;
        const input = {
          ...before.input,
          ...given,
          deploymentConfiguration: { ...deployments, ...changes.deploymentConfiguration },
        } as CreateServiceRequest;
        checkNetwork(definition.definition.networkMode, input);
        const after: ServiceRecord = {
          ...before,
          input,
          desired: desiredCount ?? before.desired,
          taskDefinition: records.definitionArn(definition),
        };
        const redeploys = redeploying.some((member) =>
          member === "taskDefinition"
            ? after.taskDefinition !== before.taskDefinition
            : JSON.stringify(input[member]) !== JSON.stringify(before.input[member]),
        );
        if (redeploys || forceNewDeployment) after.deployment = newDeployment();
        const key = serviceKey(after);
        records.services.put(key, after);
        scheduler.reconcile(key);
        return { service: described(records.services.get(key) ?? after) };
      },
    },
    DescribeServices: {
      access: ({ cluster, services = [] }) =>
        services.flatMap((one) => records.on("DescribeServices", "service", path(cluster, one))),
      run({ cluster, services = [] }) {
        records.forgetInactive();
        const { name } = records.cluster(cluster);
        const keys = services.map((one) => `${name}/${lastPart(one)}`);
        return {
          services: keys.flatMap((key) => records.services.get(key) ?? []).map(described),
          failures: keys
            .filter((key) => !records.services.has(key))
            .map((key) => ({ arn: records.arn("service", key), reason: "MISSING" })),
        };
      },
    },
    ListServices: {
      access: ({ cluster }) => records.on("ListServices", "service", path(cluster, "*")),
      run({ cluster, ...rest }) {
        const all = records.servicesOf(records.cluster(cluster).name);
        const { items, next: nextToken } = page(all, rest, serviceKey, { size: 10 });
        return { serviceArns: items.map((one) => records.arn("service", serviceKey(one))), nextToken };
      },
    },
    DeleteService: {
      access: ({ cluster, service }) => records.on("DeleteService", "service", path(cluster, service)),
      run({ cluster, service: name = "", force = false }) {
        const found = records.service(cluster, name);
        if (found.desired > 0 && !force) throw invalid("The service cannot be stopped while it is scaled above 0.");
        const draining: ServiceRecord = { ...found, desired: 0, status: "DRAINING" };
        records.services.put(serviceKey(found), draining);
        const answer = described(draining);
        scheduler.reconcile(serviceKey(found));
        return { service: answer };
      },
    },
  };
}

/** With these roles ECS invokes the functions of a deployment's hooks. */
const hookRoles = ({ lifecycleHooks = [] }: DeploymentConfiguration = {}) =>
  lifecycleHooks.map(({ roleArn }) => roleArn);

function refuseUnknown(input: object): void {
  const empty = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);
  const other = Object.entries(input).find(([member, value]) => !known.has(member) && !empty(value));
  if (other) throw invalid(`The local cloud does not model a service's ${other[0]}`);
}

function checkNetwork(mode: string | undefined, { networkConfiguration }: CreateServiceRequest): void {
  if (mode !== "awsvpc") return;
  const { subnets = [] } = networkConfiguration?.awsvpcConfiguration ?? {};
  if (!networkConfiguration) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (subnets.length === 0) throw invalid("subnets can not be empty.");
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
const deploymentDefaults: DeploymentConfiguration = {
  deploymentCircuitBreaker: { enable: false, rollback: false },
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  strategy: "ROLLING",
  bakeTimeInMinutes: 0,
};

function describe(records: Records, scheduler: Scheduler, service: ServiceRecord): Service {
  const { name, cluster, input, deployment, status, taskDefinition, desired, created, events } = service;
  const tasks = scheduler.tasks(cluster, `service:${name}`);
  const count = (wanted: string, of = tasks) => of.filter((task) => task.status === wanted).length;
  const alive = tasks.filter((task) => task.status !== "STOPPED");
  const arn = records.arn("service", serviceKey(service));
  const { launchType = "EC2", networkConfiguration, capacityProviderStrategy = [] } = input;
  const onFargate = launchType === "FARGATE" && {
    platformVersion: input.platformVersion || "LATEST",
    platformFamily: "Linux",
  };
  const shared: Pick<Service, keyof Service & keyof Deployment> = {
    launchType,
    networkConfiguration,
    capacityProviderStrategy,
    ...onFargate,
  };
  const earlier = new Set(alive.map(({ args }) => args.startedBy).filter((id) => id !== deployment.id));
  const newest = tasks.filter(({ args }) => args.startedBy === deployment.id);
  return {
    ...shared,
    serviceArn: arn,
    serviceName: name,
    clusterArn: records.arn("cluster", cluster),
    status,
    taskDefinition,
    desiredCount: desired,
    runningCount: count("RUNNING"),
    pendingCount: count("PENDING"),
    deployments: [
      {
        ...shared,
        id: deployment.id,
        status: "PRIMARY",
        taskDefinition,
        desiredCount: desired,
        runningCount: count("RUNNING", newest),
        pendingCount: count("PENDING", newest),
        failedTasks: newest.filter(({ stopCode }) => stopCode === "TaskFailedToStart").length,
        createdAt: new Date(deployment.created),
        updatedAt: new Date(),
        rolloutState: earlier.size === 0 && count("RUNNING", newest) >= desired ? "COMPLETED" : "IN_PROGRESS",
      },
      ...[...earlier].map((id) => {
        const old = alive.filter(({ args }) => args.startedBy === id);
        return { ...shared, id, status: "ACTIVE", desiredCount: 0, runningCount: count("RUNNING", old) };
      }),
    ],
    deploymentConfiguration: { ...deploymentDefaults, ...input.deploymentConfiguration },
    deploymentController: input.deploymentController ?? { type: "ECS" },
    availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? "DISABLED",
    loadBalancers: [],
    serviceRegistries: [],
    placementConstraints: input.placementConstraints ?? [],
    placementStrategy: input.placementStrategy ?? [],
    healthCheckGracePeriodSeconds: input.healthCheckGracePeriodSeconds,
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    events: events.map(({ created: at, ...event }) => ({ ...event, createdAt: new Date(at) })),
    createdAt: new Date(created),
    schedulingStrategy: input.schedulingStrategy ?? "REPLICA",
    propagateTags: input.propagateTags ?? "NONE",
    enableECSManagedTags: input.enableECSManagedTags ?? false,
    tags: records.tags.get(arn) ?? [],
  };
}
