import type { LogGroup } from "@pulumi/aws/cloudwatch";
import { Cluster, Service, TaskDefinition } from "@pulumi/aws/ecs";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type { Queue } from "@pulumi/aws/sqs";
import { type Input, interpolate, jsonStringify, type Output, output, type Resource } from "@pulumi/pulumi";
import { createContainerImage, pullStatements } from "../containerImage.ts";
import { queueBinding } from "../function/bindings.ts";
import { createExecutionRole } from "../function/executionRole.ts";
import type { Binding, Statement } from "../function/statement.ts";
import { createCodeLogs, createServiceLogs } from "../logGroup.ts";
import { metricNamespace, stackWide } from "../naming.ts";
import { createNetwork, createOutwardGroup, type Network } from "../network.ts";
import type { ContainerArgs } from "./args.ts";
import { createScaling } from "./scaling.ts";

interface ContainerPredictorArgs {
  /** The queue that is drained. */
  records: Queue;
  container: ContainerArgs;
  /** MB. */
  memory: Input<number>;
  environment: Record<string, Input<string>>;
  bindings: Record<string, Binding>;
}

interface ContainerPredictor {
  service: Service;
  logGroup: LogGroup;
}

/** Fargate's own name for what it takes from the container's image. */
const platform = { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" };
/** Seconds between SIGTERM and SIGKILL: a batch in work is finished. */
const stopTimeout = 60;

/** The predictor as a service on Fargate that drains the queue, as many containers as it takes. */
export function createContainerPredictor(
  name: string,
  args: ContainerPredictorArgs,
  parent: Resource,
): ContainerPredictor {
  const { container, records } = args;
  const image = output(
    container.image ??
      createContainerImage(
        `${name}-predictor`,
        { dockerfile: "containers/predictor/Dockerfile", context: "." },
        parent,
      ),
  );
  const network = container.network ?? createNetwork(`${name}-network`, {}, parent);
  const logGroup = createCodeLogs(`${name}-predict`, { service: "ecs", retention: undefined }, parent);
  const task = createTask(name, { ...args, image, logGroup }, parent);
  const cluster = new Cluster(
    `${name}-cluster`,
    { settings: [{ name: "containerInsights", value: "enabled" }] },
    { parent },
  );
  // ECS makes this group by itself, without an end, unless it is there before the first task.
  const insights = createServiceLogs(
    `${name}-insights`,
    { name: interpolate`/aws/ecs/containerinsights/${cluster.name}/performance`, retention: undefined },
    parent,
  );
  const service = createService(name, { cluster, task, network, insights }, parent);
  createScaling(name, { cluster, service, records, container }, parent);
  return { service, logGroup };
}

function createTask(
  name: string,
  args: ContainerPredictorArgs & { image: Output<string>; logGroup: LogGroup },
  parent: Resource,
): TaskDefinition {
  const { container, memory, environment, bindings, image, logGroup, records } = args;
  const drained = { ...bindings, RECORD_QUEUE_URL: queueBinding(records, ["DeleteMessage", "ReceiveMessage"]) };
  // Two roles: what Fargate does for the container, and what the container does itself.
  const launch: Output<Statement[]> = pullStatements(image).apply((pull) => [
    ...pull,
    {
      Effect: "Allow" as const,
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: [interpolate`${logGroup.arn}:*`],
    },
  ]) as Output<Statement[]>;
  const execution = createExecutionRole(`${name}-predict-launch`, "ecs-tasks.amazonaws.com", launch, parent);
  const statements = Object.values(drained).flatMap((binding) => binding.statements);
  const own = createExecutionRole(`${name}-predict`, "ecs-tasks.amazonaws.com", statements, parent);
  const variables: Record<string, Input<string>> = {
    POWERTOOLS_SERVICE_NAME: `${name}-predict`,
    POWERTOOLS_METRICS_NAMESPACE: metricNamespace(),
    ...environment,
    CONCURRENCY: String(container.concurrency ?? 4),
    ...Object.fromEntries(Object.entries(drained).map(([key, { value }]) => [key, value])),
  };
  return new TaskDefinition(
    `${name}-predict`,
    {
      // Of letters, digits, - and _, while a stack's name may have dots.
      family: stackWide(`${name}-predict`).replace(/[^\w-]/g, "-"),
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      runtimePlatform: platform,
      cpu: String(container.cpu ?? 256),
      memory: output(memory).apply(String),
      executionRoleArn: execution.role.arn,
      taskRoleArn: own.role.arn,
      containerDefinitions: jsonStringify([
        {
          name: "predictor",
          image,
          essential: true,
          readonlyRootFilesystem: true,
          stopTimeout,
          environment: Object.entries(variables).map(([key, value]) => ({ name: key, value })),
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": logGroup.name,
              "awslogs-region": getRegionOutput({}, { parent }).region,
              "awslogs-stream-prefix": "predict",
            },
          },
        },
      ]),
    },
    { parent, dependsOn: [execution.policy, own.policy] },
  );
}

function createService(
  name: string,
  parts: { cluster: Cluster; task: TaskDefinition; network: Network; insights: LogGroup },
  parent: Resource,
): Service {
  const { cluster, task, network, insights } = parts;
  const members = `Predictors of ${name}`;
  const group = createOutwardGroup(`${name}-predict`, { members, vpcId: network.vpcId }, parent);
  return new Service(
    `${name}-predict`,
    {
      cluster: cluster.arn,
      taskDefinition: task.arn,
      launchType: "FARGATE",
      // Scaling's to change, from here on.
      desiredCount: 0,
      networkConfiguration: { subnets: network.subnetIds, securityGroups: [group.id], assignPublicIp: false },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
    },
    { parent, ignoreChanges: ["desiredCount"], dependsOn: [insights] },
  );
}
