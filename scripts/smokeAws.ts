/**
 * `npm run smoke:aws [-- --region eu-west-1] [--keep]`: deploys a throw-away stack to the account of the current AWS
 * credentials with the real Pulumi CLI, tries every promise from outside, deploys again (nothing may change), destroys.
 * Costs a few cents. Never run against an account that must stay as it is.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { exercise } from "./lib/exercise.ts";
import { explain, Failure } from "./lib/failure.ts";
import { readStack } from "./lib/stack.ts";

const { values: options } = parseArgs({
  options: {
    region: { type: "string", default: process.env.AWS_REGION ?? "eu-west-1" },
    keep: { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
  },
});

try {
  process.exitCode = (await smoke()) ? 0 : 1;
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

async function smoke(): Promise<boolean> {
  const { Account } = await new STSClient({ region: options.region }).send(new GetCallerIdentityCommand({}));
  await confirm(`Deploy a throw-away stack to account ${Account}, ${options.region}?`);
  const stack = `smoke${randomBytes(3).toString("hex")}`;
  await pulumi("stack", "init", stack);
  try {
    await pulumi("config", "set", "aws:region", options.region, "--stack", stack);
    await pulumi("config", "set", "--path", "aws:allowedAccountIds[0]", String(Account), "--stack", stack);
    await pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    const failed = await exercise(await readStack(stack), console.log);
    // The same source must be the same deployment.
    await pulumi("preview", "--expect-no-changes", "--stack", stack);
    return failed.length === 0;
  } finally {
    if (options.keep) console.log(`Kept: npx pulumi destroy --stack ${stack}`);
    else {
      await pulumi("destroy", "--yes", "--skip-preview", "--stack", stack);
      await pulumi("stack", "rm", "--yes", stack);
    }
  }
}

async function confirm(question: string): Promise<void> {
  if (options.yes) return;
  if (!process.stdin.isTTY) throw new Failure("Say --yes to run without a terminal.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} (yes/no) `);
  terminal.close();
  if (answer !== "yes") throw new Failure("Nothing was deployed.");
}

async function pulumi(...args: string[]): Promise<void> {
  const child = spawn("pulumi", args, { stdio: "inherit" });
  const [code] = await once(child, "exit").catch(() => {
    throw new Failure("The Pulumi CLI was not found. Run through npm: npm run smoke:aws");
  });
  if (code !== 0) throw new Failure(`pulumi ${args.join(" ")} ended with ${code}`);
}
