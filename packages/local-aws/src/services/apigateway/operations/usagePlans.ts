import type { ApiKey as ApiKeyShape, PatchOperation } from "@aws-sdk/client-api-gateway";
import type { ApiKey, Throttle, UsagePlan } from "../model.ts";
import { applyPatch, escapePointer, type PatchRules, parse, property, unescapePointer } from "../patch.ts";
import { badRequest, conflict, newId, newKeyValue, notFound, pageOf, type Records } from "../records.ts";
import { withoutEmpty } from "./describe.ts";
import type { Handlers } from "./handlers.ts";

interface OfPlan {
  usagePlanId: string;
  keyId?: string;
  patchOperations?: PatchOperation[];
}

/** API keys: strings that identify a caller, which a usage plan then admits and limits. */
export function apiKeyOperations(records: Records): Handlers {
  const find = (id: string): ApiKey => {
    const found = records.apiKeys.get(id);
    if (!found) throw notFound("Invalid API Key identifier specified");
    return found;
  };
  const save = (key: ApiKey): ApiKey => {
    records.apiKeys.put(key.id, key);
    records.servedChanged();
    return key;
  };
  return {
    CreateApiKey(input) {
      // Tools without a value send an empty one.
      const value = input.value || newKeyValue();
      if (value.length < 20) throw badRequest("API Key value should be at least 20 characters");
      if (value.length > 128) throw badRequest("API Key value exceeds maximum size of 128 characters");
      if (records.apiKeys.values().some((key) => key.value === value)) throw conflict("API Key already exists");
      const now = Date.now();
      const { name, description, customerId, tags = {} } = input;
      const optional = {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(customerId !== undefined && { customerId }),
      };
      const key = save({
        id: newId(),
        value,
        enabled: input.enabled ?? false,
        createdDate: now,
        lastUpdatedDate: now,
        tags,
        ...optional,
      });
      return withoutEmpty(describe(key, true), "tags");
    },
    GetApiKey: (input) => describe(find(input.apiKey), input.includeValue ?? false),
    GetApiKeys(input) {
      const wanted = records.apiKeys
        .values()
        .filter(
          ({ name, customerId }) =>
            (!input.nameQuery || name?.startsWith(input.nameQuery)) &&
            (!input.customerId || customerId === input.customerId),
        );
      const found = pageOf(wanted, input, ({ id }) => id);
      return {
        ...found,
        items: found.items.map((key) => withoutEmpty(describe(key, input.includeValues ?? false), "tags")),
      };
    },
    UpdateApiKey(input: { apiKey: string; patchOperations?: PatchOperation[] }) {
      const key = applyPatch(find(input.apiKey), input.patchOperations, {
        "/name": property("name"),
        "/description": property("description"),
        "/customerId": property("customerId"),
        "/enabled": property("enabled", "boolean"),
      });
      return describe(save({ ...key, lastUpdatedDate: Date.now() }), false);
    },
    DeleteApiKey(input: { apiKey: string }) {
      const { id } = find(input.apiKey);
      for (const [key] of records.usagePlanKeys.entries())
        if (key.endsWith(`/${id}`)) records.usagePlanKeys.delete(key);
      records.apiKeys.delete(id);
      records.servedChanged();
      return {};
    },
  };
}

const describe = ({ value, createdDate, lastUpdatedDate, ...key }: ApiKey, withValue: boolean): ApiKeyShape => ({
  ...key,
  ...(withValue && { value }),
  createdDate: new Date(createdDate),
  lastUpdatedDate: new Date(lastUpdatedDate),
  stageKeys: [],
});

