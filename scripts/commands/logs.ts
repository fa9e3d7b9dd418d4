import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, type FilteredLogEvent, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import type { CommandModule } from "yargs";
import { formatLogEvent, parseAge } from "../lib/logEvents.ts";
import { readStack } from "../lib/stack.ts";
import { chosenLogs, type StackFunction } from "../lib/stackFunctions.ts";

interface Options {
  functions?: string[];
  stack?: string;
  json?: boolean;
  follow: boolean;
  verbose: boolean;
  since: string;
  request?: string;
  filter?: string;
}

/** CloudWatch may show an event a little after a later one: each look reaches back this far, and repeats are dropped. */
const overlapMs = 10_000;
const pollMs = 1_000;

/** `dsp logs`: the functions' log groups, and those of services that are named, merged in the order of time. */
export const logs: CommandModule<object, Options> = {
  command: "logs [functions..]",
  describe: "Show the functions' logs, or those of services",
  builder: (command) =>
    command
      .positional("functions", {
        type: "string",
        array: true,
        describe: "Names in the program, or of what they belong to [default: all functions]; or a service's log",
      })
      .option("follow", { alias: "f", type: "boolean", default: false, describe: "Keep waiting for more" })
      .option("since", { type: "string", default: "10m", describe: "How far back: 30s, 10m, 2h, 1d" })
      .option("request", { type: "string", describe: "Only lines with this request's or trace's id" })
      .option("filter", { type: "string", describe: "CloudWatch filter pattern, e.g. '{ $.level = \"ERROR\" }'" })
      .option("verbose", { type: "boolean", default: false, describe: "Also starts, reports and metrics" })
      .conflicts("request", "filter")
      .example("dsp logs --follow", "Everything, as it comes")
      .example("dsp logs whodis --since 1h", "One function, the last hour")
      .example("dsp logs archiver", "Every function of the archiver")
      .example("dsp logs iris-api-access", "Requests of an API; iris-api-execution: what API Gateway did with them")
      .example("dsp logs --request 7910bf64-fe05-41b3-b0b0-6ac28475f59b", "What one request has left"),
  async handler(options) {
    const stack = await readStack(options.stack);
    const { follow, json, verbose, request } = options;
    const client = new CloudWatchLogsClient(stack.client);
    const seen = new Map<string, number>();
    const filter = request === undefined ? options.filter : `"${request.replaceAll('"', "")}"`;
    let shown = false;
    let from = Date.now() - parseAge(options.since);
    do {
      // Each time: a function that is new has a log, too.
      const logs = await chosenLogs(stack, options.functions ?? []);
      const services = new Set(logs.filter(({ isService }) => isService).map(({ name }) => name));
      const events = await Promise.all(logs.map((one) => read(client, one, from, filter)));
      for (const { of, event } of events.flat().sort((a, b) => a.event.timestamp! - b.event.timestamp!)) {
        if (seen.has(event.eventId!)) continue;
        seen.set(event.eventId!, event.timestamp!);
        // Of one request all is of interest.
        const line = json
          ? JSON.stringify({ [services.has(of.name) ? "service" : "function"]: of.name, ...event })
          : formatLogEvent(of.name, event, verbose || request !== undefined);
        if (line === undefined) continue;
        console.log(line);
        shown = true;
        from = Math.max(from, event.timestamp! - overlapMs);
      }
      for (const [id, timestamp] of seen) if (timestamp < from) seen.delete(id);
      if (follow) await sleep(pollMs);
    } while (follow);
    // An empty answer looks like a broken one; what reads the standard output gets none.
    if (!shown)
      console.error(
        `Nothing${filter === undefined ? "" : " of it"} in the last ${options.since}: --since 1d looks further back`,
      );
  },
};

async function read(client: CloudWatchLogsClient, of: StackFunction, startTime: number, filterPattern?: string) {
  const found: { of: StackFunction; event: FilteredLogEvent }[] = [];
  const input = { logGroupName: of.logGroupName, startTime, filterPattern };
  try {
    for await (const page of paginateFilterLogEvents({ client }, input)) {
      for (const event of page.events ?? []) found.push({ of, event });
    }
  } catch (error) {
    // A function that has never run may have no log group yet.
    if ((error as Error).name !== "ResourceNotFoundException") throw error;
  }
  return found;
}
