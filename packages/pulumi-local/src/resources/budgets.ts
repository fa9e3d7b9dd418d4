/** Budgets. What runs here costs nothing: they are recorded and checked, and no notification is ever due. */
import type { CheckFailure, Properties } from "../engine/provider.ts";
import type { ServiceResources } from "./resourceType.ts";

const units = ["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"];
const types = [
  ...["USAGE", "COST", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"],
];

export const budgetResources: ServiceResources = ({ accountId }) => {
  const made = (inputs: Properties) => ({
    id: `${inputs.accountId ?? accountId}:${inputs.name}`,
    outputs: {
      accountId,
      ...inputs,
      arn: `arn:aws:budgets::${inputs.accountId ?? accountId}:budget/${inputs.name}`,
    },
  });
  return {
    types: [
      {
        type: "aws:budgets/budget:Budget",
        docs: "https://www.pulumi.com/registry/packages/aws/api-docs/budgets/budget/",
        required: ["budgetType", "timeUnit"],
        properties: ["name", "accountId", "budgetType", "timeUnit", "limitAmount", "limitUnit", "notifications"],
        inert: [
          ...["autoAdjustData", "billingViewArn", "costFilters", "costTypes", "filterExpression", "metrics"],
          ...["plannedLimits", "timePeriodEnd", "timePeriodStart"],
        ],
        enums: {
          budgetType: types,
          timeUnit: units,
          "notifications.comparisonOperator": ["GREATER_THAN", "LESS_THAN", "EQUAL_TO"],
          "notifications.notificationType": ["ACTUAL", "FORECASTED"],
          "notifications.thresholdType": ["PERCENTAGE", "ABSOLUTE_VALUE"],
        },
        replaces: ["name", "accountId"],
        // https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
        autoname: { property: "name", prefixed: true, max: 100, pattern: /^[^:\\]+$/ },
        taggable: true,
        validate,
        idOf: (inputs) => made(inputs).id,
        create: async (inputs) => made(inputs),
        update: async (_id, _before, after) => made(after),
        async delete() {},
      },
    ],
  };
};

interface Notification {
  subscriberEmailAddresses?: string[];
  subscriberSnsTopicArns?: string[];
}

/** A notification tells somebody, and at most eleven. */
function validate({ limitAmount, limitUnit, notifications = [] }: Properties): CheckFailure[] {
  const failures: CheckFailure[] = [];
  if (limitAmount !== undefined && !(Number(limitAmount) > 0)) {
    failures.push({ property: "limitAmount", reason: `is "${limitAmount}"; allowed is an amount above 0` });
  }
  if ((limitAmount === undefined) !== (limitUnit === undefined)) {
    failures.push({ property: "limitUnit", reason: "is given together with limitAmount, or not at all" });
  }
  for (const [index, one] of (notifications as Notification[]).entries()) {
    const count = (one.subscriberEmailAddresses ?? []).length + (one.subscriberSnsTopicArns ?? []).length;
    if (count >= 1 && count <= 11) continue;
    const reason = `has ${count} subscribers; allowed are 1 to 11 addresses and topics`;
    failures.push({ property: `notifications.${index}`, reason });
  }
  return failures;
}
