/** Aliases, and what is attached to functions by qualifier. */
import type { AliasConfiguration, FunctionEventInvokeConfig } from "@aws-sdk/client-lambda";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { invokeArn } from "./function.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/lambda/${page}/`;

export function attachedTypes(cloud: Cloud): ResourceType[] {
  const call = <Output = unknown>(operation: string, input: object) => cloud.call<Output>("lambda", operation, input);

  const madeAlias = (inputs: Properties, alias: AliasConfiguration): Made => ({
    id: `${inputs.functionName}/${alias.Name}`,
    outputs: {
      ...inputs,
      name: alias.Name,
      arn: alias.AliasArn,
      functionVersion: alias.FunctionVersion,
      description: alias.Description ?? "",
      invokeArn: invokeArn(cloud.region, alias.AliasArn as string),
      region: cloud.region,
    },
  });
  const aliasInput = (inputs: Properties) => ({
    FunctionName: inputs.functionName,
    Name: inputs.name,
    FunctionVersion: inputs.functionVersion,
    Description: inputs.description ?? "",
    RoutingConfig: {
      AdditionalVersionWeights:
        (inputs.routingConfig as { additionalVersionWeights?: object } | undefined)?.additionalVersionWeights ?? {},
    },
  });

  const alias: ResourceType = {
    type: "aws:lambda/alias:Alias",
    docs: docs("alias"),
    required: ["functionName", "functionVersion"],
    properties: ["functionName", "functionVersion", "description", "routingConfig"],
    replaces: ["name", "functionName"],
    autoname: { property: "name", max: 128, pattern: /^(?!^[0-9]+$)([a-zA-Z0-9-_]+)$/ },
    create: async (inputs) => madeAlias(inputs, await call<AliasConfiguration>("CreateAlias", aliasInput(inputs))),
    update: async (_id, _before, after) =>
      madeAlias(after, await call<AliasConfiguration>("UpdateAlias", aliasInput(after))),
    delete: (_id, { functionName, name }) => call("DeleteAlias", { FunctionName: functionName, Name: name }),
    async read(id, context) {
      const [functionName, name] = id.split("/");
      const found = await call<AliasConfiguration>("GetAlias", { FunctionName: functionName, Name: name });
      const weights = found.RoutingConfig?.AdditionalVersionWeights;
      const inputs = { ...context.previous?.inputs, functionName, name, functionVersion: found.FunctionVersion };
      return madeAlias({ ...inputs, ...(weights && { routingConfig: { additionalVersionWeights: weights } }) }, found);
    },
  };

  const permission: ResourceType = {
    type: "aws:lambda/permission:Permission",
    docs: docs("permission"),
    required: ["action", "function", "principal"],
    properties: [
      ...["action", "function", "principal", "qualifier", "sourceArn", "sourceAccount", "principalOrgId"],
      ...["eventSourceToken", "functionUrlAuthType"],
    ],
    inert: ["invokedViaFunctionUrl"],
    autoname: { property: "statementId", prefixed: true, max: 100, pattern: /^[a-zA-Z0-9-_]+$/ },
    async create(inputs) {
      await call("AddPermission", {
        FunctionName: inputs.function,
        StatementId: inputs.statementId,
        Action: inputs.action,
        Principal: inputs.principal,
        Qualifier: inputs.qualifier,
        SourceArn: inputs.sourceArn,
        SourceAccount: inputs.sourceAccount,
        PrincipalOrgID: inputs.principalOrgId,
        EventSourceToken: inputs.eventSourceToken,
        FunctionUrlAuthType: inputs.functionUrlAuthType,
      });
      return { id: String(inputs.statementId), outputs: { ...inputs, region: cloud.region } };
    },
    delete: (id, { function: FunctionName, qualifier: Qualifier }) =>
      call("RemovePermission", { FunctionName, StatementId: id, Qualifier }),
  };

  const putEventInvokeConfig = async (inputs: Properties): Promise<Made> => {
    const destinations = inputs.destinationConfig as
      | Record<"onSuccess" | "onFailure", { destination: string }>
      | undefined;
    const side = (given: { destination: string } | undefined) => (given ? { Destination: given.destination } : {});
    await call<FunctionEventInvokeConfig>("PutFunctionEventInvokeConfig", {
      FunctionName: inputs.functionName,
      Qualifier: inputs.qualifier,
      MaximumRetryAttempts: inputs.maximumRetryAttempts,
      MaximumEventAgeInSeconds: inputs.maximumEventAgeInSeconds,
      ...(destinations && {
        DestinationConfig: { OnSuccess: side(destinations.onSuccess), OnFailure: side(destinations.onFailure) },
      }),
    });
    const { functionName, qualifier } = inputs;
    return {
      id: qualifier === undefined ? String(functionName) : `${functionName}:${qualifier}`,
      outputs: { ...inputs, region: cloud.region },
    };
  };

  const eventInvokeConfig: ResourceType = {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    docs: docs("functioneventinvokeconfig"),
    required: ["functionName"],
    properties: ["functionName", "qualifier", "destinationConfig", "maximumEventAgeInSeconds", "maximumRetryAttempts"],
    defaults: { maximumRetryAttempts: 2 },
    replaces: ["functionName", "qualifier"],
    deleteBeforeReplace: true,
    create: putEventInvokeConfig,
    update: (_id, _before, after) => putEventInvokeConfig(after),
    delete: (_id, { functionName, qualifier }) =>
      call("DeleteFunctionEventInvokeConfig", { FunctionName: functionName, Qualifier: qualifier }),
  };

  const putProvisioned = async (inputs: Properties): Promise<Made> => {
    const { functionName, qualifier, provisionedConcurrentExecutions } = inputs;
    await call("PutProvisionedConcurrencyConfig", {
      FunctionName: functionName,
      Qualifier: qualifier,
      ProvisionedConcurrentExecutions: provisionedConcurrentExecutions,
    });
    return { id: `${functionName},${qualifier}`, outputs: { ...inputs, region: cloud.region } };
  };

  const provisioned: ResourceType = {
    type: "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    docs: docs("provisionedconcurrencyconfig"),
    required: ["functionName", "provisionedConcurrentExecutions", "qualifier"],
    properties: ["functionName", "provisionedConcurrentExecutions", "qualifier", "skipDestroy"],
    replaces: ["functionName", "qualifier"],
    create: putProvisioned,
    update: (_id, _before, after) => putProvisioned(after),
    async delete(_id, { functionName, qualifier, skipDestroy }) {
      if (skipDestroy) return;
      await call("DeleteProvisionedConcurrencyConfig", { FunctionName: functionName, Qualifier: qualifier });
    },
  };

  return [alias, permission, eventInvokeConfig, provisioned];
}
