/** Tasks: run once, stopped, described. */
import type { Task as DescribedTask } from "@aws-sdk/client-ecs";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { invalid, lastPart, type Records } from "./records.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";

export function taskOperations(records: Records, scheduler: Scheduler): Operations<"ecs"> {
  const on = (action: string, cluster: string | undefined, id: string) =>
    records.on(action, "task", `${lastPart(cluster ?? "default")}/${lastPart(id)}`);
  const described = (task: Task) => describe(records, task);
  return {
    RunTask: {
      // The roles that the tasks get: those of their definition, unless the request has others.
      // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
      access: ({ taskDefinition = "", overrides, volumeConfigurations }) => {
        const { taskRoleArn, executionRoleArn } = { ...records.definedAs(taskDefinition)?.definition, ...overrides };
        return [
          ...records.on("RunTask", "task-definition", lastPart(taskDefinition)),
          ...passRole("ecs-tasks.amazonaws.com", taskRoleArn, executionRoleArn),
          ...passRole(
            "ecs.amazonaws.com",
            ...(volumeConfigurations ?? []).map(({ managedEBSVolume }) => managedEBSVolume?.roleArn),
          ),
        ];
      },
      run(input) {
        const cluster = records.cluster(input.cluster).name;
        const definition = records.taskDefinition(input.taskDefinition ?? "");
        if (definition.definition.networkMode === "awsvpc" && !input.networkConfiguration) {
          throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
        }
        const overrides = Object.fromEntries(
          (input.overrides?.containerOverrides ?? []).map(({ name = "", command, environment }) => [
            name,
            { ...(command && { command }), ...(environment && { environment }) },
          ]),
        );
        const group = input.group ?? `family:${definition.family}`;
        const tasks = Array.from({ length: input.count ?? 1 }, () =>
          scheduler.run({ cluster, group, definition, startedBy: input.startedBy, overrides }),
        );
        return { tasks: tasks.map(described), failures: [] };
      },
    },
    StopTask: {
      access: ({ cluster, task }) => on("StopTask", cluster, task),
      run({ cluster, task, reason }) {
        const found = scheduler.task(records.cluster(cluster).name, lastPart(task));
        if (!found) throw invalid("The referenced task was not found.");
        void found.stop("UserInitiated", reason ?? "Task stopped by user");
        return { task: described(found) };
      },
    },
    DescribeTasks: {
      access: ({ cluster, tasks = [] }) => tasks.flatMap((task: string) => on("DescribeTasks", cluster, task)),
      run({ cluster, tasks = [] }: { cluster?: string; tasks?: string[] }) {
        const { name } = records.cluster(cluster);
        const found = tasks.map((task) => ({ id: lastPart(task), task: scheduler.task(name, lastPart(task)) }));
        return {
          tasks: found.flatMap(({ task }) => (task ? described(task) : [])),
          failures: found
            .filter(({ task }) => !task)
            .map(({ id }) => ({ arn: records.arn("task", `${name}/${id}`), reason: "MISSING" })),
        };
      },
    },
    ListTasks: {
      access: ({ cluster }) => on("ListTasks", cluster, "*"),
      run({ cluster, serviceName, family, startedBy, desiredStatus = "RUNNING", ...rest }) {
        const { name } = records.cluster(cluster);
        const wanted = scheduler
          .tasks(name)
          .filter(
            (task) =>
              (desiredStatus === "STOPPED") === (task.status === "STOPPING" || task.status === "STOPPED") &&
              (!serviceName || task.args.group === `service:${lastPart(serviceName)}`) &&
              (!family || task.args.definition.family === family) &&
              (!startedBy || task.args.startedBy === startedBy),
          );
        const { items, next: nextToken } = page(wanted, rest, ({ id }) => id);
        return { taskArns: items.map(({ id }) => records.arn("task", `${name}/${id}`)), nextToken };
      },
    },
  };
}

function describe(records: Records, task: Task): DescribedTask {
  const { cluster, group, definition, startedBy } = task.args;
  const taskArn = records.arn("task", `${cluster}/${task.id}`);
  const over = task.status === "STOPPING" || task.status === "STOPPED";
  const lastStatus = task.status === "STOPPING" ? "DEPROVISIONING" : task.status;
  return {
    taskArn,
    clusterArn: records.arn("cluster", cluster),
    taskDefinitionArn: records.definitionArn(definition),
    group,
    startedBy,
    lastStatus,
    desiredStatus: over ? "STOPPED" : "RUNNING",
    launchType: "FARGATE",
    cpu: definition.definition.cpu,
    memory: definition.definition.memory,
    createdAt: new Date(task.created),
    ...(task.started && { startedAt: new Date(task.started) }),
    ...(task.stopped && { stoppedAt: new Date(task.stopped) }),
    ...(over && { stopCode: task.stopCode, stoppedReason: task.stoppedReason }),
    containers: definition.definition.containerDefinitions.map(({ name = "", image }) => ({
      containerArn: `${taskArn}/${name}`.replace(":task/", ":container/"),
      taskArn,
      name,
      image,
      lastStatus: task.exitCodes.has(name) ? "STOPPED" : lastStatus,
      ...(task.exitCodes.has(name) && { exitCode: task.exitCodes.get(name) }),
    })),
  };
}
