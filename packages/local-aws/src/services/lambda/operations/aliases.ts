/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html */
import { randomUUID } from "node:crypto";
import type { AliasRoutingConfiguration } from "@aws-sdk/client-lambda";
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Lambda } from "../context.ts";
import { checkPattern, checkRevision, conflict, functionNotFound, invalidParameter } from "../errors.ts";
import { functionReference, latest } from "../names.ts";
import type { AliasRecord } from "../records.ts";
import { listed } from "./paging.ts";

export function aliasOperations(lambda: Lambda): Operations<"lambda"> {
  const { registry, arns, cloud } = lambda;

  const access = (action: string) => (input: { FunctionName?: string }) => [
    { action: `lambda:${action}`, resource: arns.function(functionReference(input.FunctionName as string).name) },
  ];

  /** The weights of `routing`, checked against the existing versions. */
  function routed(name: string, version: string, routing: AliasRoutingConfiguration | undefined): Partial<AliasRecord> {
    const weights = Object.entries(routing?.AdditionalVersionWeights ?? {});
    if (weights.length === 0) return {};
    if (weights.length > 1) {
      throw invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
    }
    const [additional, weight] = weights[0] as [string, number];
    if (!(weight >= 0 && weight <= 1)) {
      throw invalidParameter(`The weight of version ${additional} is ${weight}; it must be between 0.0 and 1.0.`);
    }
    if (version === latest || additional === latest) {
      throw invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
    }
    if (additional === version) {
      throw invalidParameter(
        `Invalid function version ${additional}. Function version ${version} is already included in routing configuration.`,
      );
    }
    registry.version(name, additional);
    return { RoutingConfig: { AdditionalVersionWeights: { [additional]: weight } } };
  }

  const CreateAlias: OperationOf<"lambda", "CreateAlias"> = {
    access: access("CreateAlias"),
    run({ FunctionName, Name, FunctionVersion, Description = "", RoutingConfig }) {
      const { name } = functionReference(FunctionName as string);
      registry.function(name);
      checkPattern(Name, "name", /^(?!^[0-9]+$)([a-zA-Z0-9-_]+)$/, 128);
      registry.version(name, FunctionVersion as string);
      const AliasArn = arns.function(name, Name);
      if (registry.aliases.get(`${name}:${Name}`)) throw conflict(`Alias already exists: ${AliasArn}`);
      const alias: AliasRecord = {
        AliasArn,
        Name: Name as string,
        FunctionVersion: FunctionVersion as string,
        Description,
        ...routed(name, FunctionVersion as string, RoutingConfig),
        RevisionId: randomUUID(),
      };
      registry.aliases.put(`${name}:${Name}`, alias);
      return alias;
    },
  };

  const UpdateAlias: OperationOf<"lambda", "UpdateAlias"> = {
    access: access("UpdateAlias"),
    run(input) {
      const { name } = functionReference(input.FunctionName);
      registry.function(name);
      const before = registry.alias(name, input.Name);
      checkRevision(input.RevisionId, before.RevisionId);
      const { FunctionVersion = before.FunctionVersion, Description = before.Description } = input;
      registry.version(name, FunctionVersion);
      const { RoutingConfig: kept, ...rest } = before;
      const routing = input.RoutingConfig ?? kept;
      const alias: AliasRecord = {
        ...rest,
        FunctionVersion,
        ...(Description !== undefined && { Description }),
        ...routed(name, FunctionVersion, routing),
        RevisionId: randomUUID(),
      };
      registry.aliases.put(`${name}:${input.Name}`, alias);
      return alias;
    },
  };

  const GetAlias: OperationOf<"lambda", "GetAlias"> = {
    access: access("GetAlias"),
    run({ FunctionName, Name }) {
      const { name } = functionReference(FunctionName as string);
      return registry.alias(name, Name as string);
    },
  };

  const ListAliases: OperationOf<"lambda", "ListAliases"> = {
    access: access("ListAliases"),
    run(input) {
      const { name } = functionReference(input.FunctionName);
      if (!registry.functions.get(name)) throw functionNotFound(arns.function(name));
      const version = input.FunctionVersion;
      const found = registry.aliases
        .values(`${name}:`)
        .filter(
          ({ FunctionVersion, RoutingConfig }) =>
            version === undefined ||
            FunctionVersion === version ||
            RoutingConfig?.AdditionalVersionWeights?.[version] !== undefined,
        );
      const { items: Aliases, ...paging } = listed(found, input, ({ Name = "" }) => Name);
      return { Aliases, ...paging };
    },
  };

  const DeleteAlias: OperationOf<"lambda", "DeleteAlias"> = {
    access: access("DeleteAlias"),
    run({ FunctionName, Name }) {
      const { name } = functionReference(FunctionName as string);
      const key = `${name}:${Name}`;
      cloud.store.transaction(() => {
        registry.aliases.delete(key);
        for (const kept of [registry.policies, registry.eventInvokeConfigs, registry.provisioned]) kept.delete(key);
      });
      return {};
    },
  };

  return { CreateAlias, UpdateAlias, GetAlias, ListAliases, DeleteAlias };
}
