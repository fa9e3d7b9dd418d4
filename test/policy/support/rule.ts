import assert from "node:assert/strict";
import { rules } from "../../../policy/check.ts";
import { looksAt, type Resource, type StackFacts } from "../../../policy/rule.ts";
import { defaultTags } from "./resources.ts";

type Facts = Partial<StackFacts>;
type Given = Omit<Resource, "type" | "name"> & { name?: string };

/** Rules that a test has seen pass and fail: test/policy/rules.test.ts asks for all of them. */
export const tested = new Set<string>();

/**
 * A rule, a resource that keeps it, and resources that break it: for each what is to be said of it.
 * @param type the resource's type, without `aws:` where it is one of AWS's.
 * @param keeps none, where every resource of the type breaks it.
 */
export function rule(
  name: string,
  type: string,
  keeps: (Given & { facts?: Facts }) | undefined,
  breaks: [what: string, given: Given & { facts?: Facts }, message: RegExp][],
): void {
  const found = rules.find((one) => one.name === name);
  const run = ({ facts, ...given }: Given & { facts?: Facts }) => {
    assert.ok(found, `no rule ${name}`);
    const token = type.includes("/") ? `aws:${type}` : type;
    assert.ok(looksAt(found, token), `${name} does not look at ${type}`);
    const known = { stack: "prod", publicRoutes: [], defaultTags, resources: [], ...facts };
    return found.check({ type: token, name: "it", ...given }, known);
  };
  tested.add(name);
  describe(name, () => {
    if (keeps) it("admits what keeps it", () => assert.deepEqual(run(keeps), []));
    for (const [what, given, message] of breaks) {
      it(`refuses ${what}`, () => {
        const violations = run(given);
        assert.ok(
          violations.some((violation) => message.test(violation)),
          `${message} is not said, but: ${violations.join("; ") || "nothing"}`,
        );
      });
    }
  });
}
