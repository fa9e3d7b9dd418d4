import type { Stage as StageShape } from "@aws-sdk/client-api-gateway";
import type { Stage } from "../model.ts";
import { applyPatch, entry, type PatchRules, property } from "../patch.ts";
import { badRequest, conflict, notFound, type Records } from "../records.ts";
import { canaryRules, deploymentRule, promotion, readCanary } from "./canary.ts";
import { withoutEmpty } from "./describe.ts";
import type { Handlers } from "./handlers.ts";
import { methodSettingRules } from "./methodSettings.ts";

/** Stages: a deployment served under a name, with settings and variables of its own. */
export function stageOperations(
  records: Records,
  flushAuthorizers: (apiId: string, stageName: string) => void,
): Handlers {
  const save = (stage: Stage): StageShape => {
    check(records, stage);
    stage.lastUpdatedDate = Date.now();
    records.stages.put(`${stage.restApiId}/${stage.stageName}`, stage);
    records.servedChanged();
    return describe(stage);
  };

  return {
    CreateStage(input) {
      const api = records.api(input.restApiId);
      if (records.stages.has(`${api.id}/${input.stageName}`)) throw conflict("Stage already exists");
      const { id } = records.deployment(api.id, input.deploymentId);
      const stage = newStage(api.id, input.stageName, id);
      if (input.canarySettings) stage.canarySettings = readCanary(input.canarySettings, id);
      if (input.description) stage.description = input.description;
      if (input.variables) stage.variables = input.variables;
      if (input.tracingEnabled !== undefined) stage.tracingEnabled = input.tracingEnabled;
      if (input.documentationVersion !== undefined) stage.documentationVersion = input.documentationVersion;
      if (input.tags) stage.tags = input.tags;
      if (input.cacheClusterEnabled) throw caching();
      return save(stage);
    },

    GetStage: (input) => describe(records.stage(input.restApiId, input.stageName)),

    GetStages(input) {
      const { id } = records.api(input.restApiId);
      const stages = records.stages.values(`${id}/`);
      const wanted = stages.filter(({ deploymentId }) => !input.deploymentId || deploymentId === input.deploymentId);
      return { item: wanted.map(describe) };
    },

    UpdateStage(input) {
      const stage = records.stage(input.restApiId, input.stageName);
      return save(applyPatch(stage, input.patchOperations, rules, refused));
    },

    DeleteStage(input) {
      const { restApiId, stageName } = records.stage(input.restApiId, input.stageName);
      const planned = records.usagePlans
        .values()
        .find((plan) => plan.apiStages.some(({ apiId, stage }) => apiId === restApiId && stage === stageName));
      if (planned) {
        throw badRequest(
          `Cannot delete stage '${stageName}' in ${restApiId} because it is in usage plan ${planned.id}. Remove it from the plan first.`,
        );
      }
      records.stages.delete(`${restApiId}/${stageName}`);
      records.servedChanged();
      return {};
    },

    FlushStageCache(input) {
      records.stage(input.restApiId, input.stageName);
      return {};
    },

    FlushStageAuthorizersCache(input) {
      const { restApiId, stageName } = records.stage(input.restApiId, input.stageName);
      flushAuthorizers(restApiId, stageName);
      return {};
    },
  };
}

const caching = () =>
  badRequest("A stage's cache cluster is not modelled by the local API Gateway: every request reaches the integration");

const rules: PatchRules<Stage> = {
  "/deploymentId": deploymentRule,
  "/variables": promotion,
  ...canaryRules,
  "/description": property("description"),
  "/documentationVersion": property("documentationVersion"),
  "/clientCertificateId": property("clientCertificateId"),
  "/tracingEnabled": property("tracingEnabled", "boolean"),
  "/variables/*": entry("variables"),
  "/cacheClusterEnabled": (_stage, { value }) => {
    if (value === "true") throw caching();
  },
  "/cacheClusterSize": () => {},
  "/accessLogSettings/destinationArn": (stage, { op, value }) => {
    stage.accessLogSettings = { ...stage.accessLogSettings, destinationArn: value ?? "" };
    if (op === "remove") delete stage.accessLogSettings;
  },
  "/accessLogSettings/format": (stage, { value }) => {
    stage.accessLogSettings = { ...stage.accessLogSettings, format: value ?? "" };
  },
  "/accessLogSettings": (stage, { op }) => {
    if (op !== "remove") throw badRequest("Access log settings as a whole can only be removed");
    delete stage.accessLogSettings;
  },
  ...methodSettingRules,
};

