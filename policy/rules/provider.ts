import { parsed } from "../json.ts";
import { type Rule, unless } from "../rule.ts";
import { isThrowAway } from "../throwAway.ts";

export const providerRules: Rule[] = [
  {
    name: "account-is-said",
    description:
      "Outside dev, the configuration says which account is the stack's: only then are others' callers strangers",
    ids: ["own"],
    types: ["pulumi:providers:aws"],
    check: ({ props }, { stack }) =>
      unless(
        // A provider's settings are JSON in text.
        [parsed(props.allowedAccountIds) ?? []].flat().length > 0 || isThrowAway(stack),
        "allowedAccountIds is missing (config aws:allowedAccountIds)",
      ),
  },
];
