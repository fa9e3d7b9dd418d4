/** Aliases of state machines' versions. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html */
import { isDeepStrictEqual } from "node:util";
import type { RoutingConfigurationListItem } from "@aws-sdk/client-sfn";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError } from "../../service.ts";
import { type Alias, pageOf, type Records } from "./records.ts";
import { missingMachine } from "./versions.ts";

export function aliasOperations(records: Records): Operations<"states"> {
  const { aliases, versions } = records;
  const on = (action: string, arn = ""): Access[] => [{ action: `states:${action}`, resource: arn }];
  const found = (arn = ""): Alias => {
    const alias = aliases.get(arn);
    if (!alias) throw new AwsError("ResourceNotFound", "Request references a resource that does not exist.");
    return alias;
  };
  const described = ({ arn, name, description, routing, created, updated }: Alias) => ({
    stateMachineAliasArn: arn,
    name,
    description,
    routingConfiguration: routing,
    creationDate: new Date(created),
    updateDate: new Date(updated),
  });
  const machineOf = (routing: RoutingConfigurationListItem[] = []) =>
    (routing[0]?.stateMachineVersionArn ?? "").replace(/:\d+$/, "");

  /** One version with all executions, or two of one machine that share them. */
  function checked(routing: RoutingConfigurationListItem[] = []): Alias["routing"] {
    const invalid = (message: string) => new AwsError("ValidationException", message);
    if (routing.length < 1 || routing.length > 2) throw invalid("Routing configuration must have one or two versions");
    const weights = routing.reduce((sum, { weight = 0 }) => sum + weight, 0);
    if (weights !== 100) throw invalid("Sum of routing configuration weights must equal 100");
    const wrong = routing
      .map(({ stateMachineVersionArn = "" }) => stateMachineVersionArn)
      .filter((arn) => !/:\d+$/.test(arn));
    if (wrong.length > 0)
      throw invalid(`Routing configuration must contain state machine version ARNs. Received: [${wrong.join(", ")}]`);
    for (const { stateMachineVersionArn: arn = "" } of routing) {
      if (!versions.has(arn)) throw missingMachine(arn);
      if (!arn.startsWith(`${machineOf(routing)}:`))
        throw invalid("Routing configuration must contain state machine versions from the same state machine");
    }
    return routing as Alias["routing"];
  }

  return {
    CreateStateMachineAlias: {
      access: ({ routingConfiguration }) => on("CreateStateMachineAlias", machineOf(routingConfiguration)),
      run({ name = "", description, routingConfiguration }) {
        if (!/^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]{1,80}$/.test(name))
          throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
        const routing = checked(routingConfiguration);
        const machineArn = machineOf(routingConfiguration);
        const arn = `${machineArn}:${name}`;
        const now = Date.now();
        const alias = { arn, machineArn, name, ...(description !== undefined && { description }), routing };
        const known = aliases.get(arn);
        if (known) {
          const { created, updated: _, ...before } = known;
          // Creating the same alias again is no error, as long as it is the same.
          if (isDeepStrictEqual(before, alias)) return { stateMachineAliasArn: arn, creationDate: new Date(created) };
          throw new AwsError(
            "ConflictException",
            "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
          );
        }
        aliases.put(arn, { ...alias, created: now, updated: now });
        return { stateMachineAliasArn: arn, creationDate: new Date(now) };
      },
    },
    DescribeStateMachineAlias: {
      access: ({ stateMachineAliasArn }) => on("DescribeStateMachineAlias", stateMachineAliasArn),
      run: ({ stateMachineAliasArn }) => described(found(stateMachineAliasArn)),
    },
    UpdateStateMachineAlias: {
      access: ({ stateMachineAliasArn }) => on("UpdateStateMachineAlias", stateMachineAliasArn),
      run({ stateMachineAliasArn, description, routingConfiguration }) {
        const alias = found(stateMachineAliasArn);
        const updated = Date.now();
        aliases.put(alias.arn, {
          ...alias,
          ...(description !== undefined && { description }),
          ...(routingConfiguration && { routing: checked(routingConfiguration) }),
          updated,
        });
        return { updateDate: new Date(updated) };
      },
    },
    DeleteStateMachineAlias: {
      access: ({ stateMachineAliasArn }) => on("DeleteStateMachineAlias", stateMachineAliasArn),
      run({ stateMachineAliasArn }) {
        aliases.delete(stateMachineAliasArn);
        return {};
      },
    },
    ListStateMachineAliases: {
      access: ({ stateMachineArn }) => on("ListStateMachineAliases", stateMachineArn),
      run({ stateMachineArn = "", ...rest }) {
        const isVersion = versions.has(stateMachineArn);
        if (!isVersion && !records.machines.has(stateMachineArn)) throw missingMachine(stateMachineArn);
        const all = aliases
          .values(`${stateMachineArn.replace(/:\d+$/, "")}:`)
          .filter(
            ({ routing }) =>
              !isVersion || routing.some(({ stateMachineVersionArn }) => stateMachineVersionArn === stateMachineArn),
          );
        const { items, paging } = pageOf(all, rest, ({ name }) => name);
        return {
          stateMachineAliases: items.map(({ arn, created }) => ({
            stateMachineAliasArn: arn,
            creationDate: new Date(created),
          })),
          ...paging,
        };
      },
    },
  };
}
