import { type Rule, unless } from "../rule.ts";

export const logRules: Rule[] = [
  {
    name: "log-group-forgets",
    description: "A log group keeps its events for a finite time",
    ids: ["C66", "C338"],
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    check: ({ props }) => unless(props.retentionInDays > 0, "retentionInDays is missing: events are kept for ever"),
  },
];
