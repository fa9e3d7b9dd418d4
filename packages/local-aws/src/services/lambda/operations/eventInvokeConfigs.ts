/** How asynchronous requests are retried, and where they end up. */
import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigCommandInput } from "@aws-sdk/client-lambda";
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Lambda } from "../context.ts";
import { checkRange, functionNotFound, resourceNotFound } from "../errors.ts";
import { functionReference, latest } from "../names.ts";
import type { EventInvokeConfig } from "../records.ts";
import { policyKey, type Target } from "../registry.ts";
import { listed } from "./paging.ts";

/** `$LATEST` is the same as no qualifier. */
const keyOf = ({ record, qualifier }: Target) => policyKey(record.name, qualifier === latest ? undefined : qualifier);

export function eventInvokeConfigOperations({ registry, arns, targets }: Lambda): Operations<"lambda"> {
  const access = (action: string) => (input: { FunctionName?: string; Qualifier?: string }) => {
    const { name, qualifier } = functionReference(input.FunctionName as string, input.Qualifier);
    return [{ action: `lambda:${action}`, resource: arns.function(name, qualifier) }];
  };

  function shown(
    key: string,
    { LastModified, DestinationConfig, ...rest }: EventInvokeConfig,
  ): FunctionEventInvokeConfig {
    const [name, qualifier] = key.split(":") as [string, string];
    return {
      ...rest,
      LastModified: new Date(LastModified),
      FunctionArn: arns.function(name, qualifier || latest),
      DestinationConfig: { OnSuccess: {}, OnFailure: {}, ...DestinationConfig },
    };
  }

  async function put(input: PutFunctionEventInvokeConfigCommandInput, before?: EventInvokeConfig) {
    checkRange(input.MaximumRetryAttempts, "maximumRetryAttempts", 0, 2);
    checkRange(input.MaximumEventAgeInSeconds, "maximumEventAgeInSeconds", 60, 21_600);
    const target = registry.target(input.FunctionName as string, input.Qualifier);
    const { OnSuccess, OnFailure } = input.DestinationConfig ?? {};
    for (const side of [OnSuccess, OnFailure]) {
      if (side?.Destination) await targets.check(side.Destination, target.version, "destination");
    }
    const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = { ...before, ...given(input) };
    const config: EventInvokeConfig = {
      ...(MaximumRetryAttempts !== undefined && { MaximumRetryAttempts }),
      ...(MaximumEventAgeInSeconds !== undefined && { MaximumEventAgeInSeconds }),
      ...(DestinationConfig && { DestinationConfig }),
      LastModified: Date.now(),
    };
    registry.eventInvokeConfigs.put(keyOf(target), config);
    return shown(keyOf(target), config);
  }

  function existing(functionName: string | undefined, qualifier: string | undefined): [string, EventInvokeConfig] {
    const target = registry.target(functionName as string, qualifier);
    const found = registry.eventInvokeConfigs.get(keyOf(target));
    if (found) return [keyOf(target), found];
    const arn = arns.function(target.record.name, target.qualifier ?? latest);
    throw resourceNotFound(`The function ${arn} doesn't have an EventInvokeConfig`);
  }

  const PutFunctionEventInvokeConfig: OperationOf<"lambda", "PutFunctionEventInvokeConfig"> = {
    access: access("PutFunctionEventInvokeConfig"),
    run: (input) => put(input),
  };

  const UpdateFunctionEventInvokeConfig: OperationOf<"lambda", "UpdateFunctionEventInvokeConfig"> = {
    access: access("UpdateFunctionEventInvokeConfig"),
    run: (input) => put(input, existing(input.FunctionName, input.Qualifier)[1]),
  };

  const GetFunctionEventInvokeConfig: OperationOf<"lambda", "GetFunctionEventInvokeConfig"> = {
    access: access("GetFunctionEventInvokeConfig"),
    run: ({ FunctionName, Qualifier }) => shown(...existing(FunctionName, Qualifier)),
  };

  const DeleteFunctionEventInvokeConfig: OperationOf<"lambda", "DeleteFunctionEventInvokeConfig"> = {
    access: access("DeleteFunctionEventInvokeConfig"),
    run({ FunctionName, Qualifier }) {
      const [key] = existing(FunctionName, Qualifier);
      registry.eventInvokeConfigs.delete(key);
      return {};
    },
  };

  const ListFunctionEventInvokeConfigs: OperationOf<"lambda", "ListFunctionEventInvokeConfigs"> = {
    access: access("ListFunctionEventInvokeConfigs"),
    run(input) {
      const { name } = functionReference(input.FunctionName);
      if (!registry.functions.get(name)) throw functionNotFound(arns.function(name));
      const { items, ...paging } = listed(registry.eventInvokeConfigs.entries(`${name}:`), input, ([key]) => key);
      return { FunctionEventInvokeConfigs: items.map(([key, config]) => shown(key, config)), ...paging };
    },
  };

  return {
    PutFunctionEventInvokeConfig,
    UpdateFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfig,
    DeleteFunctionEventInvokeConfig,
    ListFunctionEventInvokeConfigs,
  };
}

const given = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
