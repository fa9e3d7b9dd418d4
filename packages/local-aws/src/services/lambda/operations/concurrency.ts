import type { OperationOf, Operations } from "../../../operations.ts";
import { AwsError } from "../../../service.ts";
import type { Lambda } from "../context.ts";
import { checkRange, invalidParameter } from "../errors.ts";
import { functionReference, latest } from "../names.ts";
import type { ProvisionedRecord } from "../records.ts";
import { listed } from "./paging.ts";

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

  /** It is stored and shown; environments start as fast without it. */
  const shown = ({ requested, lastModified }: ProvisionedRecord) => ({
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: requested,
    AllocatedProvisionedConcurrentExecutions: requested,
    Status: "READY" as const,
    LastModified: lastModified,
  });

  function provisionedKey(functionName: string | undefined, givenQualifier: string | undefined): string {
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
      const record = { requested: requested as number, lastModified: new Date().toISOString() };
      registry.provisioned.put(provisionedKey(FunctionName, Qualifier), record);
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
