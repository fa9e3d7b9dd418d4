import { DeploymentConfig } from "@pulumi/aws/codedeploy";
import type { Input, Resource } from "@pulumi/pulumi";
import { integerBetween, type Rule } from "../validation.ts";
import { type DeploymentType, presets, type Step } from "./args.ts";

export function typeRules(type: DeploymentType, at: string): Rule[] {
  if (typeof type !== "object" || type === null) {
    return [
      {
        ok: (presets as readonly unknown[]).includes(type),
        field: `${at}type`,
        value: type,
        allowed: `one of ${presets.join(", ")}, or {canary} or {linear} of {percent, minutes}`,
      },
    ];
  }
  const [kind, step] = stepOf(type);
  return [
    {
      ok: Object.keys(type).length === 1 && step !== undefined,
      field: `${at}type`,
      value: type,
      allowed: "either {canary} or {linear} of {percent, minutes}",
    },
    { ...integerBetween(`${at}type.${kind}.percent`, step?.percent ?? Number.NaN, 1, 99) },
    { ...integerBetween(`${at}type.${kind}.minutes`, step?.minutes ?? Number.NaN, 1, 2_880) },
  ];
}

const stepOf = (type: Exclude<DeploymentType, string>): ["canary" | "linear", Step | undefined] =>
  "canary" in type ? ["canary", type.canary] : ["linear", type.linear];

/** The type's name, as CodeDeploy would call it: `Linear25PercentEvery1Minutes`. */
export function describeType(type: DeploymentType): string {
  if (typeof type === "string") return type;
  const [kind, step] = stepOf(type);
  const { percent, minutes } = step!;
  return kind === "canary"
    ? `Canary${percent}Percent${minutes}Minutes`
    : `Linear${percent}PercentEvery${minutes}Minutes`;
}

/** Minutes from the first step to the last. */
export function plannedMinutes(type: DeploymentType): number {
  const [, kind, percent, minutes] = describeType(type).match(/^(Canary|Linear)(\d+)Percent(?:Every)?(\d+)/) ?? [];
  if (!kind) return 0;
  return kind === "Canary" ? Number(minutes) : Number(minutes) * (Math.ceil(100 / Number(percent)) - 1);
}

/** Name of the deployment configuration; a custom one is made. */
export function configName(name: string, type: DeploymentType, parent: Resource): Input<string> {
  if (typeof type === "string") return `CodeDeployDefault.Lambda${type}`;
  const [kind, step] = stepOf(type);
  const timing = { percentage: step!.percent, interval: step!.minutes };
  const config = new DeploymentConfig(
    `${name}-steps`,
    {
      computePlatform: "Lambda",
      trafficRoutingConfig:
        kind === "canary"
          ? { type: "TimeBasedCanary", timeBasedCanary: timing }
          : { type: "TimeBasedLinear", timeBasedLinear: timing },
    },
    { parent },
  );
  return config.deploymentConfigName;
}
