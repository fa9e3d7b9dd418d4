/**
 * `npm run smoke:aws [-- --region eu-west-1] [--config KEY=VALUE ...] [--keep]`: deploys a throw-away stack to the account of the current AWS
 * credentials with the real Pulumi CLI, and holds it against what `npm run conformance` holds the local cloud against; then
 * destroys it. Costs a few cents. Never run against an account that must stay as it is.
 */
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { parse } from "yaml";
import { openAccount } from "./conformance/account.ts";
import { again, policy, preview, refresh, requests, up } from "./conformance/parts/deploy.ts";
import { canary, config } from "./conformance/parts/update.ts";
import { printResults, type Results } from "./conformance/report.ts";
import { hasFailed, runParts } from "./conformance/run.ts";
import type { Deployment } from "./conformance/session.ts";
import { examineAccount } from "./lib/examine/account.ts";
import { explain, Failure } from "./lib/failure.ts";
import { askPulumi, pulumiCommand } from "./lib/pulumi.ts";

const parts = [preview, up, again, policy, refresh, requests, canary, config];

const { values: options } = parseArgs({
  options: {
    region: { type: "string", default: process.env.AWS_REGION ?? "eu-west-1" },
    config: { type: "string", multiple: true, default: [] },
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
  const configuration = readConfiguration(options.config);
  await expectReady(String(Account));
  await confirm(`Deploy a throw-away stack to account ${Account}, ${options.region}?`);
  const deployment = openAccount(String(Account), options.region);
  deployment.workspace.configure(configuration);
  // The npm package downloads the CLI at its first use, and says so where a user sees it.
  await askPulumi(["version"], "smoke");
  const results: Results = new Map();
  await runParts(parts, deployment, results);
  printResults(results);
  if (hasFailed(results)) console.log(`\nlogs of every command: ${deployment.workspace.folder}/logs`);
  await remove(deployment, results);
  return !hasFailed(results);
}

/** @throws {Failure} with what the account does not have yet, as `dsp doctor` says it. */
async function expectReady(account: string): Promise<void> {
  const findings = await examineAccount({ region: options.region }, [account]);
  const wanting = findings.filter(({ ok }) => !ok);
  if (wanting.length > 0)
    throw new Failure(wanting.map(({ check, found, fix }) => `${check}: ${found}\n  ${fix}`).join("\n"));
}

/** @param pairs `KEY=VALUE` of the program's own keys; a value as YAML has it. */
function readConfiguration(pairs: string[]): Record<string, unknown> {
  const entries = pairs.map((pair) => {
    const [, key, value] = /^(\w+)=(.*)$/.exec(pair) ?? [];
    if (!key) throw new Failure(`--config is "${pair}"; allowed is KEY=VALUE, as recommenderImageUri=REPOSITORY:TAG`);
    return [key, parse(value ?? "")];
  });
  return Object.fromEntries(entries);
}

async function remove({ pulumi, workspace }: Deployment, results: Results): Promise<void> {
  const command = `${pulumiCommand()} -C ${workspace.program} destroy --stack ${pulumi.stack}`;
  if (options.keep) {
    console.log(`Kept: ${command}`);
    return;
  }
  try {
    if (results.get(up)?.state !== "skipped") await pulumi.run("destroy");
    await pulumi.text("stack", "rm", "--yes");
  } catch (error) {
    throw new Failure(`${explain(error)}\nWhat is left costs money: ${command}`);
  }
  if (!hasFailed(results)) workspace.drop();
}

async function confirm(question: string): Promise<void> {
  if (options.yes) return;
  if (!process.stdin.isTTY) throw new Failure("Say --yes to run without a terminal.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} (yes/no) `);
  terminal.close();
  if (answer !== "yes") throw new Failure("Nothing was deployed.");
}
