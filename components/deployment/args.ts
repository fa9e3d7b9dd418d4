import type { LogGroup, MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { Alias, Function as LambdaFunction } from "@pulumi/aws/lambda";
import type { Topic } from "@pulumi/aws/sns";
import type { Input, Resource } from "@pulumi/pulumi";
import type { FunctionArgs } from "../function/args.ts";

/** How traffic moves to a function's new version. */
export interface DeploymentArgs {
  /**
   * All at once or step by step: one of CodeDeploy's presets, or a custom canary or linear shift.
   * @example "Canary10Percent5Minutes"
   * @example { linear: { percent: 25, minutes: 1 } }
   */
  type: DeploymentType;
  /**
   * Judges the new version before any traffic reaches it.
   * @default none
   * @example { entry: "handlers/oleoleole/preTraffic.ts" }
   */
  preTraffic?: HookArgs;
  /**
   * Judges it once it has all traffic; when it says no, all traffic goes back.
   * @default none
   */
  postTraffic?: HookArgs;
  /**
   * Alarms that return all traffic to the old version, in addition to those on errors of the alias and of the new version.
   * @default []
   */
  alarms?: MetricAlarm[];
  /**
   * Shifts although an alarm is red: for the version that is to mend what rings. The alarms stay; the policy pack refuses
   * such a stack until it is taken out again.
   * @default false
   */
  ignoreAlarms?: boolean;
  /**
   * Topic that is notified of each deployment's start and end, and of the two alarms: its key admits CloudWatch.
   * @default none
   * @example createTopic("deployments", { publishers: ["cloudwatch.amazonaws.com"] }, this)
   */
  notifications?: Topic;
  /**
   * Functions whose traffic is shifted first: this one waits until theirs has succeeded.
   * @default []: all shift at the same time
   * @example [api.functions["GET /whodis"]]
   */
  after?: LiveFunction[];
  /**
   * URL of what the function answers, for its hooks. The API sets it for its routes.
   * @default none, or the route's
   */
  routeUrl?: Input<string>;
  /**
   * With false the alias moves at once, without CodeDeploy, hooks and alarms.
   * @default true
   */
  enabled?: boolean;
}

/**
 * A function that judges a new version, its handler made by `trafficHook`. In addition to its own variables it gets the
 * version's ARN in TARGET_ARN, and the URL in ROUTE_URL where the version answers a route.
 */
export type HookArgs = FunctionArgs & { deployment?: never };

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

/** How traffic moves to a new version: one of CodeDeploy's presets, or a custom way. */
export type DeploymentType =
  | (typeof presets)[number]
  /** First this share of the traffic, and the rest after this many minutes. */
  | { canary: Step }
  /** This share of the traffic more at each step, until it has all. */
  | { linear: Step };

export interface Step {
  /** Share of the traffic, 1 to 99. */
  percent: number;
  /** Minutes until the next step, 1 to 2,880. */
  minutes: number;
}

/** A function with what its callers invoke and what it logs to: as much of a `NodeFunction` as a deployment works on. */
export interface LiveFunction extends Resource {
  readonly function: LambdaFunction;
  /** What callers invoke: it points to a published version. */
  readonly alias: Alias;
  readonly logGroup: LogGroup;
}
