import { grants } from "../grantingTypes.ts";
import type { Rule } from "../rule.ts";

/**
 * What may grant access is refused until somebody has decided about it: in a rule, or as harmless in grantingTypes.ts.
 * @param known types that other rules look at.
 */
export const unknownTypeRule = (known: ReadonlySet<string>): Rule => ({
  name: "granting-type-is-known",
  description: "What may grant access is of a type that a rule looks at",
  ids: ["own"],
  types: "any",
  check: ({ type, props }) => {
    const why = known.has(type) ? undefined : grants(type, Object.keys(props));
    return why === undefined ? [] : [`${type} ${why}, and no rule knows it`];
  },
});
