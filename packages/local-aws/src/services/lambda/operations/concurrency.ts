import type { OperationOf, Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import type { Lambda } from "../context.ts";
import { checkRange, conflict, invalidParameter } from "../errors.ts";
import { functionReference, isVersion, latest } from "../names.ts";
import type { ProvisionedRecord } from "../records.ts";
import { listed } from "./paging.ts";

/** Milliseconds that provisioned environments are on their way. */
const ALLOCATION = 1_000;

/** What AWS keeps available for functions without a reservation. */
const leastUnreserved = 100;

export function concurrencyOperations({ registry, arns, concurrency }: Lambda): Operations<"lambda"> {
  const access = (action: string) => (input: { FunctionName?: string; Qualifier?: string }) => {
    const { name, qualifier } = functionReference(input.FunctionName as string, input.Qualifier);
    return [{ action: `lambda:${action}`, resource: arns.function(name, qualifier) }];
  };
  const of = (functionName: string | undefined) => registry.function(functionReference(functionName as string).name);

  const PutFunctionConcurrency: OperationOf<"lambda", "PutFunctionConcurrency"> = {
    access: access("PutFunctionConcurrency"),
    run({ FunctionName, ReservedConcurrentExecutions: reserved }) {
      checkRange(reserved, "reservedConcurrentExecutions", 0, Number.MAX_SAFE_INTEGER);
      const record = of(FunctionName);
      const provisioned = registry.provisionedOf(record.name);
      if ((reserved as number) < provisioned) {
        throw new AwsError(
          "InvalidParameterValueException",
          ` ReservedConcurrentExecutions  ${reserved} should not be lower than function's total provisioned concurrency [${provisioned}].`,
        );
      }
      if (concurrency.unreserved + (record.reserved ?? 0) - (reserved as number) < leastUnreserved) {
        throw invalidParameter(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${leastUnreserved}].`,
        );
      }
      registry.functions.put(record.name, { ...record, reserved: reserved as number });
      return { ReservedConcurrentExecutions: reserved };
    },
  };

  const GetFunctionConcurrency: OperationOf<"lambda", "GetFunctionConcurrency"> = {
    access: access("GetFunctionConcurrency"),
    run({ FunctionName }) {
      const { reserved } = of(FunctionName);
      return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
    },
  };

  const DeleteFunctionConcurrency: OperationOf<"lambda", "DeleteFunctionConcurrency"> = {
    access: access("DeleteFunctionConcurrency"),
    run({ FunctionName }) {
      const { reserved, ...record } = of(FunctionName);
      registry.functions.put(record.name, record);
      return {};
    },
  };

  /**
   * Environments start as fast without it: none is started before a request comes. For a moment it is on its way, as on
   * AWS for minutes.
   */
  const shown = ({ requested, lastModified }: ProvisionedRecord) => {
    const ready = Date.now() - Date.parse(lastModified) >= ALLOCATION;
    return {
      RequestedProvisionedConcurrentExecutions: requested,
      AvailableProvisionedConcurrentExecutions: ready ? requested : 0,
      AllocatedProvisionedConcurrentExecutions: ready ? requested : 0,
      Status: ready ? ("READY" as const) : ("IN_PROGRESS" as const),
      LastModified: lastModified,
    };
  };

  /** A version has it once: by itself, or by one alias. */
  function checkFree(name: string, qualifier: string): void {
    const taken = (other: string) => registry.provisioned.get(`${name}:${other}`) !== undefined;
    const alias = registry.aliases.get(`${name}:${qualifier}`);
    if (alias) {
      if (taken(alias.FunctionVersion)) {
        throw conflict(
          "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
        );
      }
      return;
    }
    const pointing = registry.aliases
      .values(`${name}:`)
      .some((one) => one.FunctionVersion === qualifier && taken(one.Name));
    if (pointing) throw conflict("Version is pointed by a Provisioned Concurrency alias");
  }

  function provisionedKey(functionName: string | undefined, givenQualifier: string | undefined): string {
    const { name, qualifier: given } = functionReference(functionName as string, givenQualifier);
    if (given && given !== latest && !isVersion(given) && registry.functions.get(name)) registry.alias(name, given);
    const target = registry.target(functionName as string, givenQualifier);
    const { record, qualifier = latest } = target;
    if (qualifier === latest) {
      throw invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
    }
    return `${record.name}:${qualifier}`;
  }

  const PutProvisionedConcurrencyConfig: OperationOf<"lambda", "PutProvisionedConcurrencyConfig"> = {
    access: access("PutProvisionedConcurrencyConfig"),
    run({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: requested }) {
      checkRange(requested, "provisionedConcurrentExecutions", 1, concurrency.limit);
      const key = provisionedKey(FunctionName, Qualifier);
      const [name = "", qualifier = ""] = key.split(":");
      checkFree(name, qualifier);
      const { reserved } = registry.function(name);
      const others = registry.provisionedOf(name) - (registry.provisioned.get(key)?.requested ?? 0);
      if (reserved !== undefined && others + (requested as number) > reserved) {
        throw invalidParameter(
          "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
        );
      }
      const record = { requested: requested as number, lastModified: new Date().toISOString() };
      registry.provisioned.put(key, record);
      return shown(record);
    },
  };

  const GetProvisionedConcurrencyConfig: OperationOf<"lambda", "GetProvisionedConcurrencyConfig"> = {
    access: access("GetProvisionedConcurrencyConfig"),
    run({ FunctionName, Qualifier }) {
      const record = registry.provisioned.get(provisionedKey(FunctionName, Qualifier));
      if (record) return shown(record);
      const message = "No Provisioned Concurrency Config found for this function";
      throw new AwsError("ProvisionedConcurrencyConfigNotFoundException", message, 404, { Type: "User" });
    },
  };

  const DeleteProvisionedConcurrencyConfig: OperationOf<"lambda", "DeleteProvisionedConcurrencyConfig"> = {
    access: access("DeleteProvisionedConcurrencyConfig"),
    run({ FunctionName, Qualifier }) {
      registry.provisioned.delete(provisionedKey(FunctionName, Qualifier));
      return {};
    },
  };

  const ListProvisionedConcurrencyConfigs: OperationOf<"lambda", "ListProvisionedConcurrencyConfigs"> = {
    access: access("ListProvisionedConcurrencyConfigs"),
    run(input) {
      const { name } = of(input.FunctionName);
      const all = registry.provisioned.entries(`${name}:`);
      const { items, ...paging } = listed(all, input, ([key]) => key);
      const list = items.map(([key, record]) => ({
        FunctionArn: arns.function(name, key.slice(name.length + 1)),
        ...shown(record),
      }));
      return { ProvisionedConcurrencyConfigs: list, ...paging };
    },
  };

  const GetAccountSettings: OperationOf<"lambda", "GetAccountSettings"> = {
    access: () => [{ action: "lambda:GetAccountSettings", resource: "*" }],
    run: () => ({
      AccountLimit: {
        TotalCodeSize: 80_530_636_800,
        CodeSizeUnzipped: 262_144_000,
        CodeSizeZipped: 52_428_800,
        ConcurrentExecutions: concurrency.limit,
        UnreservedConcurrentExecutions: concurrency.unreserved,
      },
      AccountUsage: {
        TotalCodeSize: registry.versions
          .values()
          .reduce((sum, { configuration }) => sum + (configuration.CodeSize ?? 0), 0),
        FunctionCount: registry.functions.values().length,
      },
    }),
  };

  return {
    PutFunctionConcurrency,
    GetFunctionConcurrency,
    DeleteFunctionConcurrency,
    PutProvisionedConcurrencyConfig,
    GetProvisionedConcurrencyConfig,
    DeleteProvisionedConcurrencyConfig,
    ListProvisionedConcurrencyConfigs,
    GetAccountSettings,
  };
}
