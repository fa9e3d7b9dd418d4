/**
 * API keys and usage plans: a method that asks for a key accepts the keys of its stage's plans, within their limits.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
 */
import type { ApiKey, UsagePlan } from "../model.ts";
import type { Records } from "../records.ts";
import type { Exchange } from "./exchange.ts";
import { GatewayFailure } from "./failure.ts";
import type { Throttle } from "./throttle.ts";

interface Grant {
  key: ApiKey;
  plan: UsagePlan;
  stage: UsagePlan["apiStages"][number];
}

export class Usage {
  readonly #records: Records;
  readonly #throttle: Throttle;
  /** By key value, then `apiId/stage`. */
  #grants: Map<string, Map<string, Grant>> | undefined;

  constructor(records: Records, throttle: Throttle) {
    this.#records = records;
    this.#throttle = throttle;
    records.onServedChange(() => {
      this.#grants = undefined;
    });
  }

  /** @throws GatewayFailure 403 without a valid key, 429 beyond its plan's limits. */
  admit(exchange: Exchange): void {
    const { stage, method } = exchange;
    const value =
      stage.definition.apiKeySource === "AUTHORIZER" ? exchange.usageIdentifierKey : exchange.header("x-api-key");
    const grant = value && this.#all().get(value)?.get(`${stage.apiId}/${stage.stage.stageName}`);
    if (!grant) throw new GatewayFailure("INVALID_API_KEY");
    const { key, plan, stage: planned } = grant;
    exchange.apiKey = { id: key.id, value: key.value };
    const own = planned.throttle?.[method.key];
    const id = `${plan.id}/${key.id}`;
    const limits = own ?? plan.throttle;
    const bucket = own ? `${id}/${stage.apiId}/${stage.stage.stageName}${method.key}` : id;
    if (!this.#throttle.take(bucket, limits?.rateLimit, limits?.burstLimit)) throw new GatewayFailure("THROTTLED");
    this.#count(plan, key);
  }

  /** Counts by day, as GetUsage reports; the quota's period is the sum of its days. */
  #count(plan: UsagePlan, key: ApiKey): void {
    const { usage } = this.#records;
    const prefix = `${plan.id}/${key.id}/`;
    const now = new Date();
    const day = `${prefix}${now.toISOString().slice(0, 10)}`;
    const today = usage.get(day) ?? 0;
    if (plan.quota) {
      const first = `${prefix}${periodStart(plan.quota.period, now)}`;
      const used = usage
        .entries(prefix)
        .filter(([date]) => date >= first)
        .reduce((sum, [, count]) => sum + count, 0);
      // The offset is the usage counted in the first period before the plan began.
      if (used >= plan.quota.limit - plan.quota.offset) throw new GatewayFailure("QUOTA_EXCEEDED");
    }
    usage.put(day, today + 1);
  }

  #all(): Map<string, Map<string, Grant>> {
    if (this.#grants) return this.#grants;
    const grants = new Map<string, Map<string, Grant>>();
    for (const [id] of this.#records.usagePlanKeys.entries()) {
      const [planId, keyId] = id.split("/") as [string, string];
      const plan = this.#records.usagePlans.get(planId);
      const key = this.#records.apiKeys.get(keyId);
      if (!plan || !key?.enabled) continue;
      const stages = grants.get(key.value) ?? new Map<string, Grant>();
      for (const stage of plan.apiStages) stages.set(`${stage.apiId}/${stage.stage}`, { key, plan, stage });
      grants.set(key.value, stages);
    }
    this.#grants = grants;
    return grants;
  }
}

/** First day of the period: today, the last Sunday, or the first of the month (UTC). */
export function periodStart(period: "DAY" | "WEEK" | "MONTH", now: Date): string {
  const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  if (period === "WEEK") start.setUTCDate(start.getUTCDate() - start.getUTCDay());
  if (period === "MONTH") start.setUTCDate(1);
  return start.toISOString().slice(0, 10);
}
