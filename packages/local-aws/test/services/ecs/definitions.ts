import { join } from "node:path";
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { TestCloud } from "../../../testing/cloud.ts";

export const images = {
  "*/greeter:*": ["node", join(import.meta.dirname, "../../fixtures/task.mjs")],
};
export const registry = "000000000000.dkr.ecr.eu-west-1.amazonaws.com";
export const group = "/aws/ecs/greeters";

/** ARNs of roles: that launches tasks, that they work under, and one that may launch but not log. */
export interface Roles {
  launch: string;
  task: string;
  silent: string;
}

export async function mintRoles(test: TestCloud): Promise<Roles> {
  const trust = "ecs-tasks.amazonaws.com";
  const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
  const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
  const log = allow(
    ["logs:CreateLogStream", "logs:PutLogEvents"],
    `arn:aws:logs:eu-west-1:000000000000:log-group:${group}:*`,
  );
  const statements = [
    allow(["ecr:GetAuthorizationToken"], "*"),
    allow(pull, "arn:aws:ecr:eu-west-1:000000000000:repository/greeter"),
    log,
  ];
  const source = "arn:aws:ecs:eu-west-1:000000000000:*";
  const launch = await test.mintRole(statements, { name: "launch", trust, source });
  const silent = await test.mintRole(statements.slice(0, 2), { name: "silent", trust });
  const task = await test.mintRole(undefined, { name: "greeter", trust, source });
  return { launch: launch.roleArn, task: task.roleArn, silent: silent.roleArn };
}

/** A task definition that Fargate takes, with what a test changes of its container and of the task. */
export const definition = (
  roles: Roles,
  family: string,
  container: Partial<ContainerDefinition> = {},
  task: Partial<RegisterTaskDefinitionCommandInput> = {},
): RegisterTaskDefinitionCommandInput => ({
  family,
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  executionRoleArn: roles.launch,
  taskRoleArn: roles.task,
  containerDefinitions: [
    {
      name: "main",
      image: `${registry}/greeter:1`,
      environment: [{ name: "WHOM", value: "world" }],
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": group, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": family },
      },
      ...container,
    },
  ],
  ...task,
});
