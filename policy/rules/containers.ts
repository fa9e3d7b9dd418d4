import { parsed } from "../json.ts";
import { type Rule, unless } from "../rule.ts";
import { looksSecret } from "./lambda.ts";

interface ContainerDefinition {
  name?: string;
  privileged?: boolean;
  readonlyRootFilesystem?: boolean;
  environment?: { name?: string; value?: unknown }[];
  logConfiguration?: { logDriver?: string };
}

const definitions = ["aws:ecs/taskDefinition:TaskDefinition"];

export const containerRules: Rule[] = [
  {
    name: "containers-are-confined",
    description: "A container writes to no file of its image, has no rights over its host, and is logged",
    ids: ["ECS.4", "ECS.5", "ECS.9", "AwsSolutions-ECS7", "CKV_AWS_336"],
    types: definitions,
    check: ({ props }) =>
      containersOf(props.containerDefinitions).flatMap(([container, path]) => [
        ...unless(container.readonlyRootFilesystem === true, `${path}.readonlyRootFilesystem is not true`),
        ...unless(container.privileged !== true, `${path}.privileged is true`),
        ...unless(Boolean(container.logConfiguration?.logDriver), `${path}.logConfiguration is missing`),
      ]),
  },
  {
    name: "no-secrets-in-container-environment",
    description: "No environment variable of a container holds a secret",
    ids: ["ECS.8"],
    types: definitions,
    check: ({ props }) =>
      containersOf(props.containerDefinitions).flatMap(([container, path]) =>
        (container.environment ?? [])
          .filter(({ name = "", value }) => looksSecret(name, value))
          .map(({ name }) => `${path}.environment.${name} looks like a secret`),
      ),
  },
  {
    name: "tasks-are-private",
    description: "A service's tasks have no public address, and run on Fargate's latest platform",
    ids: ["ECS.2", "ECS.10", "CKV_AWS_333"],
    types: ["aws:ecs/service:Service"],
    check: ({ props }) => [
      ...unless(props.networkConfiguration?.assignPublicIp !== true, "networkConfiguration.assignPublicIp is true"),
      ...unless(
        props.platformVersion === undefined || props.platformVersion === "LATEST",
        `platformVersion is ${props.platformVersion}`,
      ),
    ],
  },
  {
    name: "cluster-is-observed",
    description: "A cluster reports to Container Insights",
    ids: ["ECS.12", "AwsSolutions-ECS4", "CKV_AWS_65"],
    types: ["aws:ecs/cluster:Cluster"],
    check: ({ props }) =>
      unless(
        ((props.settings ?? []) as { name: string; value: string }[]).some(
          ({ name, value }) => name === "containerInsights" && value !== "disabled",
        ),
        "settings has no containerInsights",
      ),
  },
  {
    name: "security-group-admits-nobody-at-large",
    description: "A security group says what it is for, and admits no address at large",
    ids: ["EC2.18", "EC2.19", "CIS 5.3", "CIS 5.4", "AwsSolutions-EC23", "AwsSolutions-EC27", "CKV_AWS_23"],
    types: ["aws:ec2/securityGroup:SecurityGroup"],
    check: ({ props }) => [
      ...unless(Boolean(props.description), "description is missing"),
      ...((props.ingress ?? []) as { cidrBlocks?: string[]; ipv6CidrBlocks?: string[] }[]).flatMap((rule, index) =>
        [...(rule.cidrBlocks ?? []), ...(rule.ipv6CidrBlocks ?? [])]
          .filter((block) => block === "0.0.0.0/0" || block === "::/0")
          .map((block) => `ingress[${index}] admits ${block}`),
      ),
    ],
  },
];

/** The containers of a task, each with its path; none while they are not known. */
function containersOf(text: unknown): [ContainerDefinition, string][] {
  const all = [parsed(text) ?? []].flat() as ContainerDefinition[];
  return all.map((container, index) => [container, `containerDefinitions[${index}]`]);
}
