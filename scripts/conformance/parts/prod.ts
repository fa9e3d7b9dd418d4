import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { Failure } from "../../lib/failure.ts";
import type { Part } from "../part.ts";
import { asAdministrator } from "../roles.ts";
import { runScript } from "../script.ts";
import { counted, expectNoChanges, type Session } from "../session.ts";

const stack = "prod";

/** What is not here: the account; what builds images and networks (awsx); budgets, and applications of jobs, in the judges' provider. */
const replaced = {
  "aws:allowedAccountIds": ["000000000000"],
  "data-science-platform:recommenderImageUri": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/recommender:1",
  "data-science-platform:platformNetwork": false,
  "data-science-platform:notebookInternet": true,
  "data-science-platform:monthlyBudget": 0,
  "data-science-platform:monthlyBudgetMails": [],
};

export const prod: Part = {
  name: "prod",
  description: "Pulumi.prod.yaml: up, an up that changes nothing, and dsp teardown, which wants the stack's name typed",
  judge: "pulumi",
  needs: ["bootstrap"],
  async run(session) {
    const { pulumi: cli, workspace } = session;
    const file = join(workspace.program, `Pulumi.${stack}.yaml`);
    const local = parse(readFileSync(join(workspace.program, "Pulumi.local.yaml"), "utf8")).config;
    const job = "data-science-platform:jobApplicationArn";
    const { config } = parse(readFileSync(file, "utf8"));
    writeFileSync(file, stringify({ config: { ...config, ...replaced, [job]: local[job] } }));
    const pulumi = cli.as(asAdministrator, stack);
    await pulumi.text("stack", "init");
    const made = await pulumi.run("up");
    expectNoChanges("a second up", await pulumi.run("up"));
    const kept = protectedOf(await pulumi.text("stack", "export"));
    if (kept === 0) throw new Failure("nothing of the stack is protected");
    await expectRefused(session);
    await teardown(session, "--yes", stack);
    if (protectedOf(await pulumi.text("stack", "export")) > 0) throw new Failure("dsp teardown has left something");
    await pulumi.text("stack", "rm", "--yes");
    return `${counted(made)}, ${kept} protected; all of it gone`;
  },
};

function protectedOf(text: string): number {
  const { deployment } = JSON.parse(text) as { deployment: { resources?: { protect?: boolean }[] } };
  return (deployment.resources ?? []).filter(({ protect }) => protect).length;
}

async function expectRefused(session: Session): Promise<void> {
  const said = await teardown(session, "--yes", "dev").catch((error: Failure) => error.message);
  if (!said.includes('--yes is "dev"; allowed is the stack\'s name, prod')) {
    throw new Failure(`dsp teardown takes another name than the stack's:\n${said}`);
  }
}

/** @throws {Failure} with what it said, when it fails. */
const teardown = (session: Session, ...args: string[]): Promise<string> =>
  runScript(session, "dsp teardown", "scripts/dsp.ts", "teardown", "--stack", stack, ...args);
