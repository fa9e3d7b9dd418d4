import type { Deployment, Stage } from "@aws-sdk/client-api-gateway";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { timeOf } from "../time.ts";
import { mapPatches, type PatchOperation, patches, retag } from "./patches.ts";

export function deployment(cloud: Cloud): ResourceType {
  const call = (operation: string, input: object) => cloud.call<Deployment>("apigateway", operation, input);
  const made = ({ id, createdDate }: Deployment, inputs: Properties): Made => ({
    id: id!,
    outputs: { ...inputs, createdDate: timeOf(createdDate) },
  });
  return {
    type: "aws:apigateway/deployment:Deployment",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Deployment.html",
    required: ["restApi"],
    properties: ["restApi", "description", "triggers", "variables"],
    replaces: ["restApi", "triggers", "variables"],
    create: async (inputs) =>
      made(await call("CreateDeployment", { restApiId: inputs.restApi, description: inputs.description }), inputs),
    update: async (id, before, after) =>
      made(
        await call("UpdateDeployment", {
          restApiId: after.restApi,
          deploymentId: id,
          patchOperations: patches(before, after, { description: "/description" }),
        }),
        after,
      ),
    delete: (id, outputs) => call("DeleteDeployment", { restApiId: outputs.restApi, deploymentId: id }),
  };
}

export function stage(cloud: Cloud): ResourceType {
  const call = (operation: string, input: object) => cloud.call<Stage>("apigateway", operation, input);
  const arn = ({ restApi, stageName }: Properties) =>
    `arn:aws:apigateway:${cloud.region}::/restapis/${restApi}/stages/${stageName}`;
  const invokeUrl = ({ restApi, stageName }: Properties) =>
    `${cloud.apiOrigin}/_aws/execute-api/${restApi}/${stageName}`;
  const made = (inputs: Properties): Made => ({
    id: `ags-${inputs.restApi}-${inputs.stageName}`,
    outputs: {
      ...inputs,
      arn: arn(inputs),
      executionArn: `arn:aws:execute-api:${cloud.region}:${cloud.accountId}:${inputs.restApi}/${inputs.stageName}`,
      invokeUrl: invokeUrl(inputs),
      webAclArn: "",
    },
  });
  const update = (inputs: Properties, patchOperations: PatchOperation[]) =>
    call("UpdateStage", { restApiId: inputs.restApi, stageName: inputs.stageName, patchOperations });

  return {
    type: "aws:apigateway/stage:Stage",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html",
    required: ["restApi", "stageName", "deployment"],
    properties: [
      "restApi",
      "stageName",
      "deployment",
      "description",
      "variables",
      "accessLogSettings",
      "cacheClusterEnabled",
    ],
    inert: ["cacheClusterSize", "xrayTracingEnabled", "documentationVersion", "clientCertificateId"],
    replaces: ["restApi", "stageName"],
    deleteBeforeReplace: true,
    taggable: true,
    validate: ({ stageName, cacheClusterEnabled }) => [
      ...(/^[a-zA-Z0-9_-]{1,128}$/.test(String(stageName))
        ? []
        : [
            {
              property: "stageName",
              reason: `is "${stageName}"; letters, digits, "-" and "_" are allowed, at most 128`,
            },
          ]),
      ...(cacheClusterEnabled
        ? [{ property: "cacheClusterEnabled", reason: "is true; the local cloud has no API cache" }]
        : []),
    ],
    // The data plane's port may be another after a restart.
    stale: (outputs) => (outputs.invokeUrl === invokeUrl(outputs) ? [] : ["invokeUrl"]),

    async create(inputs) {
      await call("CreateStage", {
        restApiId: inputs.restApi,
        stageName: inputs.stageName,
        deploymentId: inputs.deployment,
        description: inputs.description,
        variables: inputs.variables,
        tracingEnabled: inputs.xrayTracingEnabled,
        tags: inputs.tagsAll,
      });
      const own = accessLog({}, inputs);
      try {
        if (own.length > 0) await update(inputs, own);
      } catch (error) {
        await call("DeleteStage", { restApiId: inputs.restApi, stageName: inputs.stageName });
        throw error;
      }
      return made(inputs);
    },

    async update(_id, before, after) {
      const operations = [
        ...patches(before, after, {
          deployment: "/deploymentId",
          description: "/description",
          xrayTracingEnabled: "/tracingEnabled",
        }),
        ...mapPatches(before.variables, after.variables, "/variables"),
        ...accessLog(before, after),
      ];
      if (operations.length > 0) await update(after, operations);
      await retag(cloud, arn(after), before.tagsAll, after.tagsAll);
      return made(after);
    },

    delete: (_id, { restApi, stageName }) => call("DeleteStage", { restApiId: restApi, stageName }),
  };
}

