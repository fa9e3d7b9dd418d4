import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import type { Part } from "../part.ts";
import { Pulumi } from "../pulumi.ts";

/** Names of the rules in force, of the table in docs/policy.md, which is made from them. */
function rulesOf(program: string): string[] {
  const text = readFileSync(join(program, "docs/policy.md"), "utf8");
  return [...text.matchAll(/^\| `([a-z-]+-[a-z-]+)` \|/gm)].map(([, name]) => name!);
}

export const rules: Part = {
  name: "rules",
  description: "each rule of the policy pack refuses a resource that breaks it",
  judge: "pulumi",
  async run({ workspace, environment }) {
    const folder = join(workspace.program, "test/policy/broken");
    const pulumi = new Pulumi({ folder, stack: "prod", environment, logs: join(workspace.folder, "logs") });
    await pulumi.text("stack", "init");
    const { violations, errors } = await pulumi.attempt("preview", "--policy-pack", join(workspace.program, "policy"));
    const reported = new Set(violations.map((violation) => violation.split(":")[0]));
    const all = rulesOf(workspace.program);
    const silent = all.filter((rule) => !reported.has(rule));
    if (silent.length > 0) throw new Failure(`nothing is refused by ${silent.join(", ")} ${errors.join("\n")}`);
    return `${all.length} rules refuse`;
  },
};
