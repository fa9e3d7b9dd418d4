/** API keys and usage plans. */
import type { ApiKey, UsagePlan } from "@aws-sdk/client-api-gateway";
import type { Cloud } from "local-aws/service";
import type { Made, Properties } from "../../engine/provider.ts";
import type { ResourceType } from "../resourceType.ts";
import { timeOf } from "../time.ts";
import { dropInterrupted, type PatchOperation, patches, retag, segment } from "./patches.ts";

export function apiKey(cloud: Cloud): ResourceType {
  const call = (operation: string, input: object) => cloud.call<ApiKey>("apigateway", operation, input);
  const arn = (id: string) => `arn:aws:apigateway:${cloud.region}::/apikeys/${id}`;
  const made = ({ id, value, createdDate, lastUpdatedDate }: ApiKey, inputs: Properties): Made => ({
    id: id!,
    outputs: {
      ...inputs,
      value,
      arn: arn(id!),
      createdDate: timeOf(createdDate),
      lastUpdatedDate: timeOf(lastUpdatedDate),
    },
  });
  const remove = (id: string) => call("DeleteApiKey", { apiKey: id });
  return {
    type: "aws:apigateway/apiKey:ApiKey",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html",
    properties: ["description", "enabled", "value", "customerId"],
    defaults: { enabled: true, description: "Managed by Pulumi" },
    autoname: { property: "name", max: 1024 },
    replaces: ["value"],
    taggable: true,
    secretOutputs: ["value"],
    validate: ({ value }) =>
      value === undefined || (String(value).length >= 20 && String(value).length <= 128)
        ? []
        : [{ property: "value", reason: `has ${String(value).length} characters; 20 to 128 are allowed` }],
    async create(inputs, context) {
      await dropInterrupted(cloud, "GetApiKeys", inputs, context, ({ id }) => remove(id));
      return made(await call("CreateApiKey", { ...inputs, tags: inputs.tagsAll }), inputs);
    },
    async update(id, before, after) {
      const patchOperations = patches(before, after, {
        name: "/name",
        description: "/description",
        enabled: "/enabled",
        customerId: "/customerId",
      });
      const key = await call("UpdateApiKey", { apiKey: id, patchOperations });
      await retag(cloud, arn(id), before.tagsAll, after.tagsAll);
      return made(key, after);
    },
    delete: remove,
  };
}

interface StageInput {
  apiId: string;
  stage: string;
  throttles?: { path: string; burstLimit?: number; rateLimit?: number }[];
}

export function usagePlan(cloud: Cloud): ResourceType {
  const call = (operation: string, input: object) => cloud.call<UsagePlan>("apigateway", operation, input);
  const arn = (id: string) => `arn:aws:apigateway:${cloud.region}::/usageplans/${id}`;
  const made = (id: string, inputs: Properties): Made => ({ id, outputs: { ...inputs, arn: arn(id) } });
  const remove = (id: string, apiStages: unknown) => {
    // A plan with stages cannot be deleted.
    const patchOperations = stagePatches(apiStages, []);
    const emptied = call("UpdateUsagePlan", { usagePlanId: id, patchOperations });
    return emptied.then(() => call("DeleteUsagePlan", { usagePlanId: id }));
  };
  return {
    type: "aws:apigateway/usagePlan:UsagePlan",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html",
    properties: ["description", "apiStages", "quotaSettings", "throttleSettings", "productCode"],
    enums: { "quotaSettings.period": ["DAY", "WEEK", "MONTH"] },
    autoname: { property: "name", max: 1024 },
    taggable: true,
    async create(inputs, context) {
      await dropInterrupted<UsagePlan>(cloud, "GetUsagePlans", inputs, context, ({ id, apiStages }) =>
        remove(id, apiStages),
      );
      const { name, description, quotaSettings: quota, throttleSettings: throttle, apiStages, tagsAll: tags } = inputs;
      const stages = ((apiStages ?? []) as StageInput[]).map(planned);
      const { id } = await call("CreateUsagePlan", { name, description, quota, throttle, apiStages: stages, tags });
      return made(id!, inputs);
    },
    async update(id, before, after) {
      const patchOperations = [
        ...patches(before, after, { name: "/name", description: "/description", productCode: "/productCode" }),
        ...group(before.throttleSettings, after.throttleSettings, "/throttle", ["rateLimit", "burstLimit"]),
        ...group(before.quotaSettings, after.quotaSettings, "/quota", ["limit", "offset", "period"]),
        ...stagePatches(before.apiStages, after.apiStages),
      ];
      await call("UpdateUsagePlan", { usagePlanId: id, patchOperations });
      await retag(cloud, arn(id), before.tagsAll, after.tagsAll);
      return made(id, after);
    },
    delete: (id, { apiStages }) => remove(id, apiStages),
  };
}

const planned = ({ apiId, stage, throttles = [] }: StageInput) => ({
  apiId,
  stage,
  ...(throttles.length > 0 && {
    throttle: Object.fromEntries(throttles.map(({ path, burstLimit, rateLimit }) => [path, { burstLimit, rateLimit }])),
  }),
});

function group(before: unknown, after: unknown, path: string, names: string[]): PatchOperation[] {
  if (after === undefined || after === null) return before ? [{ op: "remove", path }] : [];
  return patches(
    (before ?? {}) as Properties,
    after as Properties,
    Object.fromEntries(names.map((name) => [name, `${path}/${name}`])),
  );
}

/** A stage whose limits changed is taken out and put in again: its limits go with it. */
function stagePatches(before: unknown, after: unknown): PatchOperation[] {
  const text = (stage: StageInput) => JSON.stringify(planned(stage));
  const old = (before ?? []) as StageInput[];
  const now = (after ?? []) as StageInput[];
  const value = ({ apiId, stage }: StageInput) => `${apiId}:${stage}`;
  const gone = old.filter((stage) => !now.some((other) => text(other) === text(stage)));
  const come = now.filter((stage) => !old.some((other) => text(other) === text(stage)));
  return [
    ...gone.map((stage): PatchOperation => ({ op: "remove", path: "/apiStages", value: value(stage) })),
    ...come.flatMap((stage): PatchOperation[] => [
      { op: "add", path: "/apiStages", value: value(stage) },
      ...(stage.throttles ?? []).flatMap((throttle) =>
        patches({}, throttle, {
          rateLimit: `/apiStages/${value(stage)}/throttle/${segment(throttle.path)}/rateLimit`,
          burstLimit: `/apiStages/${value(stage)}/throttle/${segment(throttle.path)}/burstLimit`,
        }),
      ),
    ]),
  ];
}

export function usagePlanKey(cloud: Cloud): ResourceType {
  return {
    type: "aws:apigateway/usagePlanKey:UsagePlanKey",
    docs: "https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlanKey.html",
    required: ["usagePlanId", "keyId", "keyType"],
    properties: ["usagePlanId", "keyId", "keyType"],
    enums: { keyType: ["API_KEY"] },
    secretOutputs: ["value"],
    async create(inputs) {
      const { id, value, name } = await cloud.call<ApiKey>("apigateway", "CreateUsagePlanKey", inputs);
      return { id: id!, outputs: { ...inputs, value, name } };
    },
    delete: (id, { usagePlanId }) => cloud.call("apigateway", "DeleteUsagePlanKey", { usagePlanId, keyId: id }),
  };
}
