import { throttlingRules } from "../api/throttling.ts";
import { expressionRule } from "../function/schedule.ts";
import { handlersRules } from "../function/validate.ts";
import { retentionRule } from "../logGroup.ts";
import { integerBetween, matches, oneOf, type Rule } from "../validation.ts";
import { type ApprovalArgs, type ArchiverWorkflowArgs, modes } from "./args.ts";
import { policies, storageClasses } from "./files.ts";
import { outcomes } from "./stateMachine.ts";

/** What `SQS` keeps a message for: 60 s to 14 days. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const longestApproval = 1_209_600;

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
    ...mailRules(approval),
    ...throttlingRules("approval.throttling", approval.throttling),
    integerBetween("approval.reservedConcurrency", approval.reservedConcurrency, -1, 1_000_000),
    ...Object.entries(actions).flatMap(([outcome, policy]) => [
      oneOf("an outcome in actions", outcome, outcomes),
      oneOf(`actions.${outcome}`, policy, policies),
    ]),
    oneOf("storageClass", args.storageClass, storageClasses),
    expressionRule("schedule", schedule),
    ...handlersRules(args.handlers),
    retentionRule("logRetention", args.logRetention),
  ];
}

const isAddress = (text: string): boolean => /^[^\s@"'<>,;]+@[^\s@"'<>,;.]+(\.[^\s@"'<>,;.]+)+$/.test(text);

/** Of the 200 filter policies that SNS allows a topic. https://docs.aws.amazon.com/general/latest/gr/sns.html */
const mostApprovers = 100;

function mailRules({ mode, approvers, ses }: ApprovalArgs): Rule[] {
  const mails = mode === "email" || mode === "both";
  const wrong = approvers?.find((one) => !isAddress(one));
  return [
    {
      ok: mails ? (approvers?.length ?? 0) > 0 : !approvers?.length,
      field: "approval.approvers",
      value: approvers,
      allowed: mails ? `at least one mail address with mode ${mode}` : "nothing, unless mode is email or both",
    },
    { ok: wrong === undefined, field: "approval.approvers", value: wrong, allowed: "mail addresses" },
    {
      ok: (approvers?.length ?? 0) <= mostApprovers && new Set(approvers).size === (approvers?.length ?? 0),
      field: "approval.approvers",
      value: approvers,
      allowed: `at most ${mostApprovers} addresses, each once`,
    },
    { ok: mails || !ses, field: "approval.ses", value: ses?.from, allowed: "nothing, unless mode is email or both" },
    {
      ok: !ses || isAddress(/<([^<>]+)>$/.exec(ses.from)?.[1] ?? ses.from),
      field: "approval.ses.from",
      value: ses?.from,
      allowed: "a mail address, or a name and <address>",
    },
    matches(
      "approval.ses.identityArn",
      ses?.identityArn,
      /^arn:aws[\w-]*:ses:[\w-]+:\d{12}:identity\/.+$/,
      "the ARN of an identity of SES",
    ),
  ];
}
