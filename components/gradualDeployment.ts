import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { DeploymentGroup } from "@pulumi/aws/codedeploy";
import type { Topic } from "@pulumi/aws/sns";
import { ComponentResource, type ComponentResourceOptions, type Input } from "@pulumi/pulumi";
import { createAlarms } from "./deployment/alarms.ts";
import {
  configName,
  type DeploymentType,
  describeType,
  plannedMinutes,
  typeRules,
} from "./deployment/deploymentType.ts";
import { createGroup, createServicePolicy, createServiceRole } from "./deployment/group.ts";
import { createHook, type HookArgs, type HookEvent, hookName } from "./deployment/hooks.ts";
import { TrafficShift } from "./deployment/trafficShift.ts";
import { functionRules } from "./function/validate.ts";
import type { NodeFunction } from "./nodeFunction.ts";
import type { Rule } from "./validation.ts";

export type { DeploymentType } from "./deployment/deploymentType.ts";
export type { HookArgs } from "./deployment/hooks.ts";

/** How traffic moves to a function's new version. */
export interface DeploymentArgs {
  /**
   * All at once or step by step: one of CodeDeploy's presets, or a canary or linear shift of one's own.
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
   * Alarms that return all traffic to the old version, besides those on errors of the alias and of the new version.
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
   * Topic that is told of each deployment's start and end, and of the two alarms: its key admits CloudWatch.
   * @default none
   * @example createTopic("deployments", { publishers: ["cloudwatch.amazonaws.com"] }, this)
   */
  notifications?: Topic;
  /**
   * Functions whose traffic is shifted first: this one waits until theirs has ended well.
   * @default []: all shift at the same time
   * @example [api.functions["GET /whodis"]]
   */
  after?: NodeFunction[];
  /**
   * With false the alias moves at once, without CodeDeploy, hooks and alarms.
   * @default true
   */
  enabled?: boolean;
}

export interface GradualDeploymentArgs extends DeploymentArgs {
  /** The function whose alias `live` is shifted; made with the same `deployment`. */
  target: NodeFunction;
  /** URL of the route that it answers, for the hooks. */
  routeUrl?: Input<string>;
}

/**
 * Gradual deployment of one function by CodeDeploy: deployment group, service role, alarms, hooks, and the shift itself,
 * which an `up` waits for and fails with. It comes with `NodeFunction` and routes by their argument `deployment`.
 *
 * @example
 * new NodeFunction("whodis", { entry: "handlers/whodis/index.ts", deployment: { type: "Canary10Percent5Minutes" } });
 */
export class GradualDeployment extends ComponentResource {
  readonly group: DeploymentGroup;
  /** Errors of the alias, and of its newest version. */
  readonly alarms: MetricAlarm[];
  readonly hooks: Partial<Record<HookEvent, NodeFunction>> = {};
  /** The move of the alias to the published version. */
  readonly shift: TrafficShift;

  constructor(name: string, args: GradualDeploymentArgs, opts?: ComponentResourceOptions) {
    super("dsp:index:GradualDeployment", name, {}, opts);
    const { target, type, notifications, ignoreAlarms = false, alarms = [], after = [], routeUrl } = args;
    this.alarms = createAlarms(name, target, notifications ? [notifications.arn] : [], this);
    const role = createServiceRole(name, this);
    this.group = createGroup(
      name,
      role,
      {
        deploymentConfigName: configName(name, type, this),
        alarms: [...this.alarms, ...alarms],
        ignoreAlarms,
        notifications,
      },
      this,
    );
    for (const [event, hook] of hooksOf(args)) {
      this.hooks[event] = createHook(name, event, hook, target, this.group, routeUrl, this);
    }
    const policy = createServicePolicy(name, role, target, Object.values(this.hooks), notifications, this);
    const { BeforeAllowTraffic, AfterAllowTraffic } = this.hooks;
    this.shift = new TrafficShift(
      `${name}-shift`,
      {
        functionName: target.function.name,
        functionArn: target.function.arn,
        alias: target.alias.name,
        version: target.function.version,
        type: describeType(type),
        minutes: plannedMinutes(type),
        application: this.group.appName,
        group: this.group.deploymentGroupName,
        ...(BeforeAllowTraffic && { beforeAllowTraffic: facts(BeforeAllowTraffic) }),
        ...(AfterAllowTraffic && { afterAllowTraffic: facts(AfterAllowTraffic) }),
      },
      { parent: this, dependsOn: [policy, ...Object.values(this.hooks), ...after] },
    );
    this.registerOutputs({ group: this.group.deploymentGroupName });
  }
}

const hooksOf = ({ preTraffic, postTraffic }: DeploymentArgs): [HookEvent, HookArgs][] => [
  ...(preTraffic ? ([["BeforeAllowTraffic", preTraffic]] as [HookEvent, HookArgs][]) : []),
  ...(postTraffic ? ([["AfterAllowTraffic", postTraffic]] as [HookEvent, HookArgs][]) : []),
];

const facts = ({ function: { name, timeout }, logGroup }: NodeFunction) => ({
  functionName: name,
  timeout: timeout.apply((seconds) => seconds ?? 3),
  logGroup: logGroup.name,
});

/** What can be wrong with `deployment`; its function's name is part of others. */
export function deploymentRules(name: string, args: DeploymentArgs, at: string): Rule[] {
  return [
    ...typeRules(args.type, `${at}deployment.`),
    ...hooksOf(args).flatMap(([event, hook]) => {
      const field = `${at}deployment.${event === "BeforeAllowTraffic" ? "preTraffic" : "postTraffic"}.`;
      return [
        ...functionRules(hookName(name, event), hook, field),
        {
          ok: hook.deployment === undefined,
          field: `${field}deployment`,
          value: "given",
          allowed: "none: a hook is not itself shifted",
        },
      ];
    }),
  ];
}
