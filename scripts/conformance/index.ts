/**
 * `npm run conformance`: deploys a throw-away stack with the real Pulumi CLI to a local cloud of its own, and holds what
 * happens against what is promised; nothing leaves the machine. What a tool is missing for is skipped, and said.
 */
import { explain } from "../lib/failure.ts";
import { findJudges, type Judges } from "./judges.ts";
import { type Options, readOptions, usage } from "./options.ts";
import { bootstrap } from "./parts/bootstrap.ts";
import { again, policy, preview, refresh, requests, up } from "./parts/deploy.ts";
import { destroy } from "./parts/destroy.ts";
import { parity, start } from "./parts/local.ts";
import { prod } from "./parts/prod.ts";
import { pullRequest } from "./parts/pullRequest.ts";
import { recorded } from "./parts/recorded.ts";
import { roles } from "./parts/roles.ts";
import { rules } from "./parts/rules.ts";
import { state } from "./parts/state.ts";
import { terraform } from "./parts/terraform.ts";
import { canary, config } from "./parts/update.ts";
import { upgrade } from "./parts/upgrade.ts";
import { comparisons, printResults, type Results } from "./report.ts";
import { hasFailed, runParts } from "./run.ts";
import { openSession } from "./session.ts";

/** In the order in which they run: one stack serves all. */
const parts = [
  upgrade,
  bootstrap,
  state,
  roles,
  preview,
  rules,
  up,
  again,
  policy,
  refresh,
  pullRequest,
  start,
  requests,
  canary,
  config,
  parity,
  prod,
  destroy,
  terraform,
  recorded,
];

try {
  const options = readOptions(process.argv.slice(2), parts);
  if (options.help) console.log(usage(parts));
  else process.exitCode = await run(options);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 2;
}

async function run(options: Options): Promise<number> {
  const judges = findJudges(process.env, options.recorded);
  const results: Results = new Map();
  for (const part of options.parts) {
    const reason = judges.missing[part.judge];
    if (reason) results.set(part, { state: "skipped", found: reason, seconds: 0 });
  }
  if (results.size < options.parts.length) await runOnCloud(judges, options, results);
  printResults(results);
  return hasFailed(results) ? 1 : 0;
}

async function runOnCloud(judges: Judges, options: Options, results: Results): Promise<void> {
  const session = await openSession(judges, options);
  const end = () => void session.close().then(() => process.exit(130));
  process.once("SIGINT", end).once("SIGTERM", end);
  await runParts(options.parts, session, results);
  const keep = options.keep || hasFailed(results);
  await session.close(keep);
  if (keep) console.log(`\nlogs of every command: ${session.workspace.folder}/logs`);
  for (const { what, figure } of comparisons(session.seconds)) console.log(`${what}: ${figure}`);
}
