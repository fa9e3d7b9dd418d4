/** Settings of a stage's methods: logging, metrics, throttling, caching. */
import type { MethodSetting, Stage } from "../model.ts";
import { escapePointer, only, type Patch, type PatchRules, parse } from "../patch.ts";
import { badRequest } from "../records.ts";

/** https://docs.aws.amazon.com/apigateway/latest/api/API_MethodSetting.html */
export const defaultSetting = (): MethodSetting => ({
  metricsEnabled: false,
  dataTraceEnabled: false,
  throttlingBurstLimit: 5000,
  throttlingRateLimit: 10000,
  cachingEnabled: false,
  cacheTtlInSeconds: 300,
  cacheDataEncrypted: false,
  requireAuthorizationForCacheControl: true,
  unauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
});

type Setter = (setting: MethodSetting, value: string) => void;

const flag =
  (
    name:
      | "metricsEnabled"
      | "dataTraceEnabled"
      | "cachingEnabled"
      | "cacheDataEncrypted"
      | "requireAuthorizationForCacheControl",
  ): Setter =>
  (setting, value) => {
    setting[name] = parse("boolean", name, value) as boolean;
  };
const number =
  (name: "throttlingBurstLimit" | "throttlingRateLimit" | "cacheTtlInSeconds"): Setter =>
  (setting, value) => {
    const given = parse("number", name, value) as number;
    if (given < -1) throw badRequest(`Invalid ${name} ${given}: -1 or more`);
    setting[name] = given;
  };

const setters: Record<string, Setter> = {
  "metrics/enabled": flag("metricsEnabled"),
  "logging/loglevel": (setting, value) => {
    if (value !== "OFF" && value !== "ERROR" && value !== "INFO") {
      throw badRequest(`Invalid logging level '${value}'. Must be one of: [OFF, ERROR, INFO]`);
    }
    setting.loggingLevel = value;
  },
  "logging/dataTrace": flag("dataTraceEnabled"),
  "throttling/burstLimit": number("throttlingBurstLimit"),
  "throttling/rateLimit": number("throttlingRateLimit"),
  "caching/enabled": flag("cachingEnabled"),
  "caching/ttlInSeconds": number("cacheTtlInSeconds"),
  "caching/dataEncrypted": flag("cacheDataEncrypted"),
  "caching/requireAuthorizationForCacheControl": flag("requireAuthorizationForCacheControl"),
  "caching/unauthorizedCacheControlHeaderStrategy": (setting, value) => {
    setting.unauthorizedCacheControlHeaderStrategy = value;
  },
};

/** Settings are patched at `/{resource path, its slashes ~1}/{method}/…`; all methods are `/* /*`. */
export const methodSettingRules: PatchRules<Stage> = {
  ...Object.fromEntries(
    Object.entries(setters).map(([path, set]) => [
      `/*/*/${path}`,
      (stage: Stage, { op, value, segments }: Patch) => {
        const key = settingKey(segments[0] as string, segments[1] as string);
        if (op === "remove") throw badRequest(`Invalid patch operation remove on method setting ${path}`);
        const setting = stage.methodSettings[key] ?? { ...(stage.methodSettings["*/*"] ?? defaultSetting()) };
        set(setting, value as string);
        stage.methodSettings[key] = setting;
      },
    ]),
  ),
  "/*/*": only(["remove"], (stage, { segments }) => {
    const key = settingKey(segments[0] as string, segments[1] as string);
    if (!stage.methodSettings[key]) {
      throw badRequest(
        `Cannot remove method setting ${segments.join("/")} because there is no method setting for this method `,
      );
    }
    delete stage.methodSettings[key];
  }),
};

/** As in the patch, which is how the API returns it: `~1pets~1{petId}/GET`, `pets/GET`, or `*` + `/*`. */
const settingKey = (resource: string, method: string): string => `${escapePointer(resource)}/${method}`;

/**
 * The setting of one method: its own, else that of all. `undefined` when neither is set.
 * @param resourcePath with its first slash, which a setting may leave out.
 */
export const settingOf = ({ methodSettings }: Stage, resourcePath: string, httpMethod: string) =>
  methodSettings[settingKey(resourcePath, httpMethod)] ??
  methodSettings[settingKey(resourcePath.slice(1), httpMethod)] ??
  methodSettings["*/*"];
