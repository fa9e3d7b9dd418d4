import { ApiKey, type RestApi, type Stage, UsagePlan, UsagePlanKey } from "@pulumi/aws/apigateway";
import type { Input, Resource } from "@pulumi/pulumi";
import { integerBetween, oneOf, type Rule } from "../validation.ts";
import { throttlingRules } from "./throttling.ts";

/** What the holder of the API's key may ask of it. */
export interface UsagePlanArgs {
  /**
   * Requests a second in the long run, up to 10,000.
   * @default the stage's
   */
  rate?: Input<number>;
  /**
   * Requests at one moment, 0 to 5,000.
   * @default the stage's
   */
  burst?: Input<number>;
  /**
   * Requests in a period; further ones get 429 until it ends.
   * @default none: as many as rate and burst admit
   * @example { limit: 10_000, period: "DAY" }
   */
  quota?: { limit: Input<number>; period: Input<"DAY" | "WEEK" | "MONTH"> };
}

export const usagePlanRules = (plan: UsagePlanArgs | undefined): Rule[] => [
  ...throttlingRules("usagePlan", plan),
  integerBetween("usagePlan.quota.limit", plan?.quota?.limit, 1, 2_147_483_647),
  oneOf("usagePlan.quota.period", plan?.quota?.period, ["DAY", "WEEK", "MONTH"]),
];

/** A key for the routes that ask for one. API Gateway makes its value, which is a secret. */
export function createApiKey(
  name: string,
  { rate, burst, quota, restApi, stage }: UsagePlanArgs & { restApi: RestApi; stage: Stage },
  parent: Resource,
): ApiKey {
  const key = new ApiKey(`${name}-key`, {}, { parent, additionalSecretOutputs: ["value"] });
  const plan = new UsagePlan(
    `${name}-plan`,
    {
      apiStages: [{ apiId: restApi.id, stage: stage.stageName }],
      ...((rate !== undefined || burst !== undefined) && {
        throttleSettings: {
          ...(rate !== undefined && { rateLimit: rate }),
          ...(burst !== undefined && { burstLimit: burst }),
        },
      }),
      ...(quota && { quotaSettings: quota }),
    },
    { parent },
  );
  new UsagePlanKey(`${name}-plan-key`, { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id }, { parent });
  return key;
}
