/** Contributor Insights: rules over log groups, and reports of who contributes most. */
import type { InsightRule, PartialFailure } from "@aws-sdk/client-cloudwatch";
import { page } from "../../../kit/page.ts";
import { tagMap } from "../../../kit/tags.ts";
import type { Operations } from "../../../operations.ts";
import { AwsError, type Cloud } from "../../../service.ts";
import type { Collection } from "../../../store.ts";
import { insightDefinition } from "../insightDefinition.ts";
import { type Enabled, insightReport } from "../insightReport.ts";
import { validation } from "../query.ts";

export interface InsightRuleRecord {
  name: string;
  definition: string;
  enabled: Enabled[];
  tags: Record<string, string>;
  transformed: boolean;
}

const isEnabled = ({ enabled }: InsightRuleRecord): boolean => enabled.length > 0 && enabled.at(-1)?.to === undefined;

/** An event counts where the rule was enabled at its time. */
function switched(rule: InsightRuleRecord, on: boolean): InsightRuleRecord {
  if (isEnabled(rule) === on) return rule;
  const now = Date.now();
  if (on) return { ...rule, enabled: [...rule.enabled, { from: now }] };
  const { from = now } = rule.enabled.at(-1) ?? {};
  return { ...rule, enabled: [...rule.enabled.slice(0, -1), { from, to: now }] };
}

/** The log groups that a definition names; of one that is none, nothing: it is refused later. */
function groupsOf(definition: string): string[] {
  try {
    return insightDefinition(definition).groups;
  } catch {
    return [];
  }
}

export function insightRuleOperations(
  cloud: Cloud,
  rules: Collection<InsightRuleRecord>,
  arnOf: (name: string) => string,
): Operations<"monitoring"> {
  const on = (action: string, names: (string | undefined)[]) =>
    names.map((name) => ({ action: `cloudwatch:${action}`, resource: arnOf(name ?? "") }));
  const several = (action: string, change: (rule: InsightRuleRecord) => void) => ({
    access: ({ RuleNames = [] }: { RuleNames?: string[] | undefined }) => on(action, RuleNames),
    run: ({ RuleNames = [] }: { RuleNames?: string[] | undefined }) => ({
      Failures: RuleNames.flatMap((name): PartialFailure[] => {
        const rule = rules.get(name);
        if (!rule)
          return [
            {
              FailureResource: name,
              FailureCode: "404",
              ExceptionType: "ResourceNotFoundException",
              FailureDescription: "Rule does not exist",
            },
          ];
        change(rule);
        return [];
      }),
    }),
  });
  const keep = (rule: InsightRuleRecord) => rules.put(rule.name, rule);
  const shown = (rule: InsightRuleRecord): InsightRule => ({
    Name: rule.name,
    State: isEnabled(rule) ? "ENABLED" : "DISABLED",
    Schema: insightDefinition(rule.definition).schema,
    Definition: rule.definition,
    ManagedRule: false,
    ApplyOnTransformedLogs: rule.transformed,
  });

  return {
    PutInsightRule: {
      access: ({ RuleName, RuleDefinition = "" }) =>
        on("PutInsightRule", [RuleName]).map((access) => ({
          ...access,
          context: { "cloudwatch:requestInsightRuleLogGroups": groupsOf(RuleDefinition) },
        })),
      run({ RuleName: name = "", RuleDefinition: definition = "", RuleState: state = "ENABLED", ...rest }) {
        if (!/^[\x21-\x7e]{1,128}$/.test(name))
          throw validation("The parameter RuleName must have 1 to 128 printable characters without spaces.");
        if (state !== "ENABLED" && state !== "DISABLED")
          throw validation(`The parameter RuleState must be ENABLED or DISABLED; it is ${state}.`);
        insightDefinition(definition);
        const before = rules.get(name);
        const rule: InsightRuleRecord = {
          name,
          definition,
          // What another definition has counted is gone.
          enabled: before?.definition === definition ? before.enabled : [],
          tags: before?.tags ?? tagMap(rest.Tags),
          transformed: rest.ApplyOnTransformedLogs ?? false,
        };
        keep(switched(rule, state === "ENABLED"));
        return {};
      },
    },
    DescribeInsightRules: {
      access: () => [{ action: "cloudwatch:DescribeInsightRules", resource: "*" }],
      run(input) {
        const { items, next: NextToken } = page(rules.values(), input, ({ name }) => name, {
          size: 500,
          invalid: () => new AwsError("InvalidNextToken", "The next token is invalid.", 400),
        });
        return { InsightRules: items.map(shown), NextToken };
      },
    },
    EnableInsightRules: several("EnableInsightRules", (rule) => keep(switched(rule, true))),
    DisableInsightRules: several("DisableInsightRules", (rule) => keep(switched(rule, false))),
    DeleteInsightRules: several("DeleteInsightRules", ({ name }) => rules.delete(name)),
    GetInsightRuleReport: {
      access: ({ RuleName }) => on("GetInsightRuleReport", [RuleName]),
      run(input) {
        const rule = rules.get(input.RuleName ?? "");
        if (!rule) throw new AwsError("ResourceNotFoundException", `The rule ${input.RuleName} does not exist.`, 404);
        return insightReport(cloud, insightDefinition(rule.definition), rule.enabled, input);
      },
    },
  };
}
