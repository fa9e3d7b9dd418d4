import assert from "node:assert/strict";
import { planOf } from "../../plan/plan.ts";
import { stacksOf } from "../../plan/preview.ts";
import { sectionsOf, summaryOf } from "../../plan/sections.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const urn = (type: string, name: string) => `urn:pulumi:dev::shop::${type}::${name}`;
const state = (type: string, name: string, inputs: object, more: object = {}) => ({
  urn: urn(type, name),
  type,
  inputs,
  ...more,
});

describe("a plan of pulumi preview", () => {
  const table = "aws:dynamodb/table:Table";
  const text = JSON.stringify({
    steps: [
      {
        op: "same",
        urn: urn("aws:sns/topic:Topic", "news"),
        oldState: state("aws:sns/topic:Topic", "news", {}, { id: "n" }),
        newState: state("aws:sns/topic:Topic", "news", {}, { id: "n" }),
      },
      { op: "create-replacement", urn: urn(table, "orders"), newState: state(table, "orders", { hashKey: "number" }) },
      {
        op: "replace",
        urn: urn(table, "orders"),
        oldState: state(table, "orders", { hashKey: "id" }, { id: "o" }),
        newState: state(table, "orders", { hashKey: "number" }),
      },
      {
        op: "delete-replaced",
        urn: urn(table, "orders"),
        oldState: state(table, "orders", { hashKey: "id" }, { id: "o" }),
      },
      {
        op: "create",
        urn: urn("aws:iam/rolePolicy:RolePolicy", "read"),
        newState: state("aws:iam/rolePolicy:RolePolicy", "read", { role: unknown, policy: unknown }),
      },
    ],
  });

  it("counts a replacement once, and says that its data is lost", () => {
    const plan = planOf(stacksOf(text), () => ({}));
    assert.equal(summaryOf(plan), "1 to create, 1 to replace");
    assert.deepEqual(sectionsOf(plan)[0]?.lines, [
      { text: "± dynamodb:Table orders: replaced by an empty one, for hashKey", tone: "bad" },
    ]);
  });

  it("says how many policies are not known yet", () => {
    const lines = sectionsOf(planOf(stacksOf(text), () => ({}))).flatMap((section) => section.lines);
    assert.ok(lines.some((line) => line.text === "One policy says who may do what only when they are made."));
  });

  it("refuses what is no preview", () => {
    assert.throws(() => stacksOf("error: no stack"), /^Failure: That is no preview: error: no stack; allowed is/);
  });
});
