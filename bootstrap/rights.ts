/** docs/deploy-rights.md, from the rights themselves: `npm run rights:document`. */
import { scopeOf } from "./deployPolicy.ts";
import type { Place } from "./place.ts";
import { readActions } from "./readActions.ts";
import { writeActions } from "./writeActions.ts";

/** Where a value of the account's own stands in the policies. */
const anywhere: Place = {
  account: "ACCOUNT",
  region: "REGION",
  project: "PROJECT",
  environment: "ENV",
  bucketPrefixes: ["PREFIX"],
  boundary: "BOUNDARY",
  stateBucket: "STATE",
  stateKey: "STATE-KEY",
  secretsKey: "SECRETS-KEY",
};

/** Without what is the same in each: `function:*` of `arn:aws:lambda:REGION:ACCOUNT:function:*`. */
const short = (arn: string): string => (arn === "*" ? arn : arn.split(":").slice(5).join(":"));

const lines = (type: string): string[] =>
  Object.entries(writeActions[type] ?? {}).map(([action, why]) => {
    const { resources, condition } = scopeOf(action, anywhere);
    const narrowed = Object.entries(condition?.StringEquals ?? {}).map(
      ([key, value]) => `\`${key}\` ${[value].flat().join(", ")}`,
    );
    const on = [resources.map((one) => `\`${short(one)}\``).join(", "), ...narrowed].join("; ");
    return `| \`${action}\` | ${on} | ${why} |`;
  });

/** The page, with a newline at its end. */
export function rightsDocument(): string {
  const sections = Object.keys(writeActions)
    .sort()
    .filter((type) => lines(type).length > 0)
    .map((type) => {
      const reads = (readActions[type] ?? []).map((action) => `\`${action}\``).join(", ");
      return `## ${type}

| action | on | why |
|---|---|---|
${lines(type).join("\n")}
${reads && `\nReads: ${reads}\n`}`;
    });
  return `# What the deploy roles may do, and why

Made by \`npm run rights:document\` from [writeActions](../bootstrap/writeActions), [readActions.ts](../bootstrap/readActions.ts) and
[deployPolicy.ts](../bootstrap/deployPolicy.ts), which the roles of \`bootstrap/\` are made from, too. What is read is granted in the region, roles by
their names; ENV is the environment, PREFIX one of config \`bucketPrefixes\`. [Set up](deploy.md), [who is trusted with what](threat-model.md).

${sections.join("\n")}`;
}
