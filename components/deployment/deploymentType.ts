import { DeploymentConfig } from "@pulumi/aws/codedeploy";
import type { Input, Resource } from "@pulumi/pulumi";
import { integerBetween, type Rule } from "../validation.ts";

/** CodeDeploy's own. https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-lambda */
export const presets = [
  "AllAtOnce",
  "Canary10Percent5Minutes",
  "Canary10Percent10Minutes",
  "Canary10Percent15Minutes",
  "Canary10Percent30Minutes",
  "Linear10PercentEvery1Minute",
  "Linear10PercentEvery2Minutes",
  "Linear10PercentEvery3Minutes",
  "Linear10PercentEvery10Minutes",
] as const;

/** How traffic moves to a new version: one of CodeDeploy's own ways, or a way of one's own. */
export type DeploymentType =
  | (typeof presets)[number]
  /** First so much of the traffic, and the rest after so long. */
  | { canary: Step }
  /** So much of the traffic more each time, until it has all. */
  | { linear: Step };

export interface Step {
  /** Share of the traffic, 1 to 99. */
  percent: number;
  /** Minutes until the next step, 1 to 2,880. */
  minutes: number;
}

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

/** The type in a word, as CodeDeploy would call it: `Linear25PercentEvery1Minutes`. */
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

/** Name of the deployment configuration; one of one's own is made. */
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