/** Usage plans: which stages a key opens, how fast and how often. */
export function usagePlanOperations(records: Records): Handlers {
  const find = (id: string): UsagePlan => {
    const found = records.usagePlans.get(id);
    if (!found) throw notFound("Invalid Usage Plan ID specified");
    return found;
  };
  const save = (plan: UsagePlan): UsagePlan => {
    check(records, plan);
    records.usagePlans.put(plan.id, plan);
    records.servedChanged();
    return plan;
  };
  const keyOf = ({ usagePlanId, keyId }: OfPlan) => {
    find(usagePlanId);
    if (!records.usagePlanKeys.has(`${usagePlanId}/${keyId}`))
      throw notFound("Invalid Usage Plan Key identifier specified");
    return describeKey(records.apiKeys.get(keyId)!);
  };
  return {
    CreateUsagePlan(input) {
      if (!input.name) throw badRequest("Usage plan name must be specified");
      const { name, description, throttle, quota, apiStages = [], tags = {} } = input;
      const plan = save({
        id: newId(6),
        name,
        apiStages: apiStages as UsagePlan["apiStages"],
        tags,
        ...(description !== undefined && { description }),
        ...(throttle && { throttle: { burstLimit: throttle.burstLimit ?? 0, rateLimit: throttle.rateLimit ?? 0 } }),
        ...(quota && { quota: { offset: 0, ...quota } as NonNullable<UsagePlan["quota"]> }),
      });
      return withoutEmpty(plan, "tags");
    },
    GetUsagePlan: (input: OfPlan) => find(input.usagePlanId),
    GetUsagePlans(input) {
      const of = (plan: UsagePlan) => !input.keyId || records.usagePlanKeys.has(`${plan.id}/${input.keyId}`);
      const found = pageOf(records.usagePlans.values().filter(of), input, ({ id }) => id);
      return { ...found, items: found.items.map((plan) => withoutEmpty(plan, "tags")) };
    },
    UpdateUsagePlan: (input: OfPlan) =>
      save(applyPatch(find(input.usagePlanId), input.patchOperations?.map(withOneMethod), planRules)),
    DeleteUsagePlan(input: OfPlan) {
      const { id, apiStages } = find(input.usagePlanId);
      if (apiStages.length > 0) {
        throw badRequest(
          `Cannot delete Usage Plan ${id} because it is associated with API Stages: ${apiStages.map(({ apiId, stage }) => `${apiId}:${stage}`).join(",")}`,
        );
      }
      for (const [key] of records.usagePlanKeys.entries(`${id}/`)) records.usagePlanKeys.delete(key);
      for (const [key] of records.usage.entries(`${id}/`)) records.usage.delete(key);
      records.usagePlans.delete(id);
      records.servedChanged();
      return {};
    },

    CreateUsagePlanKey(input) {
      const plan = find(input.usagePlanId);
      if (input.keyType !== "API_KEY") throw badRequest(`Invalid keyType '${input.keyType}'. Must be API_KEY`);
      const key = records.apiKeys.get(input.keyId);
      if (!key) throw notFound("Invalid API Key identifier specified");
      if (records.usagePlanKeys.has(`${plan.id}/${key.id}`))
        throw conflict(`${key.id} is already subscribed to Usage Plan ${plan.id}`);
      records.usagePlanKeys.put(`${plan.id}/${key.id}`, key.id);
      records.servedChanged();
      return describeKey(key);
    },
    GetUsagePlanKey: keyOf,
    GetUsagePlanKeys(input: OfPlan & { position?: string; limit?: number }) {
      const { id } = find(input.usagePlanId);
      return pageOf(
        records.usagePlanKeys.values(`${id}/`).map((keyId) => describeKey(records.apiKeys.get(keyId)!)),
        input,
        (key) => key.id,
      );
    },
    DeleteUsagePlanKey(input: OfPlan) {
      keyOf(input);
      records.usagePlanKeys.delete(`${input.usagePlanId}/${input.keyId}`);
      records.servedChanged();
      return {};
    },

    /** Used and remaining requests of each key, day by day. */
    GetUsage(input) {
      const plan = find(input.usagePlanId);
      const start = Date.parse(`${input.startDate}T00:00:00Z`);
      const end = Date.parse(`${input.endDate}T00:00:00Z`);
      if (!(start <= end))
        throw badRequest("Usage query must have a start date not after its end date, both as yyyy-MM-dd");
      if (end - start > 90 * 86_400_000) throw badRequest("Usage query must span less than 90 days");
      const items: Record<string, [number, number][]> = {};
      for (const keyId of records.usagePlanKeys.values(`${plan.id}/`)) {
        if (input.keyId && input.keyId !== keyId) continue;
        items[keyId] = [];
        let remaining = plan.quota ? plan.quota.limit - plan.quota.offset : 0;
        for (let day = start; day <= end; day += 86_400_000) {
          const used = records.usage.get(`${plan.id}/${keyId}/${new Date(day).toISOString().slice(0, 10)}`) ?? 0;
          remaining = Math.max(0, remaining - used);
          items[keyId].push([used, remaining]);
        }
      }
      return { usagePlanId: plan.id, startDate: input.startDate, endDate: input.endDate, items };
    },
  };
}

