/** `npm run -s dsp -- ...`: the platform's command line. It reads stack outputs and speaks AWS SDK, locally as on AWS. */
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { approvals } from "./commands/approvals.ts";
import { archive } from "./commands/archive.ts";
import { chaos } from "./commands/chaos.ts";
import { deploy } from "./commands/deploy.ts";
import { doctor } from "./commands/doctor.ts";
import { invoke } from "./commands/invoke.ts";
import { jobs } from "./commands/jobs.ts";
import { logs } from "./commands/logs.ts";
import { mail } from "./commands/mail.ts";
import { metrics } from "./commands/metrics.ts";
import { newCommand } from "./commands/new.ts";
import { notebooks } from "./commands/notebooks.ts";
import { openApi } from "./commands/openApi.ts";
import { outputs } from "./commands/outputs.ts";
import { predict } from "./commands/predict.ts";
import { ps } from "./commands/ps.ts";
import { seed } from "./commands/seed.ts";
import { snowflake } from "./commands/snowflake.ts";
import { state } from "./commands/state.ts";
import { teardown } from "./commands/teardown.ts";
import { trace } from "./commands/trace.ts";
import { namesAfter } from "./lib/completions.ts";
import { explain } from "./lib/failure.ts";
import { choosePlatform } from "./lib/stack.ts";

/** yargs' own words, which speak of "non-option arguments". */
const tooFew = "Not enough non-option arguments: got %s, need at least %s";
const missing = "Something is missing: %s given, %s needed.";

/** Names where there are some to be chosen from, else commands and options. */
function complete(
  current: string,
  { name, stack, stateDir }: Record<string, unknown>,
  usual: () => void,
  done: (completions: string[]) => void,
): void {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  const given = { name: text(name), stack: text(stack), stateDir: text(stateDir) };
  // --get-yargs-completions dsp WORD ... CURRENT
  const names = current.startsWith("-") ? undefined : namesAfter(hideBin(process.argv).slice(2, -1), given);
  if (names) done(names);
  else usual();
}

await yargs(hideBin(process.argv))
  .scriptName("dsp")
  .usage("$0 <command>\n\nWorks on a deployed stack: the local one, or with --stack any other.")
  .option("stack", { type: "string", describe: "Stack to work on [default: PULUMI_STACK, else local]", global: true })
  .option("name", { type: "string", describe: "Platform of npm start -- --name NAME", global: true })
  .option("state-dir", { type: "string", describe: "Platform of npm start -- --state-dir DIR", global: true })
  .conflicts("name", "state-dir")
  .option("json", { type: "boolean", default: false, describe: "Print JSON", global: true })
  .middleware(({ name, stateDir }) => choosePlatform({ name, stateDir }))
  .command(outputs)
  .command(logs)
  .command(archive)
  .command(approvals)
  .command(mail)
  .command(deploy)
  .command(doctor)
  .command(predict)
  .command(snowflake)
  .command(notebooks)
  .command(jobs)
  .command(openApi)
  .command(newCommand)
  .command(invoke)
  .command(trace)
  .command(metrics)
  .command(ps)
  .command(state)
  .command(seed)
  .command(chaos)
  .command(teardown)
  .completion("completion", "Print a script for shell completion", complete)
  .demandCommand(1, "Say which command.")
  .updateStrings({ [tooFew]: { one: missing, other: missing } as never })
  .strict()
  .recommendCommands()
  .wrap(Math.min(120, process.stdout.columns ?? 100))
  .fail((message, error, parser) => {
    // yargs reports a wrong use by message, and what a command threw by error.
    if (error) {
      console.error(explain(error));
      process.exit(1);
    }
    console.error(`${message}\n`);
    parser.showHelp("error");
    process.exit(2);
  })
  .parseAsync();
