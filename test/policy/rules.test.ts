import assert from "node:assert/strict";
import { rules } from "../../policy/check.ts";
import { tested } from "./support/rule.ts";
import "./rules/access.test.ts";
import "./rules/apis.test.ts";
import "./rules/callers.test.ts";
import "./rules/containers.test.ts";
import "./rules/data.test.ts";
import "./rules/exposure.test.ts";
import "./rules/functions.test.ts";
import "./rules/httpApis.test.ts";
import "./rules/trust.test.ts";
import "./rules/unknownTypes.test.ts";
import "./rules/workflows.test.ts";

describe("the policy pack", () => {
  it("has a test that passes and one that fails for each rule", () => {
    assert.deepEqual(
      rules.map(({ name }) => name).filter((name) => !tested.has(name)),
      [],
    );
  });

  it("names each rule once, in kebab case, with a description", () => {
    const names = rules.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, description } of rules) assert.ok(/^[a-z]+(-[a-z]+)+$/.test(name) && description, name);
  });

  it("has ids in the form of those who gave them, or its own alone", () => {
    const forms = /^([A-Z]\w+\.\d+|CIS \d(\.\d+)+|(AwsSolutions|Serverless)-\w+|CKV2?_AWS_\d+)$/;
    for (const { name, ids } of rules)
      assert.ok(ids.join() === "own" || (ids[0] && ids.every((id) => forms.test(id))), name);
  });
});
