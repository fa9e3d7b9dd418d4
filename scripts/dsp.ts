/** `npm run -s dsp -- ...`: the platform's command line. It reads stack outputs and speaks AWS SDK, locally as on AWS. */
import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { namesAfter } from "./lib/completions.ts";
import { explain } from "./lib/failure.ts";
import { misuse } from "./lib/misuse.ts";
import { choosePlatform } from "./lib/stack.ts";

/** yargs' own words, which speak of "non-option arguments". */
const tooFew = "Not enough non-option arguments: got %s, need at least %s";
const missing = "Something is missing: %s given, %s needed.";

/** Each is loaded when it is meant: the SDK's clients of all of them take longer than most commands. */
const commands: Record<string, () => Promise<unknown>> = {
  outputs: async () => (await import("./commands/outputs.ts")).outputs,
  logs: async () => (await import("./commands/logs.ts")).logs,
  archive: async () => (await import("./commands/archive.ts")).archive,
  approvals: async () => (await import("./commands/approvals.ts")).approvals,
  mail: async () => (await import("./commands/mail.ts")).mail,
  deploy: async () => (await import("./commands/deploy.ts")).deploy,
  doctor: async () => (await import("./commands/doctor.ts")).doctor,
  predict: async () => (await import("./commands/predict.ts")).predict,
  snowflake: async () => (await import("./commands/snowflake.ts")).snowflake,
  notebooks: async () => (await import("./commands/notebooks.ts")).notebooks,
  jobs: async () => (await import("./commands/jobs.ts")).jobs,
  openapi: async () => (await import("./commands/openApi.ts")).openApi,
  new: async () => (await import("./commands/new.ts")).newCommand,
  invoke: async () => (await import("./commands/invoke.ts")).invoke,
  trace: async () => (await import("./commands/trace.ts")).trace,
  metrics: async () => (await import("./commands/metrics.ts")).metrics,
  ps: async () => (await import("./commands/ps.ts")).ps,
  state: async () => (await import("./commands/state.ts")).state,
  seed: async () => (await import("./commands/seed.ts")).seed,
  chaos: async () => (await import("./commands/chaos.ts")).chaos,
  teardown: async () => (await import("./commands/teardown.ts")).teardown,
};

/** The command that the first word names; all of them for whoever wants help, or has not written one. */
async function chosen(): Promise<CommandModule[]> {
  const words = hideBin(process.argv);
  // --get-yargs-completions dsp WORD ... CURRENT
  const [first = ""] = words[0] === "--get-yargs-completions" && words.length > 3 ? words.slice(2) : words;
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  const modules = (named ? [named] : Object.values(commands)).map((load) => load() as Promise<CommandModule>);
  return Promise.all(modules);
}

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
  .command(await chosen())
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
    parser.showHelp((help) => console.error(misuse(message, help)));
    process.exit(2);
  })
  .parseAsync();
