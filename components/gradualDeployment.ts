import type { MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { DeploymentGroup } from "@pulumi/aws/codedeploy";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { createAlarms } from "./deployment/alarms.ts";
import type { DeploymentArgs, LiveFunction } from "./deployment/args.ts";
import { createGroup, createServicePolicy, createServiceRole } from "./deployment/group.ts";
import { type CreateFunction, createHook, type HookEvent, hooksOf } from "./deployment/hooks.ts";
import { TrafficShift } from "./deployment/trafficShift.ts";
import { configName, describeType, plannedMinutes } from "./deployment/trafficSteps.ts";
import { addDeploymentGroup } from "./stackCode.ts";

export type { DeploymentArgs, DeploymentType, HookArgs } from "./deployment/args.ts";

export interface GradualDeploymentArgs extends DeploymentArgs {
  /** The function whose alias `live` is shifted; made with the same `deployment`. */
  target: LiveFunction;
  /** Makes the hooks. */
  createFunction: CreateFunction;
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
  readonly hooks: Partial<Record<HookEvent, LiveFunction>> = {};
  /** The move of the alias to the published version. */
  readonly shift: TrafficShift;

  constructor(name: string, args: GradualDeploymentArgs, opts?: ComponentResourceOptions) {
    super("dsp:index:GradualDeployment", name, {}, opts);
    const { target, type, notifications, ignoreAlarms = false, alarms = [], after = [] } = args;
    this.alarms = createAlarms(name, target, notifications ? [notifications.arn] : [], this);
    const role = createServiceRole(name, this);
    this.group = createGroup(
      name,
      {
        role,
        deploymentConfigName: configName(name, type, this),
        alarms: [...this.alarms, ...alarms],
        ignoreAlarms,
        notifications,
      },
      this,
    );
    addDeploymentGroup(name, this.group);
    const judging = { target, group: this.group, routeUrl: args.routeUrl, createFunction: args.createFunction };
    for (const [event, hook] of hooksOf(args)) {
      this.hooks[event] = createHook(name, event, { hook, ...judging }, this);
    }
    const rights = { role, target, hooks: Object.values(this.hooks), notifications };
    const policy = createServicePolicy(name, rights, this);
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

const facts = ({ function: { name, timeout }, logGroup }: LiveFunction) => ({
  functionName: name,
  timeout: timeout.apply((seconds) => seconds ?? 3),
  logGroup: logGroup.name,
});