/** A removal is taken for that of a method's settings. */
const refused = ({ op, path = "" }: { op: string; path: string | undefined }): string =>
  op === "remove"
    ? `Cannot remove method setting ${path.slice(1)} because there is no method setting for this method `
    : op === "copy"
      ? `Invalid ${op} operation with path: ${path}`
      : `Invalid method setting path: ${path}. Must be one of: [${SETTING_PATHS}]`;

/** As AWS lists them, commas missing. */
const SETTING_PATHS = [
  ...["/deploymentId", "/description", "/cacheClusterEnabled", "/cacheClusterSize", "/clientCertificateId"],
  ...["/accessLogSettings", "/accessLogSettings/destinationArn", "/accessLogSettings/format"],
  ...["/{resourcePath}/{httpMethod}/metrics/enabled", "/{resourcePath}/{httpMethod}/logging/dataTrace"],
  "/{resourcePath}/{httpMethod}/logging/loglevel",
  "/{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds",
  ...["/{resourcePath}/{httpMethod}/caching/enabled", "/{resourcePath}/{httpMethod}/caching/dataEncrypted"],
  "/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl",
  "/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy",
  ...["/*/*/metrics/enabled", "/*/*/logging/dataTrace", "/*/*/logging/loglevel"],
  "/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds",
  ...["/*/*/caching/enabled", "/*/*/caching/dataEncrypted", "/*/*/caching/requireAuthorizationForCacheControl"],
  ...["/*/*/caching/unauthorizedCacheControlHeaderStrategy", "/variables/{variable_name}", "/tracingEnabled"],
].join(", ");

function check(records: Records, stage: Stage): void {
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(stage.stageName)) {
    throw badRequest("Stage name only allows a-zA-Z0-9_-");
  }
  if (!records.deployments.has(`${stage.restApiId}/${stage.deploymentId}`)) {
    throw notFound("Invalid Deployment identifier specified");
  }
  if (stage.canarySettings && !records.deployments.has(`${stage.restApiId}/${stage.canarySettings.deploymentId}`)) {
    throw badRequest("Deployment id does not exist");
  }
  for (const [name, value] of Object.entries({ ...stage.variables, ...stage.canarySettings?.stageVariableOverrides })) {
    if (!/^[A-Za-z0-9_]+$/.test(name)) throw badRequest(`Stage variable name '${name}' only allows a-zA-Z0-9_`);
    if (!/^[A-Za-z0-9\-._~:/?#&=,@]*$/.test(value)) {
      throw badRequest(`Stage variable value '${value}' of '${name}' has a character that is not allowed`);
    }
  }
  checkLogging(records, stage);
}

function checkLogging(records: Records, { methodSettings, accessLogSettings }: Stage): void {
  const { destinationArn, format } = accessLogSettings ?? {};
  const execution = Object.values(methodSettings).some(({ loggingLevel = "OFF" }) => loggingLevel !== "OFF");
  if ((execution || destinationArn) && !records.account.get("account")?.cloudwatchRoleArn) {
    throw badRequest("CloudWatch Logs role ARN must be set in account settings to enable logging");
  }
  if (destinationArn && !/^arn:aws[\w-]*:logs:[\w-]+:\d{12}:log-group:[\w./#-]+(:\*)?$/.test(destinationArn)) {
    throw badRequest(
      `Invalid ARN specified in the request: ${destinationArn}; access logs go to a CloudWatch log group`,
    );
  }
  if (destinationArn && format !== undefined && !/\$context\.(requestId|extendedRequestId)\b/.test(format)) {
    throw badRequest("Invalid access log format: it must contain $context.requestId or $context.extendedRequestId");
  }
}

export function newStage(restApiId: string, stageName: string, deploymentId: string): Stage {
  const now = Date.now();
  return {
    restApiId,
    stageName,
    deploymentId,
    variables: {},
    methodSettings: {},
    tracingEnabled: false,
    tags: {},
    createdDate: now,
    lastUpdatedDate: now,
  };
}

function describe({ restApiId: _, createdDate, lastUpdatedDate, ...stage }: Stage): StageShape {
  return {
    ...withoutEmpty(stage, "variables", "tags"),
    methodSettings: stage.methodSettings as StageShape["methodSettings"],
    cacheClusterEnabled: false,
    cacheClusterStatus: "NOT_AVAILABLE",
    createdDate: new Date(createdDate),
    lastUpdatedDate: new Date(lastUpdatedDate),
  };
}
