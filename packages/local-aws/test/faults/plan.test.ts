import assert from "node:assert/strict";
import { checkServices, readPlan } from "../../src/faults/plan.ts";

describe("A plan of faults", () => {
  it("is read, with what is not said", () => {
    const rule = { kind: "latency", probability: 1, to: 200 };
    assert.deepEqual(readPlan({ seed: 1, rules: [rule] }), { seed: 1, rules: [{ ...rule, from: 0 }] });
  });

  const wrong: [unknown, RegExp][] = [
    [undefined, /^the plan is missing: /],
    [{ seed: 1, rules: [] }, /^rules is \[\]: /],
    [{ seed: -1, rules: [{ kind: "kill", probability: 1 }] }, /^seed is -1: /],
    [
      { seed: 1, rules: [{ kind: "explode", probability: 1 }] },
      /^rules\[0\]\.kind is "explode": allowed are latency, /,
    ],
    [{ seed: 1, rules: [{ kind: "kill", probability: 2 }] }, /^rules\[0\]\.probability is 2: /],
    [{ seed: 1, rules: [{ kind: "kill", probability: 1, sevice: "s3" }] }, /^rules\[0\] is .*sevice/],
    [{ seed: 1, rules: [{ kind: "latency", probability: 1 }] }, /^rules\[0\]\.to is missing: /],
    [
      { seed: 1, rules: [{ kind: "latency", probability: 1, from: 9, to: 3 }] },
      /^rules\[0\]\.from is 9: from is at most to/,
    ],
  ];
  for (const [given, said] of wrong) {
    it(`is refused by name: ${JSON.stringify(given)}`, () => {
      assert.throws(() => readPlan(given), { name: "TypeError", message: said });
    });
  }

  it("is refused where it means a service that there is not", () => {
    const plan = (service: string) =>
      readPlan({
        seed: 1,
        rules: [
          { kind: "kill", probability: 1 },
          { kind: "lost", probability: 1, service },
        ],
      });
    for (const known of ["dynamodb", "dyn*", "*"])
      assert.deepEqual(checkServices(plan(known), ["dynamodb", "s3"]), plan(known));
    assert.throws(() => checkServices(plan("dynamo"), ["dynamodb", "s3"]), {
      name: "TypeError",
      message: 'rules[1].service is "dynamo": allowed are, maybe with *, dynamodb, s3',
    });
  });
});