function accessLog(before: Properties, after: Properties): PatchOperation[] {
  const old = (before.accessLogSettings ?? {}) as Properties;
  const now = after.accessLogSettings as Properties | undefined;
  if (!now) return before.accessLogSettings ? [{ op: "remove", path: "/accessLogSettings" }] : [];
  return patches(old, now, {
    format: "/accessLogSettings/format",
    destinationArn: "/accessLogSettings/destinationArn",
  });
}

/** Inputs of `settings`, and where each lies below `/{resource}/{method}`. */
const SETTINGS = {
  metricsEnabled: "metrics/enabled",
  loggingLevel: "logging/loglevel",
  dataTraceEnabled: "logging/dataTrace",
  throttlingBurstLimit: "throttling/burstLimit",
  throttlingRateLimit: "throttling/rateLimit",
  cachingEnabled: "caching/enabled",
  cacheTtlInSeconds: "caching/ttlInSeconds",
  cacheDataEncrypted: "caching/dataEncrypted",
  requireAuthorizationForCacheControl: "caching/requireAuthorizationForCacheControl",
  unauthorizedCacheControlHeaderStrategy: "caching/unauthorizedCacheControlHeaderStrategy",
};

export function methodSettings(cloud: Cloud): ResourceType {
  const update = ({ restApi, stageName }: Properties, patchOperations: PatchOperation[]) =>
    cloud.call("apigateway", "UpdateStage", { restApiId: restApi, stageName, patchOperations });
  const apply = async (inputs: Properties): Promise<Made> => {
    const prefix = `/${inputs.methodPath}`;
    const paths = Object.fromEntries(Object.entries(SETTINGS).map(([name, path]) => [name, `${prefix}/${path}`]));
    const given = inputs.settings as Properties;
    await update(inputs, patches({}, given, paths));
    return { id: `${inputs.restApi}-${inputs.stageName}-${inputs.methodPath}`, outputs: inputs };
  };
  return {
    type: "aws:apigateway/methodSettings:MethodSettings",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html",
    required: ["restApi", "stageName", "methodPath", "settings"],
    properties: ["restApi", "stageName", "methodPath", "settings"],
    enums: { "settings.loggingLevel": ["OFF", "ERROR", "INFO"] },
    replaces: ["restApi", "stageName", "methodPath"],
    validate: ({ methodPath, settings }) => [
      // The provider hands it on as it is, and API Gateway takes a slash in a path for one of the patch's own.
      ...(/^[^/]+\/[A-Z*]+$/.test(String(methodPath))
        ? []
        : [
            {
              property: "methodPath",
              reason: `is "${methodPath}"; it must be "*/*" or path/METHOD, each slash of the path as ~1`,
            },
          ]),
      ...Object.keys((settings ?? {}) as Properties)
        .filter((name) => !(name in SETTINGS) && !name.startsWith("__"))
        .map((name) => ({ property: `settings.${name}`, reason: "is not a method setting" })),
    ],
    create: apply,
    async update(_id, before, after) {
      // A setting left out goes back to its default, so all of them are set again.
      await update(after, [{ op: "remove", path: `/${before.methodPath}` }]);
      return apply(after);
    },
    delete: (_id, outputs) => update(outputs, [{ op: "remove", path: `/${outputs.methodPath}` }]),
  };
}

export function account(cloud: Cloud): ResourceType {
  const set = async (inputs: Properties): Promise<Made> => {
    const value = (inputs.cloudwatchRoleArn as string | undefined) ?? "";
    const described = await cloud.call("apigateway", "UpdateAccount", {
      patchOperations: [{ op: "replace", path: "/cloudwatchRoleArn", value }],
    });
    const { throttleSettings, features, apiKeyVersion } = described;
    return {
      id: "api-gateway-account",
      outputs: { ...inputs, cloudwatchRoleArn: value, throttleSettings: [throttleSettings], features, apiKeyVersion },
    };
  };
  return {
    type: "aws:apigateway/account:Account",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_Account.html",
    properties: ["cloudwatchRoleArn"],
    create: set,
    update: (_id, _before, after) => set(after),
    // As the provider does: the account's setting is reset when its resource goes.
    delete: async () => {
      await set({});
    },
  };
}
