import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import type { Argv, CommandModule } from "yargs";
import { confirmed } from "../lib/confirmed.ts";
import { Failure } from "../lib/failure.ts";
import { PlatformClient } from "../lib/platformClient.ts";
import { printJson, printTable } from "../lib/print.ts";
import { readStack } from "../lib/stack.ts";
import { waitFor } from "../lib/waiting.ts";

interface Common {
  stack?: string;
  json?: boolean;
}

interface Named extends Common {
  job: string;
}

interface Job {
  JobId: string;
  script: string;
  schedule?: string;
  timezone: string;
  LastRunId?: string;
  LastRunState?: string;
  LastRunAt?: string;
}

interface Run {
  RunId: string;
  State: string;
  StateDetails?: string;
  Trigger?: string;
  CreatedAt: string;
  EndedAt?: string;
}

const open = async ({ stack }: Common) => new PlatformClient(await readStack(stack));
/** Ids are names in lower case. */
const path = (job: string) => `/jobs/${encodeURIComponent(job.toLowerCase())}`;
const runPath = (job: string, run: string) => `${path(job)}/runs/${encodeURIComponent(run)}`;
const hasEnded = ({ State }: Run) => /^(SUCCESS|FAILED|CANCELLED)$/.test(State);

const colours: Record<string, (text: string) => string> = { SUCCESS: pc.green, FAILED: pc.red, CANCELLED: pc.dim };
const coloured = (state: string) => (colours[state] ?? pc.yellow)(state);

const list: CommandModule<object, Common> = {
  command: "list",
  describe: "List jobs, newest first",
  async handler(options) {
    const client = await open(options);
    const jobs: Job[] = await client.all("/jobs");
    if (options.json) return printJson(jobs);
    if (jobs.length === 0) return console.log("No jobs.");
    printTable(
      jobs.map(({ JobId, script, schedule, timezone, LastRunState, LastRunAt = "" }) => [
        JobId,
        script,
        schedule ? `${schedule} ${timezone}` : "by request",
        LastRunState ? coloured(LastRunState) : pc.dim("never run"),
        LastRunAt,
      ]),
    );
  },
};

const named = <Options>(command: Argv<Options>) =>
  command.positional("job", { type: "string", demandOption: true, describe: "The job's name" });

/** What makes a job where there is none of that name. */
const creating = <Options>(command: Argv<Options>) =>
  command
    .option("script", { type: "string", describe: "Script, where the job is to be made [default: the stack's]" })
    .option("timeout", { type: "number", describe: "Minutes after which a run is ended, where the job is to be made" })
    .option("retries", { type: "number", describe: "Tries after the first, where the job is to be made" })
    .option("arg", { type: "string", array: true, describe: "An argument of the script" });

interface Making extends Named {
  script?: string;
  timeout?: number;
  retries?: number;
  arg?: string[];
}

const settings = ({ script, timeout, retries, arg }: Making) => ({
  ...(script && { script }),
  ...(timeout !== undefined && { timeout_minutes: timeout }),
  ...(retries !== undefined && { retries }),
  ...(arg && { args: arg.map(String) }),
});

const run: CommandModule<object, Making & { wait: boolean }> = {
  command: "run <job>",
  describe: "Run a job now; with a new name, make it first",
  builder: (command) =>
    creating(named(command))
      .option("wait", { type: "boolean", default: true, describe: "Wait for its end, and print the end of its log" })
      .example("dsp jobs run predictions --script iris_predictions.py --arg=--days --arg=7", "A week"),
  async handler(options) {
    const { job, arg, wait, json } = options;
    const client = await open(options);
    const there: Job | undefined = await client.find(path(job));
    let runId: string;
    if (there) runId = (await client.post(`${path(job)}/runs`, arg ? { args: arg.map(String) } : {})).RunId;
    else runId = (await client.post("/jobs", { job_name: job, run_on_init: true, ...settings(options) })).LastRunId;
    const look = (): Promise<Run & { LastLog?: string }> => client.get(runPath(job, runId));
    const done = wait
      ? await waitFor(`${job} ${runId}`, look, { state: ({ State }) => State, isDone: hasEnded })
      : await look();
    if (json) printJson(done);
    else console.log(`${runId} ${coloured(done.State)}${done.LastLog ? `\n${done.LastLog.trimEnd()}` : ""}`);
    if (done.State === "FAILED") throw new Failure(`${job} failed: ${done.StateDetails ?? "see its log"}`);
  },
};

