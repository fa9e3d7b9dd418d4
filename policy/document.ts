/** `npm run policy:document`: writes docs/policy.md, the rules as they are in force. */
import { writeFileSync } from "node:fs";
import { rules } from "./check.ts";
import type { Rule } from "./rule.ts";

/** Whose ids a column has. */
const columns: [title: string, ids: RegExp][] = [
  ["Security Hub", /^[A-Z]\w*\.\d+$/],
  ["CIS 5.0", /^CIS /],
  ["cdk-nag", /^(AwsSolutions|Serverless)-/],
  ["checkov", /^CKV/],
];

function row({ name, description, ids }: Rule): string {
  const cells = columns.map(([, form]) => ids.filter((id) => form.test(id)).map((id) => id.replace(/^CIS /, "")));
  const own = ids.includes("own") ? "own" : "";
  return `| \`${name}\` | ${description} | ${cells.map((cell, index) => cell.join(", ") || (index === 0 ? own : "")).join(" | ")} |`;
}

/** The text of docs/policy.md. */
export const document = (): string => `# The rules of the policy pack

\`pulumi preview --policy-pack policy\` and \`pulumi up --policy-pack policy\` hold every resource against these rules, all of them
mandatory. The ids are those of the same rule elsewhere: AWS Security Hub, the CIS AWS Foundations Benchmark, cdk-nag and
checkov; "own" is a rule that none of them has. What only the deployment will know is looked at then, before the resource is made.
\`npm start\` looks at the local stack by the same rules after each run, and prints what they would refuse as a warning.

This file is made from the rules in \`policy/rules\` by \`npm run policy:document\`.

| rule | what it asks for | ${columns.map(([title]) => title).join(" | ")} |
|${"---|".repeat(columns.length + 2)}
${rules
  .toSorted((one, other) => (one.name < other.name ? -1 : 1))
  .map(row)
  .join("\n")}

## What the configuration decides

| key | what it says |
|---|---|
| \`publicRoutes\` | routes that anyone may call, each after its API's name: \`whodis GET /whodis\` |
| \`aws:allowedAccountIds\` | the stack's account: other accounts' principals are strangers in a policy |
| \`logKeyArn\` | the key that log groups are encrypted with |
| \`sageMakerKeyArn\`, \`sageMakerInternet\` | the key of SageMaker's volumes; whether models and notebooks may reach the internet |

In stacks named dev, local, test or smoke (\`dev-anna\` too) data may be thrown away, and the account may be left unsaid.

## Left out, on purpose

| what others ask for | why it is no rule |
|---|---|
| functions in a VPC (CKV_AWS_117, Lambda.3) | they reach AWS's services alone, by IAM; a network would add cost and no boundary |
| signed code (CKV_AWS_272) | the code comes from this program, by the pipeline that deploys it |
| a cache of an API (CKV_AWS_120) | answers are a caller's own |
| replication to another region (CKV_AWS_144, S3.7) | data may not leave the region unless somebody decides so |
| client certificates of an API (APIGateway.2) | integrations are functions, which API Gateway calls by IAM |
`;

if (process.argv[1]?.endsWith("policy/document.ts")) writeFileSync("docs/policy.md", document());
