/** Aliases of a state machine's versions. */
import type { DescribeStateMachineAliasOutput } from "@aws-sdk/client-sfn";
import type { Cloud } from "local-aws/service";
import type { Properties } from "../engine/provider.ts";
import { described } from "./described.ts";
import type { ResourceType } from "./resourceType.ts";
import { timeOf } from "./time.ts";

export function stateMachineAlias(cloud: Cloud): ResourceType {
  const call = <Answer = unknown>(operation: string, input: object) => cloud.call<Answer>("states", operation, input);
  /** Their members are named as the provider names them. */
  const routes = (routing: unknown) =>
    (routing as Properties[]).map(({ stateMachineVersionArn, weight }) => ({ stateMachineVersionArn, weight }));
  return described({
    type: "aws:sfn/alias:Alias",
    docs: "https://www.pulumi.com/registry/packages/aws/api-docs/sfn/alias/",
    required: ["routingConfigurations"],
    properties: ["name", "description", "routingConfigurations"],
    replaces: ["name"],
    autoname: { property: "name", max: 80, pattern: /^(?=.*[a-zA-Z_\-.])[\w\-.]+$/ },
    async make({ name, description, routingConfigurations }) {
      const request = { name, description, routingConfiguration: routes(routingConfigurations) };
      return (await call<{ stateMachineAliasArn: string }>("CreateStateMachineAlias", request)).stateMachineAliasArn;
    },
    async settle(stateMachineAliasArn, before, { description = "", routingConfigurations }) {
      if (before.name === undefined) return;
      const routingConfiguration = routes(routingConfigurations);
      await call("UpdateStateMachineAlias", { stateMachineAliasArn, description, routingConfiguration });
    },
    async describe(stateMachineAliasArn) {
      type Found = DescribeStateMachineAliasOutput;
      const found = await call<Found>("DescribeStateMachineAlias", { stateMachineAliasArn });
      return {
        arn: found.stateMachineAliasArn,
        creationDate: timeOf(found.creationDate),
        description: found.description,
        name: found.name,
        routingConfigurations: routes(found.routingConfiguration ?? []),
      };
    },
    remove: (stateMachineAliasArn) => call("DeleteStateMachineAlias", { stateMachineAliasArn }),
  });
}