const schedule: CommandModule<object, Making & { expression?: string; timezone?: string; off: boolean }> = {
  command: "schedule <job> [expression]",
  describe: "Run a job at times; with a new name, make it first",
  builder: (command) =>
    creating(named(command))
      .positional("expression", { type: "string", describe: 'Such as "cron(30 2 * * ? *)" or "rate(1 day)"' })
      .option("timezone", { type: "string", describe: "Such as Europe/Berlin [default: UTC, or as before]" })
      .option("off", { type: "boolean", default: false, describe: "End the schedule" })
      .example('dsp jobs schedule predictions "cron(30 2 * * ? *)" --timezone Europe/Berlin', "Each night"),
  async handler(options) {
    const { job, expression, timezone, off, json } = options;
    if (off === (expression !== undefined)) throw new Failure('Give an expression such as "rate(1 day)", or --off');
    const client = await open(options);
    const zone = timezone ? { timezone } : {};
    const there: Job | undefined = await client.find(path(job));
    if (off && !there) throw new Failure(`There is no job ${job}. See: dsp jobs list`);
    const made: Job = there
      ? await client.patch(path(job), { schedule: off ? null : expression, ...zone, ...settings(options) })
      : await client.post("/jobs", { job_name: job, schedule: expression, ...zone, ...settings(options) });
    if (json) printJson(made);
    else console.log(made.schedule ? `${job} runs ${made.schedule} ${made.timezone}` : `${job} runs by request`);
  },
};

const history: CommandModule<object, Named> = {
  command: "history <job>",
  describe: "List a job's runs, newest first",
  builder: named,
  async handler(options) {
    const client = await open(options);
    const runs: Run[] = await client.all(`${path(options.job)}/runs`);
    if (options.json) return printJson(runs);
    if (runs.length === 0) return console.log("No runs.");
    printTable(
      runs.map(({ RunId, State, Trigger = "", CreatedAt, EndedAt }) => [
        RunId,
        coloured(State),
        Trigger,
        CreatedAt,
        EndedAt ? `${((Date.parse(EndedAt) - Date.parse(CreatedAt)) / 1_000).toFixed(1)} s` : "",
      ]),
    );
  },
};

const withRun = <Options>(command: Argv<Options>) =>
  named(command).positional("run", { type: "string", describe: "The run's id [default: the last one]" });

/** @throws {Failure} where the job has never run. */
async function chosenRun(client: PlatformClient, job: string, given: string | undefined): Promise<string> {
  const id = given ?? ((await client.get(path(job))) as Job).LastRunId;
  if (!id) throw new Failure(`${job} has never run. Run it: dsp jobs run ${job}`);
  return id;
}

const logs: CommandModule<object, Named & { run?: string; follow: boolean }> = {
  command: "logs <job> [run]",
  describe: "Print a run's log",
  builder: (command) =>
    withRun(command).option("follow", { alias: "f", type: "boolean", default: false, describe: "Go on until it ends" }),
  async handler({ job, run: given, follow, ...options }) {
    const client = await open(options);
    const id = await chosenRun(client, job, given);
    let token: string | undefined;
    for (;;) {
      const page = await client.get(`${runPath(job, id)}/logs`, { token });
      for (const line of page.lines) {
        if (options.json) console.log(JSON.stringify(line));
        else console.log(line.stream === "stderr" ? pc.dim(line.message) : line.message);
      }
      token = page.token;
      // Where lines came, there may be more of them.
      if (page.lines.length > 0) continue;
      if (!follow || page.done) return;
      await sleep(1_000);
    }
  },
};

const cancel: CommandModule<object, Named & { run?: string }> = {
  command: "cancel <job> [run]",
  describe: "Cancel a run",
  builder: withRun,
  async handler({ job, run: given, ...options }) {
    const client = await open(options);
    const id = await chosenRun(client, job, given);
    const cancelled: Run = await client.delete(runPath(job, id));
    if (options.json) printJson(cancelled);
    else console.log(`${id} ${coloured(cancelled.State)}`);
  },
};

const remove: CommandModule<object, Named & { yes: boolean }> = {
  command: "delete <job>",
  describe: "Delete a job, its schedule and its history; asks first",
  builder: (command) => named(command).option("yes", { type: "boolean", default: false, describe: "Do not ask" }),
  async handler({ job, yes, ...options }) {
    const client = await open(options);
    await client.get(path(job));
    if (!yes && !(await confirmed(`Delete job ${job} with its history?`))) throw new Failure("Nothing was deleted.");
    await client.delete(path(job));
    if (options.json) printJson({ JobId: job.toLowerCase(), deleted: true });
    else console.log(`${job} is deleted`);
  },
};

/** `dsp jobs`: Spark jobs of the platform, by its API. */
export const jobs: CommandModule = {
  command: "jobs",
  describe: "Run, schedule and follow Spark jobs",
  builder: (command) =>
    command
      .command(list)
      .command(run)
      .command(schedule)
      .command(history)
      .command(logs)
      .command(cancel)
      .command(remove)
      .demandCommand(1, "Say which: list, run, schedule, history, logs, cancel or delete."),
  handler() {},
};
