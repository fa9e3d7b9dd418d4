/**
 * `npm run smoke:aws [-- --region eu-west-1] [--keep]`: deploys a throw-away stack to the account of the current AWS
 * credentials with the real Pulumi CLI, tries every promise from outside, deploys again (nothing may change), destroys.
 * Costs a few cents. Never run against an account that must stay as it is.
 */
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { exercise } from "./lib/exercise.ts";
import { explain, Failure } from "./lib/failure.ts";
import { pulumiCommand, runPulumi } from "./lib/pulumi.ts";
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
  // By that name its data goes with it: components/statefulness.ts.
  const stack = `smoke-${randomBytes(3).toString("hex")}`;
  await runPulumi(["stack", "init", stack]);
  let passed = false;
  try {
    passed = await prove(stack, String(Account));
  } catch (error) {
    // Said before the clean-up, which may fail for the same reason and must not take its place.
    console.error(explain(error));
  }
  if (options.keep) console.log(`Kept: ${pulumiCommand()} destroy --stack ${stack}`);
  else await remove(stack);
  return passed;
}

/** @returns whether every promise was kept. */
async function prove(stack: string, account: string): Promise<boolean> {
  await runPulumi(["config", "set", "aws:region", options.region, "--stack", stack]);
  await runPulumi(["config", "set", "--path", "aws:allowedAccountIds[0]", account, "--stack", stack]);
  await runPulumi(["up", "--yes", "--skip-preview", "--stack", stack]);
  const failed = await exercise(await readStack(stack), console.log);
  // The same source must be the same deployment.
  await runPulumi(["preview", "--expect-no-changes", "--stack", stack]);
  return failed.length === 0;
}

async function remove(stack: string): Promise<void> {
  try {
    await runPulumi(["destroy", "--yes", "--skip-preview", "--stack", stack]);
    await runPulumi(["stack", "rm", "--yes", stack]);
  } catch (error) {
    throw new Failure(`${explain(error)}. What is left costs money: ${pulumiCommand()} destroy --stack ${stack}`);
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
