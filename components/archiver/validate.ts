import type { ArchiverWorkflowArgs } from "../archiverWorkflow.ts";
import { retentionRule } from "../logGroup.ts";
import { integerBetween, oneOf, type Rule } from "../validation.ts";
import { outcomes } from "./definition.ts";
import { policies, storageClasses } from "./files.ts";

export const modes = ["queue", "none"] as const;

/** What `SQS` keeps a message for: 60 s to 14 days. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const longestApproval = 1_209_600;

/** What can be wrong with an archiver's arguments. */
export function archiverRules(name: string, args: ArchiverWorkflowArgs): Rule[] {
  const { qualityThreshold, approval = {}, actions = {}, schedule } = args;
  return [
    // The longest function's name is made of it: `name-recordStopped`.
    { ok: name.length <= 30, field: "name", value: name, allowed: "at most 30 characters" },
    {
      ok: qualityThreshold === undefined || (qualityThreshold >= 0 && qualityThreshold <= 100),
      field: "qualityThreshold",
      value: qualityThreshold,
      allowed: "a number from 0 to 100",
    },
    oneOf("approval.mode", approval.mode, modes),
    integerBetween("approval.timeout", approval.timeout, 60, longestApproval),
    ...Object.entries(actions).flatMap(([outcome, policy]) => [
      oneOf("an outcome in actions", outcome, outcomes),
      oneOf(`actions.${outcome}`, policy, policies),
    ]),
    oneOf("storageClass", args.storageClass, storageClasses),
    {
      ok: schedule === undefined || /^(rate|cron)\(.+\)$/.test(schedule),
      field: "schedule",
      value: schedule,
      allowed: "an expression such as rate(1 hour) or cron(0 6 * * ? *)",
    },
    retentionRule("logRetention", args.logRetention),
  ];
}
