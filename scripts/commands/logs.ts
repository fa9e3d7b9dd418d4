import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, type FilteredLogEvent, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import type { CommandModule } from "yargs";
import { chooseFunctions } from "../lib/functionNames.ts";
import { formatLogEvent, parseAge } from "../lib/logEvents.ts";
import { output, readStack, type Stack } from "../lib/stack.ts";

interface Options {
  functions?: string[];
  stack?: string;
  json?: boolean;
  follow: boolean;
  since: string;
  filter?: string;
}

/** CloudWatch may show an event a little after a later one: each look reaches back this far, and repeats are dropped. */
const overlapMs = 10_000;
const pollMs = 1_000;

/** `dsp logs`: the functions' log groups, merged in the order of time. */
export const logs: CommandModule<object, Options> = {
  command: "logs [functions..]",
  describe: "Show the functions' logs",
  builder: (command) =>
    command
      .positional("functions", {
        type: "string",
        array: true,
        describe: "Names as in output logGroups, or of what they belong to [default: all]",
      })
      .option("follow", { alias: "f", type: "boolean", default: false, describe: "Keep waiting for more" })
      .option("since", { type: "string", default: "10m", describe: "How far back: 30s, 10m, 2h, 1d" })
      .option("filter", { type: "string", describe: "CloudWatch filter pattern, e.g. '{ $.level = \"ERROR\" }'" })
      .example("dsp logs --follow", "Everything, as it comes")
      .example("dsp logs whodis --since 1h", "One function, the last hour")
      .example("dsp logs archiver", "Every function of the archiver"),
  async handler(options) {
    const stack = await readStack(options.stack);
    const groups = chooseGroups(stack, options.functions ?? []);
    const client = new CloudWatchLogsClient(stack.client);
    const seen = new Map<string, number>();
    let from = Date.now() - parseAge(options.since);
    do {
      const events = await Promise.all(groups.map((group) => read(client, group, from, options.filter)));
      for (const { group, event } of events.flat().sort((a, b) => a.event.timestamp! - b.event.timestamp!)) {
        if (seen.has(event.eventId!)) continue;
        seen.set(event.eventId!, event.timestamp!);
        console.log(
          options.json ? JSON.stringify({ function: group.name, ...event }) : formatLogEvent(group.name, event),
        );
        from = Math.max(from, event.timestamp! - overlapMs);
      }
      for (const [id, timestamp] of seen) if (timestamp < from) seen.delete(id);
      if (options.follow) await sleep(pollMs);
    } while (options.follow);
  },
};

interface Group {
  name: string;
  logGroupName: string;
}

function chooseGroups(stack: Stack, names: string[]): Group[] {
  const all = output<Record<string, string>>(stack, "logGroups");
  return chooseFunctions(names, Object.keys(all)).map((name) => ({ name, logGroupName: all[name]! }));
}

async function read(client: CloudWatchLogsClient, group: Group, startTime: number, filterPattern?: string) {
  const found: { group: Group; event: FilteredLogEvent }[] = [];
  const input = { logGroupName: group.logGroupName, startTime, filterPattern };
  for await (const page of paginateFilterLogEvents({ client }, input)) {
    for (const event of page.events ?? []) found.push({ group, event });
  }
  return found;
}
