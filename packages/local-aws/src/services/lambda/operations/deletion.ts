/** Functions and their versions: deleted, and their packages, once nothing refers to them. */
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Lambda } from "../context.ts";
import { conflict, functionNotFound, invalidParameter } from "../errors.ts";
import { functionReference, isVersion } from "../names.ts";

/** Packages that some version of a function or layer refers to. */
export const usedPackages = ({ registry, layers }: Pick<Lambda, "registry" | "layers">): Set<string> =>
  new Set([...registry.versions.values(), ...layers.records.values()].map(({ code }) => code));

export function deletionOperations(lambda: Lambda): Operations<"lambda"> {
  const { registry, packages, arns, cloud } = lambda;

  const DeleteFunction: OperationOf<"lambda", "DeleteFunction"> = {
    access(input) {
      const { name, qualifier } = functionReference(input.FunctionName as string, input.Qualifier);
      return [{ action: "lambda:DeleteFunction", resource: arns.function(name, qualifier) }];
    },
    async run({ FunctionName, Qualifier }) {
      const { name, qualifier } = functionReference(FunctionName, Qualifier);
      registry.function(name);
      if (qualifier !== undefined) deleteVersion(name, qualifier);
      else cloud.store.transaction(() => deleteAll(name));
      await packages.sweep(usedPackages(lambda));
      return { StatusCode: 204 };
    },
  };

  function deleteVersion(name: string, qualifier: string): void {
    if (!isVersion(qualifier)) {
      throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
    }
    const aliases = registry.aliases
      .values(`${name}:`)
      .filter(
        ({ FunctionVersion, RoutingConfig }) =>
          FunctionVersion === qualifier || RoutingConfig?.AdditionalVersionWeights?.[qualifier] !== undefined,
      );
    if (aliases.length > 0) {
      const references = aliases.map(({ AliasArn }) => AliasArn).join(", ");
      throw conflict(`Function ${arns.function(name, qualifier)} is referenced by alias(es): ${references}`);
    }
    if (!registry.versions.delete(`${name}:${qualifier}`)) throw functionNotFound(arns.function(name, qualifier));
    for (const kept of [registry.policies, registry.eventInvokeConfigs, registry.provisioned])
      kept.delete(`${name}:${qualifier}`);
  }

  function deleteAll(name: string): void {
    const { versions, aliases, policies, eventInvokeConfigs, provisioned, urls } = registry;
    for (const kept of [versions, aliases, policies, eventInvokeConfigs, provisioned, urls]) {
      for (const [key] of kept.entries(`${name}:`)) kept.delete(key);
    }
    registry.functions.delete(name);
  }

  return { DeleteFunction };
}
