/** Functions and what belongs to them. They run in `local-aws/src/services/lambda`. */
import type { AliasConfiguration, GetFunctionCommandOutput } from "@aws-sdk/client-lambda";
import type { ServiceResources } from "../resourceType.ts";
import { attachedTypes } from "./alias.ts";
import { functionType, invokeArn } from "./function.ts";
import { invocationType } from "./invocation.ts";
import { layerType } from "./layer.ts";
import { layerPermissionType } from "./layerPermission.ts";
import { urlTypes } from "./url.ts";

export const lambdaResources: ServiceResources = (cloud) => ({
  types: [
    functionType(cloud),
    ...attachedTypes(cloud),
    layerType(cloud),
    invocationType(cloud),
    ...urlTypes(cloud),
    layerPermissionType(cloud),
  ],
  invokes: {
    "aws:lambda/getFunction:getFunction": async ({ functionName, qualifier }) => {
      const { Configuration: found = {}, ...rest } = await cloud.call<GetFunctionCommandOutput>(
        "lambda",
        "GetFunction",
        {
          FunctionName: functionName,
          Qualifier: qualifier,
        },
      );
      const qualifiedArn = found.FunctionArn as string;
      const arn = qualifiedArn.split(":").slice(0, 7).join(":");
      return {
        id: functionName,
        functionName,
        ...(qualifier !== undefined && { qualifier }),
        arn,
        qualifiedArn: qualifier === undefined ? `${arn}:$LATEST` : qualifiedArn,
        invokeArn: invokeArn(cloud.region, arn),
        qualifiedInvokeArn: invokeArn(cloud.region, qualifiedArn),
        version: found.Version,
        role: found.Role,
        handler: found.Handler,
        runtime: found.Runtime,
        description: found.Description ?? "",
        timeout: found.Timeout,
        memorySize: found.MemorySize,
        architectures: found.Architectures,
        codeSha256: found.CodeSha256,
        sourceCodeHash: found.CodeSha256,
        sourceCodeSize: found.CodeSize,
        lastModified: found.LastModified,
        layers: (found.Layers ?? []).map(({ Arn }) => Arn),
        environment: { variables: found.Environment?.Variables ?? {} },
        deadLetterConfig: { targetArn: found.DeadLetterConfig?.TargetArn ?? "" },
        ephemeralStorages: [{ size: found.EphemeralStorage?.Size }],
        tracingConfig: { mode: found.TracingConfig?.Mode },
        loggingConfigs: [
          {
            logFormat: found.LoggingConfig?.LogFormat,
            logGroup: found.LoggingConfig?.LogGroup,
            applicationLogLevel: found.LoggingConfig?.ApplicationLogLevel ?? "",
            systemLogLevel: found.LoggingConfig?.SystemLogLevel ?? "",
          },
        ],
        reservedConcurrentExecutions: rest.Concurrency?.ReservedConcurrentExecutions ?? -1,
        kmsKeyArn: found.KMSKeyArn ?? "",
        tags: rest.Tags ?? {},
        region: cloud.region,
      };
    },
    "aws:lambda/getAlias:getAlias": async ({ functionName, name }) => {
      const found = await cloud.call<AliasConfiguration>("lambda", "GetAlias", {
        FunctionName: functionName,
        Name: name,
      });
      return {
        id: found.AliasArn,
        functionName,
        name,
        arn: found.AliasArn,
        description: found.Description ?? "",
        functionVersion: found.FunctionVersion,
        invokeArn: invokeArn(cloud.region, found.AliasArn as string),
        region: cloud.region,
      };
    },
  },
});
