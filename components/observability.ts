import { type CompositeAlarm, Dashboard, type MetricAlarm } from "@pulumi/aws/cloudwatch";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import {
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  jsonStringify,
  type Output,
} from "@pulumi/pulumi";
import { createAlarm } from "./alarm.ts";
import { stackWide } from "./naming.ts";
import { alarmsOf } from "./observability/alarms.ts";
import { type ObservabilityArgs, together } from "./observability/args.ts";
import { dashboardBody } from "./observability/dashboard.ts";
import { createObjectives } from "./observability/objectives.ts";
import { observabilityRules } from "./observability/validate.ts";
import { validate } from "./validation.ts";

export type { Objective, ObservabilityArgs, Observed } from "./observability/args.ts";

/**
 * What tells how a system is: alarms and a dashboard, made of what its components say of themselves (`observed`). Each alarm has its
 * line in docs/runbook.md.
 *
 * @example
 * new Observability("notes", { of: [notes], actions: [alerts.arn] });
 *
 * @example
 * const whodisWatch = new Observability("whodis", {
 *   of: [whodis],
 *   objective: { availability: 99.9, latency: { milliseconds: 500 } },
 * });
 * export const dashboardUrl = whodisWatch.dashboardUrl;
 */
export class Observability extends ComponentResource {
  /** Those of the windows of a promise (`objective`) are not here: they tell nobody. */
  readonly alarms: (MetricAlarm | CompositeAlarm)[];
  readonly dashboard: Dashboard | undefined;
  /** In the console of AWS; only with a dashboard. */
  readonly dashboardUrl: Output<string> | undefined;

  constructor(name: string, args: ObservabilityArgs, opts?: ComponentResourceOptions) {
    validate(`Observability "${name}"`, observabilityRules(args));
    super("dsp:index:Observability", name, {}, opts);
    const { alarms: ringing = true, objective, actions = [], dashboard = true, runbook = "docs/runbook.md" } = args;
    const observed = together(args.of);
    const promises = Object.entries(ringing && objective ? observed.apis : {}).flatMap(([api, one]) =>
      createObjectives(api, one, { objective: objective!, actions, runbook }, this),
    );
    const alarms = Object.entries(ringing ? alarmsOf(name, observed, args) : {}).map(([alarm, settings]) =>
      createAlarm(alarm, { ...settings, alarmDescription: `${settings.alarmDescription}; ${runbook}` }, actions, this),
    );
    this.alarms = [...promises, ...alarms];
    const { region } = getRegionOutput({}, { parent: this });
    const console = interpolate`https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
    if (dashboard) {
      // Those that judge deployments are made where the deployments are.
      const judging = Object.values(observed.functions).flatMap(({ function: one }) => one.deployment?.alarms ?? []);
      const shown = {
        system: name,
        region,
        observed,
        alarms: [...this.alarms, ...judging].map(({ arn }) => arn),
        runbook: args.runbook ? `[runbook](${runbook})` : runbook,
        traces: interpolate`${console}#xray:traces/query`,
      };
      this.dashboard = new Dashboard(
        `${name}-dashboard`,
        {
          dashboardName: stackWide(name).replace(/[^\w-]/g, "-"),
          dashboardBody: jsonStringify(dashboardBody(shown)),
        },
        { parent: this },
      );
      this.dashboardUrl = interpolate`${console}#dashboards/dashboard/${this.dashboard.dashboardName}`;
    }
    this.registerOutputs({ ...(this.dashboardUrl && { dashboardUrl: this.dashboardUrl }) });
  }
}
