/** Task definitions: what a task consists of, in numbered revisions. */
import type { ContainerDefinition, RegisterTaskDefinitionRequest, TaskDefinition } from "@aws-sdk/client-ecs";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { checkName, client, definitionKey, lastPart, type Records, type TaskDefinitionRecord } from "./records.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const memories: Record<string, (memory: number) => boolean> = {
  256: (memory) => [512, 1_024, 2_048].includes(memory),
  512: (memory) => memory >= 1_024 && memory <= 4_096 && memory % 1_024 === 0,
  1024: (memory) => memory >= 2_048 && memory <= 8_192 && memory % 1_024 === 0,
  2048: (memory) => memory >= 4_096 && memory <= 16_384 && memory % 1_024 === 0,
  4096: (memory) => memory >= 8_192 && memory <= 30_720 && memory % 1_024 === 0,
};

/** Members of a container's definition that have an effect here, or are safe to ignore; any other is refused. */
const known = new Set([
  ...["name", "image", "essential", "command", "entryPoint", "environment", "logConfiguration", "stopTimeout"],
  ...["cpu", "memory", "memoryReservation", "portMappings", "readonlyRootFilesystem", "user", "linuxParameters"],
  ...["ulimits", "dockerLabels", "privileged", "systemControls", "mountPoints", "volumesFrom", "versionConsistency"],
]);

export function taskDefinitionOperations(records: Records): Operations<"ecs"> {
  const described = (record: TaskDefinitionRecord): TaskDefinition => ({
    ...record.definition,
    taskDefinitionArn: records.definitionArn(record),
    revision: record.revision,
    status: record.status,
    compatibilities: ["EC2", "FARGATE"],
    volumes: record.definition.volumes ?? [],
    placementConstraints: record.definition.placementConstraints ?? [],
    registeredAt: new Date(record.registered),
    ...(record.deregistered && { deregisteredAt: new Date(record.deregistered) }),
  });
  const tagsOf = (record: TaskDefinitionRecord) => records.tags.get(records.definitionArn(record)) ?? [];
  return {
    RegisterTaskDefinition: {
      access: ({ family, taskRoleArn, executionRoleArn }) => [
        ...records.on("RegisterTaskDefinition", "task-definition", `${family}:*`),
        ...passRole("ecs-tasks.amazonaws.com", taskRoleArn, executionRoleArn),
      ],
      run({ tags = [], ...definition }) {
        const family = definition.family as string;
        checkName("Family", family);
        check(definition);
        const revision = (records.taskDefinitions.values(`${family}:`).at(-1)?.revision ?? 0) + 1;
        const containerDefinitions = (definition.containerDefinitions ?? []).map((one) => ({
          ...one,
          essential: one.essential ?? true,
        }));
        const record: TaskDefinitionRecord = {
          family,
          revision,
          status: "ACTIVE",
          registered: Date.now(),
          definition: { ...definition, containerDefinitions },
        };
        records.taskDefinitions.put(definitionKey(family, revision), record);
        records.tags.put(records.definitionArn(record), tags);
        return { taskDefinition: described(record), tags };
      },
    },
    DescribeTaskDefinition: {
      access: () => [{ action: "ecs:DescribeTaskDefinition", resource: "*" }],
      run({ taskDefinition }: { taskDefinition: string }) {
        const found = records.taskDefinition(taskDefinition);
        return { taskDefinition: described(found), tags: tagsOf(found) };
      },
    },
    DeregisterTaskDefinition: {
      access: () => [{ action: "ecs:DeregisterTaskDefinition", resource: "*" }],
      run({ taskDefinition }: { taskDefinition: string }) {
        if (!lastPart(taskDefinition).includes(":")) throw client("Revision is missing.");
        const found: TaskDefinitionRecord = {
          ...records.taskDefinition(taskDefinition),
          status: "INACTIVE",
          deregistered: Date.now(),
        };
        records.taskDefinitions.put(definitionKey(found.family, found.revision), found);
        return { taskDefinition: described(found) };
      },
    },
    ListTaskDefinitions: {
      access: () => [{ action: "ecs:ListTaskDefinitions", resource: "*" }],
      run({ familyPrefix, status = "ACTIVE", ...rest }) {
        const all = records.taskDefinitions
          .values(familyPrefix ? `${familyPrefix}:` : "")
          .filter((one) => one.status === status);
        const { items, next: nextToken } = page(all, rest, ({ family, revision }) => [family, revision]);
        return { taskDefinitionArns: items.map((one) => records.definitionArn(one)), nextToken };
      },
    },
  };
}

/** @throws AwsError `ClientException` in ECS's words; for what the local cloud does not support, naming it. */
function check({ containerDefinitions = [], ...task }: RegisterTaskDefinitionRequest): void {
  if (containerDefinitions.length === 0) throw client("Container list cannot be empty.");
  if (task.requiresCompatibilities?.includes("FARGATE")) {
    if (task.networkMode !== "awsvpc") throw client("Fargate only supports network mode ‘awsvpc’.");
    if (!memories[task.cpu ?? ""]?.(Number(task.memory))) {
      throw client(
        `No Fargate configuration exists for given values: ${task.cpu ?? 0} CPU, ${task.memory ?? 0} memory. See the Amazon ECS documentation for the valid values.`,
      );
    }
  }
  const names = containerDefinitions.map(({ name }) => name);
  if (new Set(names).size < names.length) throw client("Container.name must be unique within a task definition.");
  for (const container of containerDefinitions) checkContainer(container, task);
}

function checkContainer(
  container: ContainerDefinition,
  task: Omit<RegisterTaskDefinitionRequest, "containerDefinitions">,
) {
  checkName("Container name", container.name);
  if (!container.image) throw client("Container.image should not be null or empty.");
  const empty = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);
  const other = Object.entries(container).find(([member, value]) => !known.has(member) && !empty(value));
  if (other) throw client(`The local cloud does not model containerDefinitions.${other[0]}`);
  const { logDriver, options = {} } = container.logConfiguration ?? {};
  if (logDriver === undefined) return;
  if (logDriver !== "awslogs") throw client(`The local cloud does not model the log driver ${logDriver}`);
  for (const option of ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"]) {
    if (!options[option]) throw client(`Log driver awslogs requires options: ${option}`);
  }
  if (!task.executionRoleArn) {
    throw client("Fargate requires task definition to have execution role ARN to support log driver awslogs.");
  }
}
