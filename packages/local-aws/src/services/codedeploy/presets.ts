import type { DeploymentConfig, Records, TrafficRouting } from "./records.ts";

/** https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-lambda */
const presets: Record<string, TrafficRouting> = {
  "CodeDeployDefault.LambdaAllAtOnce": { type: "AllAtOnce" },
  ...Object.fromEntries(
    [5, 10, 15, 30].map((minutes): [string, TrafficRouting] => [
      `CodeDeployDefault.LambdaCanary10Percent${minutes}Minutes`,
      { type: "TimeBasedCanary", timeBasedCanary: { canaryPercentage: 10, canaryInterval: minutes } },
    ]),
  ),
  ...Object.fromEntries(
    [1, 2, 3, 10].map((minutes): [string, TrafficRouting] => [
      `CodeDeployDefault.LambdaLinear10PercentEvery${minutes}${minutes === 1 ? "Minute" : "Minutes"}`,
      { type: "TimeBasedLinear", timeBasedLinear: { linearPercentage: 10, linearInterval: minutes } },
    ]),
  ),
};

/** The configurations that every account has. */
export const presetConfigs: DeploymentConfig[] = Object.entries(presets).map(([name, trafficRoutingConfig], index) => ({
  deploymentConfigId: `00000000-0000-0000-0000-${String(index).padStart(12, "0")}`,
  deploymentConfigName: name,
  created: 0,
  computePlatform: "Lambda",
  trafficRoutingConfig,
}));

/** A configuration that every account has, or one of this account's. */
export const configNamed = (records: Records, name: string): DeploymentConfig | undefined =>
  presetConfigs.find(({ deploymentConfigName }) => deploymentConfigName === name) ?? records.configs.get(name);

/** One step of a shift: the share of the new version, and how long it stays so, in minutes. */
export interface Step {
  percent: number;
  minutes: number;
}

/** The steps that a configuration takes; the last one has all traffic and no wait. */
export function stepsOf(routing: TrafficRouting): Step[] {
  switch (routing.type) {
    case "TimeBasedCanary": {
      const { canaryPercentage, canaryInterval } = routing.timeBasedCanary!;
      return [
        { percent: canaryPercentage, minutes: canaryInterval },
        { percent: 100, minutes: 0 },
      ];
    }
    case "TimeBasedLinear": {
      const { linearPercentage, linearInterval } = routing.timeBasedLinear!;
      const steps: Step[] = [];
      for (let percent = linearPercentage; percent < 100; percent += linearPercentage) {
        steps.push({ percent, minutes: linearInterval });
      }
      return [...steps, { percent: 100, minutes: 0 }];
    }
    default:
      return [{ percent: 100, minutes: 0 }];
  }
}
