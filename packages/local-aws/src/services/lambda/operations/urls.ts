/** Addresses of functions. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html */
import { randomInt } from "node:crypto";
import type { CreateFunctionUrlConfigResponse, GetFunctionUrlConfigResponse } from "@aws-sdk/client-lambda";
import type { OperationOf, Operations } from "../../../operations.ts";
import type { Lambda } from "../context.ts";
import { checkEnum, checkPattern, conflict, resourceNotFound } from "../errors.ts";
import { functionReference } from "../names.ts";
import type { UrlRecord } from "../records.ts";
import { policyKey } from "../registry.ts";
import { listed } from "./paging.ts";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const newUrlId = () => Array.from({ length: 32 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");

interface Named {
  FunctionName?: string;
  Qualifier?: string;
  AuthType?: string;
}

/** @param urlOf the address by the id of a URL. */
export function urlOperations({ registry, arns }: Lambda, urlOf: (id: string) => string): Operations<"lambda"> {
  const access = (action: string) => (input: Named) => {
    const { name, qualifier } = functionReference(input.FunctionName as string, input.Qualifier);
    const AuthType = input.AuthType ?? registry.urls.get(policyKey(name, qualifier))?.AuthType;
    const context = AuthType && { "lambda:FunctionUrlAuthType": AuthType };
    return [{ action: `lambda:${action}`, resource: arns.function(name, qualifier), ...(context && { context }) }];
  };

  function check(input: { Qualifier?: string; AuthType?: string; InvokeMode?: string }): void {
    // Only the function itself and its aliases have addresses.
    checkPattern(input.Qualifier, "qualifier", /((?!^\d+$)^[0-9a-zA-Z-_]+$)/, 128);
    checkEnum(input.AuthType, "authType", ["AWS_IAM", "NONE"]);
    checkEnum(input.InvokeMode, "invokeMode", ["RESPONSE_STREAM", "BUFFERED"]);
  }

  /** The key of a function or alias that exists. */
  function keyOf({ FunctionName, Qualifier }: Named, missing: string): string {
    const { name, qualifier } = functionReference(FunctionName as string, Qualifier);
    const known =
      registry.functions.get(name) && (qualifier === undefined || registry.aliases.get(`${name}:${qualifier}`));
    if (!known) throw resourceNotFound(missing);
    return policyKey(name, qualifier);
  }

  function existing({ FunctionName, Qualifier }: Named): [key: string, url: UrlRecord] {
    const { name, qualifier } = functionReference(FunctionName as string, Qualifier);
    const key = policyKey(name, qualifier);
    const url = registry.urls.get(key);
    if (!url) throw resourceNotFound("The resource you requested does not exist.");
    return [key, url];
  }

  const shown = (key: string, url: UrlRecord): GetFunctionUrlConfigResponse => {
    const [name = "", qualifier] = key.split(":");
    const { id, InvokeMode = "BUFFERED", ...rest } = url;
    return { FunctionUrl: urlOf(id), FunctionArn: arns.function(name, qualifier || undefined), ...rest, InvokeMode };
  };

  const CreateFunctionUrlConfig: OperationOf<"lambda", "CreateFunctionUrlConfig"> = {
    access: access("CreateFunctionUrlConfig"),
    run(input) {
      check(input);
      const key = keyOf(input, "Function does not exist");
      if (registry.urls.get(key)) {
        const [name = "", qualifier] = key.split(":");
        throw conflict(
          `Failed to create function url config for [functionArn = ${arns.function(name, qualifier || undefined)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
        );
      }
      const now = new Date().toISOString();
      const { AuthType, Cors, InvokeMode } = input;
      const url: UrlRecord = {
        id: newUrlId(),
        AuthType,
        ...(Cors && { Cors }),
        ...(InvokeMode && { InvokeMode }),
        CreationTime: now,
        LastModifiedTime: now,
      };
      registry.urls.put(key, url);
      const { LastModifiedTime: _, InvokeMode: mode, ...created } = shown(key, url);
      return { ...created, ...(InvokeMode && { InvokeMode: mode }) } as CreateFunctionUrlConfigResponse;
    },
  };

  const UpdateFunctionUrlConfig: OperationOf<"lambda", "UpdateFunctionUrlConfig"> = {
    access: access("UpdateFunctionUrlConfig"),
    run(input) {
      check(input);
      const [key, before] = existing(input);
      const { AuthType = before.AuthType, Cors = before.Cors, InvokeMode = before.InvokeMode } = input;
      const url: UrlRecord = {
        ...before,
        AuthType,
        ...(Cors && { Cors }),
        ...(InvokeMode && { InvokeMode }),
        LastModifiedTime: new Date().toISOString(),
      };
      registry.urls.put(key, url);
      return shown(key, url);
    },
  };

  const GetFunctionUrlConfig: OperationOf<"lambda", "GetFunctionUrlConfig"> = {
    access: access("GetFunctionUrlConfig"),
    run(input) {
      check(input);
      return shown(...existing(input));
    },
  };

  const DeleteFunctionUrlConfig: OperationOf<"lambda", "DeleteFunctionUrlConfig"> = {
    access: access("DeleteFunctionUrlConfig"),
    run(input) {
      check(input);
      registry.urls.delete(existing(input)[0]);
      return {};
    },
  };

  const ListFunctionUrlConfigs: OperationOf<"lambda", "ListFunctionUrlConfigs"> = {
    access: access("ListFunctionUrlConfigs"),
    run(input) {
      const { name } = functionReference(input.FunctionName);
      if (!registry.functions.get(name)) throw resourceNotFound("Function does not exist");
      const { items, ...paging } = listed(registry.urls.entries(`${name}:`), input, ([key]) => key);
      return { FunctionUrlConfigs: items.map(([key, url]) => shown(key, url) as never), ...paging };
    },
  };

  return {
    CreateFunctionUrlConfig,
    UpdateFunctionUrlConfig,
    GetFunctionUrlConfig,
    DeleteFunctionUrlConfig,
    ListFunctionUrlConfigs,
  };
}
