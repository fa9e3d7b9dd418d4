import { type Rule, unless } from "../rule.ts";

const groups = ["aws:cloudwatch/logGroup:LogGroup"];

export const logRules: Rule[] = [
  {
    name: "log-group-forgets",
    description: "A log group keeps its events for a finite time",
    ids: ["CKV_AWS_66"],
    types: groups,
    check: ({ props }) => unless(props.retentionInDays > 0, "retentionInDays is missing: events are kept for ever"),
  },
  {
    name: "log-group-is-encrypted",
    description: "A log group is encrypted with the key that the stack's configuration names, if it names one",
    ids: ["CKV_AWS_158"],
    types: groups,
    check: ({ props }, { logKeyArn }) =>
      unless(logKeyArn === undefined || props.kmsKeyId === logKeyArn, `kmsKeyId is not ${logKeyArn}`),
  },
];
