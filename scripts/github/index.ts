/**
 * `npm run github`: what workflows write on GitHub. In a pull request a comment for each stack, for drift an issue for each
 * stack; both are brought up to date where they are.
 */
import { existsSync, readFileSync } from "node:fs";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { explain, Failure } from "../lib/failure.ts";
import { GitHub, settingsFrom } from "./api.ts";
import { driftIssue, driftMarker, driftTitle } from "./driftIssue.ts";
import { readOperation } from "./operation.ts";
import { previewComment, previewMarker } from "./previewComment.ts";

const { env } = process;

const common = {
  stack: { type: "string", demandOption: true, describe: "Name of the stack" },
  events: { type: "string", demandOption: true, describe: "File that pulumi --event-log has written" },
} as const;

function read(option: string, file: string): string {
  if (!existsSync(file)) throw new Failure(`--${option} is ${file}; allowed is a file that is there`);
  return readFileSync(file, "utf8");
}

const runUrl = (): string => `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/actions/runs/${env.GITHUB_RUN_ID}`;

/** Of the event that has started the workflow. */
function pullRequest(): { number: number; commit: string } {
  const event = JSON.parse(read("event", env.GITHUB_EVENT_PATH ?? "")) as {
    pull_request?: { number: number; head: { sha: string } };
  };
  if (!event.pull_request) throw new Failure("GITHUB_EVENT_PATH has no pull request: this runs for pull_request alone");
  return { number: event.pull_request.number, commit: event.pull_request.head.sha };
}

const commands = yargs(hideBin(process.argv))
  .scriptName("npm run github --")
  .command(
    "preview",
    "Comments on the pull request what it would change in a stack",
    (command) =>
      command.options({
        ...common,
        plan: { type: "string", describe: "File with what npm run plan -- --format markdown says" },
      }),
    async ({ stack, events, plan }) => {
      const { number, commit } = pullRequest();
      const operation = readOperation(read("events", events));
      const planned = plan && existsSync(plan) ? read("plan", plan).trim() : "";
      const found = { stack, commit, runUrl: runUrl(), operation, ...(planned && { plan: planned }) };
      const github = new GitHub(settingsFrom(env));
      console.log(await github.comment(number, previewMarker(stack), previewComment(found, env)));
    },
  )
  .command(
    "drift",
    "Opens, updates or closes the issue about a stack that is not as it was deployed",
    (command) => command.options(common),
    async ({ stack, events }) => {
      const { changes, errors } = readOperation(read("events", events));
      const github = new GitHub(settingsFrom(env));
      if (changes.length > 0) {
        const body = driftIssue({ stack, runUrl: runUrl(), changes }, env);
        console.log(
          `${changes.length} differ: issue ${await github.report(driftMarker(stack), driftTitle(stack), body)}`,
        );
      } else if (errors.length === 0) {
        const closed = await github.settle(driftMarker(stack), `Nothing differs any more: ${runUrl()}`);
        console.log(closed ? "nothing differs: issue closed" : "nothing differs");
      }
      // What could not be read may differ, too.
      if (errors.length > 0) throw new Failure(errors.join("\n"));
    },
  )
  .demandCommand(1, 1)
  .strict()
  .fail((message, error) => {
    throw error ?? new Failure(message);
  });

try {
  await commands.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