const describeKey = ({ id, value, name }: ApiKey) => ({
  id,
  type: "API_KEY",
  value,
  ...(name !== undefined && { name }),
});

/** A method that is limited is named by its path, whose slashes need not be escaped: `/pets/GET` is one segment. */
function withOneMethod({ path = "", ...operation }: PatchOperation): PatchOperation {
  const [, start, method = "", limit = ""] =
    /^(\/apiStages\/[^/]+\/throttle\/)(.+?)(\/rateLimit|\/burstLimit)?$/.exec(path) ?? [];
  return { ...operation, path: start ? `${start}${escapePointer(unescapePointer(method))}${limit}` : path };
}

function stageOf({ apiStages }: UsagePlan, id = ""): UsagePlan["apiStages"][number] {
  const found = apiStages.find(({ apiId, stage }) => `${apiId}:${stage}` === id);
  if (!found) throw notFound(`Invalid API Stage specified: ${id}`);
  return found;
}

const noStage = (apiId: string, stage: string, planId: string) =>
  notFound(`Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${planId}`);

/** https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateUsagePlan-Patch */
const planRules: PatchRules<UsagePlan> = {
  "/name": property("name"),
  "/description": property("description"),
  "/productCode": property("productCode"),
  "/apiStages": (plan, { op, value = "" }) => {
    const [apiId, stage, ...more] = value.split(":");
    if (!apiId || !stage || more.length > 0) throw badRequest("Invalid API Stage specified");
    const others = plan.apiStages.filter((item) => item.apiId !== apiId || item.stage !== stage);
    if (op === "remove" && others.length === plan.apiStages.length) throw noStage(apiId, stage, plan.id);
    plan.apiStages = others;
    if (op !== "remove") plan.apiStages.push({ apiId, stage });
  },
  "/apiStages/*/throttle": (plan, { segments }) => {
    delete stageOf(plan, segments[0]).throttle;
  },
  "/apiStages/*/throttle/*": (plan, { segments: [id, method = ""] }) => {
    delete stageOf(plan, id).throttle?.[method];
  },
  "/apiStages/*/throttle/*/*": (plan, { op, value, segments }) => {
    const [id, method = "", name = ""] = segments;
    const found = stageOf(plan, id);
    const limits: Throttle = { ...found.throttle?.[method] };
    if (op === "remove") delete limits[name as keyof Throttle];
    else limits[name as keyof Throttle] = parse("number", name, value!) as number;
    found.throttle = { ...found.throttle, [method]: limits };
  },
  "/throttle/rateLimit": limit("rateLimit"),
  "/throttle/burstLimit": limit("burstLimit"),
  "/throttle": (plan) => {
    delete plan.throttle;
  },
  "/quota/limit": quota("limit"),
  "/quota/offset": quota("offset"),
  "/quota/period": (plan, { value }) => {
    plan.quota = { limit: 0, offset: 0, ...plan.quota, period: value as NonNullable<UsagePlan["quota"]>["period"] };
  },
  "/quota": (plan) => {
    delete plan.quota;
  },
};

function limit(name: keyof Throttle): PatchRules<UsagePlan>[string] {
  return (plan, { value = "0" }) => {
    plan.throttle = { ...plan.throttle, [name]: parse("number", name, value) as number };
  };
}

function quota(name: "limit" | "offset"): PatchRules<UsagePlan>[string] {
  return (plan, { value = "0" }) => {
    plan.quota = { limit: 0, offset: 0, period: "DAY", ...plan.quota, [name]: parse("number", name, value) as number };
  };
}

function check(records: Records, { id, apiStages, quota: quotas }: UsagePlan): void {
  for (const { apiId, stage } of apiStages) {
    if (!records.stages.has(`${apiId}/${stage}`)) throw noStage(apiId, stage, id);
  }
  if (!quotas) return;
  if (!["DAY", "WEEK", "MONTH"].includes(quotas.period))
    throw badRequest(`Invalid quota period '${quotas.period}': DAY, WEEK or MONTH`);
  if (quotas.offset < 0 || quotas.offset > quotas.limit)
    throw badRequest("Usage Plan quota offset must be between 0 and the limit");
}
