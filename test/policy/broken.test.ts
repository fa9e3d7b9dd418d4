import assert from "node:assert/strict";
import { check, rules } from "../../policy/check.ts";
import { record } from "../components/support/record.ts";
import { resourcesOf } from "./support/resources.ts";

describe("the program that breaks the rules", () => {
  it("has for each a resource of its name, which the rule refuses", async () => {
    const made = await record(() => require("./broken/index.ts"), { stack: "prod" });
    const facts = { stack: "prod", publicRoutes: [], logKeyArn: "arn:k", sageMakerKeyArn: "arn:k" };
    const violations = check(resourcesOf(made), facts);
    const kept = rules.filter(
      ({ name }) => !violations.some(({ rule, resource }) => rule === name && resource.endsWith(` ${name}`)),
    );
    // The provider is a resource for the CLI alone.
    assert.deepEqual(
      kept.map(({ name }) => name),
      ["account-is-said"],
    );
  });
});
