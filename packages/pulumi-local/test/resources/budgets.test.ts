import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("resources of AWS Budgets", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  const notification = {
    comparisonOperator: "GREATER_THAN",
    notificationType: "ACTUAL",
    threshold: 80,
    thresholdType: "PERCENTAGE",
    subscriberEmailAddresses: ["someone@example.com"],
  };
  const inputs = { budgetType: "COST", timeUnit: "MONTHLY", limitAmount: "100", limitUnit: "USD" };
  const token = "aws:budgets/budget:Budget";

  it("a budget is recorded, of the account and in no region", async () => {
    const budget = new TestResource(test.cloud, token, "month", { project: "p" });
    const made = await budget.create({ ...inputs, notifications: [notification] });
    assert.equal(budget.id, `000000000000:${made.name}`);
    assert.equal(made.arn, `arn:aws:budgets::000000000000:budget/${made.name}`);
    assert.deepEqual([made.tagsAll, made.region], [{ project: "p" }, undefined]);
    const changed = await budget.update({ ...inputs, name: made.name, limitAmount: "200" });
    assert.equal(changed.limitAmount, "200");
    await budget.delete();
  });

  for (const [what, given, failures] of [
    ["an unknown unit of time", { timeUnit: "WEEKLY" }, /^timeUnit: is "WEEKLY"; allowed are DAILY, MONTHLY/],
    ["no amount", { limitAmount: "none" }, /^limitAmount: is "none"; allowed is an amount above 0/],
    ["an amount without its unit", { limitUnit: undefined }, /^limitUnit: is given together with limitAmount/],
    [
      "a notification for nobody",
      { notifications: [{ ...notification, subscriberEmailAddresses: [] }] },
      /^notifications\.0: has 0 subscribers/,
    ],
  ] as const) {
    it(`a budget with ${what} is refused`, async () => {
      const budget = new TestResource(test.cloud, token, "refused");
      assert.match((await budget.failures({ ...inputs, ...given })).join("\n"), failures);
    });
  }
});
