import { matches, type Rule } from "../validation.ts";
import type { ObservabilityArgs } from "./args.ts";

/** What can be wrong with what a system's observability is given. */
export function observabilityRules(args: Omit<ObservabilityArgs, "of">): Rule[] {
  const { objective: { availability, latency } = {}, longestAnswer, actions = [], runbook } = args;
  return [
    between("objective.availability", availability, 95, 99.99),
    between("objective.latency.milliseconds", latency?.milliseconds, 1, 29_000),
    between("objective.latency.percent", latency?.percent, 95, 99.9),
    between("longestAnswer", longestAnswer, 1, 29_000),
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    { ok: actions.length <= 5, field: "actions", value: actions, allowed: "at most 5 topics" },
    ...actions.map((arn) => matches("actions", arn, /^arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w.-]+$/, "ARNs of SNS topics")),
    matches("runbook", runbook, /^https:\/\/\S+$/, "a URL that begins with https://"),
  ];
}

const between = (field: string, value: number | undefined, from: number, to: number): Rule => ({
  ok: value === undefined || (value >= from && value <= to),
  field,
  value,
  allowed: `a number from ${from} to ${to}`,
});
