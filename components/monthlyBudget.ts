import { Budget } from "@pulumi/aws/budgets";
import { getStack, type Resource } from "@pulumi/pulumi";
import { stackWide } from "./naming.ts";

export interface MonthlyBudgetArgs {
  /** US dollars a month. */
  limit: number;
  /** Mail addresses that hear of it, 1 to 10. */
  subscribers: string[];
}

/**
 * A budget for what the stack costs in a month, by its tag `stack`: its subscribers hear when 80 % are spent, and when more
 * than all of it is forecast. The tag counts once it is activated for cost allocation:
 * https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
 */
export const createMonthlyBudget = (
  name: string,
  { limit, subscribers }: MonthlyBudgetArgs,
  parent?: Resource,
): Budget =>
  new Budget(
    name,
    {
      name: stackWide(name),
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(limit),
      limitUnit: "USD",
      costFilters: [{ name: "TagKeyValue", values: [`user:stack$${getStack()}`] }],
      notifications: [
        { notificationType: "ACTUAL", threshold: 80 },
        { notificationType: "FORECASTED", threshold: 100 },
      ].map((one) => ({
        ...one,
        thresholdType: "PERCENTAGE",
        comparisonOperator: "GREATER_THAN",
        subscriberEmailAddresses: subscribers,
      })),
    },
    { parent },
  );
