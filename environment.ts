import { join } from "node:path";
import { Configuration } from "./components/configuration.ts";
import { presets } from "./components/deployment/args.ts";
import { retentionRule } from "./components/logGroup.ts";
import type { MonthlyBudgetArgs } from "./components/monthlyBudget.ts";
import { observabilityRules } from "./components/observability/validate.ts";
import type { ObservabilityArgs } from "./components/observability.ts";
import { boundaryArn } from "./components/permissionsBoundary.ts";
import { keepsData } from "./components/statefulness.ts";
import { integerBetween, matches, oneOf } from "./components/validation.ts";

// What a stack for developers and one for production differ by, whatever systems are in it: docs/environments.md.
// What one system is given is in config.ts.

const config = new Configuration(join(__dirname, "Pulumi.yaml"));

/** Whether a new version gets its traffic step by step, judged by hooks and alarms; otherwise all at once. */
export const gradualDeployment = config.flag("gradualDeployment");

/** How whodis gets it. */
export const gradualDeploymentType = config.text("gradualDeploymentType") as (typeof presets)[number];

/** Whether the stack has a key of its own for what no key is named for. */
export const customerKeys = config.flag("customerKeys");

/** ARNs of keys: of tables, buckets, queues, notebooks and models, and of log groups; empty where none is named. */
export const [dataKeyArn, logKeyArn] = [config.text("dataKeyArn"), config.text("logKeyArn")];

/** ARN of the policy that bounds every role of the stack; empty for none. */
export const permissionsBoundaryArn = config.text("permissionsBoundaryArn");

const keptDays = config.integer("logRetentionDays");

/** Days that logs are kept, where the stack says something else than the components do. */
export const logRetentionDays = config.isChosen("logRetentionDays") ? keptDays : undefined;

/** Mail addresses that alarms tell. */
export const alarmMails = config.list("alarmMails");

/** Whom alarms tell beside those, and whether there are any, and dashboards. */
export const observabilityArgs = {
  alarms: config.flag("alarms"),
  actions: config.list("alarmTopicArns"),
  dashboard: config.flag("dashboards"),
  runbook: config.text("runbookUrl") || undefined,
} satisfies Omit<ObservabilityArgs, "of">;

const [told] = [...observabilityArgs.actions, ...alarmMails];
const promised = config.text("availabilityObjective");
const [availability, milliseconds] = [Number(promised || (keepsData() ? 99.9 : 0)), config.integer("latencyObjective")];

/** What is promised of APIs that anyone may call. */
export const publicObjective = {
  ...(availability !== 0 && { availability }),
  ...(milliseconds !== 0 && { latency: { milliseconds } }),
} satisfies ObservabilityArgs["objective"];

const [budget, subscribers] = [config.integer("monthlyBudget"), config.list("monthlyBudgetMails")];

/** What the stack may cost in a month, and who hears of it; none without a limit. */
export const budgetArgs: MonthlyBudgetArgs | undefined = budget > 0 ? { limit: budget, subscribers } : undefined;

const key = /^(arn:aws[\w-]*:kms:[\w-]+:\d{12}:key\/[\w-]+)?$/;
const mailAddress = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

config.require(
  oneOf("gradualDeploymentType", gradualDeploymentType, presets),
  oneOf("protectData", config.text("protectData"), ["", "true", "false"]),
  matches("dataKeyArn", dataKeyArn, key, "empty, or a key's ARN"),
  matches("logKeyArn", logKeyArn, key, "empty, or a key's ARN"),
  matches("permissionsBoundaryArn", permissionsBoundaryArn, boundaryArn, "empty, or a managed policy's ARN"),
  retentionRule("logRetentionDays", keptDays),
  matches("availabilityObjective", promised, /^(\d+(\.\d+)?)?$/, "a percentage, or empty"),
  integerBetween("monthlyBudget", budget, 0, 10_000_000),
  {
    ok: budget === 0 ? subscribers.length === 0 : subscribers.length > 0 && subscribers.length <= 10,
    field: "monthlyBudgetMails",
    value: subscribers,
    allowed: budget === 0 ? "none without a monthlyBudget" : "1 to 10 addresses where there is a monthlyBudget",
  },
  ...subscribers.map((mail) => matches("monthlyBudgetMails", mail, mailAddress, "mail addresses")),
  ...alarmMails.map((mail) => matches("alarmMails", mail, mailAddress, "mail addresses")),
  {
    ok: alarmMails.length === 0 || observabilityArgs.actions.length < 5,
    field: "alarmTopicArns",
    value: observabilityArgs.actions,
    allowed: "at most 4 topics beside the one of alarmMails",
  },
  {
    ok: observabilityArgs.alarms || told === undefined,
    field: "alarms",
    value: observabilityArgs.alarms,
    allowed: `true where somebody is told of them, ${told}`,
  },
);
config.requireArguments(observabilityRules({ ...observabilityArgs, objective: publicObjective }), {
  actions: "alarmTopicArns",
  runbook: "runbookUrl",
  "objective.availability": "availabilityObjective",
  "objective.latency.milliseconds": "latencyObjective",
});
