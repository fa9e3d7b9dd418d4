import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import type { Argv, CommandModule } from "yargs";
import {
  bar,
  type Deployment,
  deploymentsOf,
  newestOf,
  type Place,
  placesOf,
  row,
  stopDeployment,
} from "../lib/deployments.ts";
import { printJson, printTable } from "../lib/print.ts";
import { readStack } from "../lib/stack.ts";

interface Options {
  functions?: string[];
  stack?: string;
  json?: boolean;
}

const functions = (command: Argv) =>
  command.positional("functions", {
    type: "string",
    array: true,
    describe: "Names as in output deployments, or of what they belong to [default: all]",
  });

/** The stack's CodeDeploy, and the functions chosen. */
async function open(options: Options): Promise<{ client: CodeDeploy; places: Place[] }> {
  const stack = await readStack(options.stack);
  return { places: placesOf(stack, options.functions ?? []), client: new CodeDeploy(stack.client) };
}

const shown = ({ name, info, target }: Deployment) => ({ function: name, ...info, target });

const status: CommandModule<object, Options> = {
  command: "status [functions..]",
  describe: "Show how far each function's newest deployment is",
  builder: functions,
  async handler(options) {
    const { client, places } = await open(options);
    // A deployment and its rollback are two.
    const newest = await Promise.all(
      places.map(async (place) => newestOf(await deploymentsOf(client, place, { count: 2 }))),
    );
    if (options.json) return printJson(newest.flatMap((found) => (found ? [shown(found)] : [])));
    printTable(newest.map((found, at) => (found ? row(found) : never(places[at]!))));
  },
};

const never = ({ name }: Place): string[] => [
  ...[name, "-", "no deployment yet", "", bar(1), "", "its first version has all traffic"],
];

const history: CommandModule<object, Options & { count: number }> = {
  command: "history [functions..]",
  describe: "List deployments, newest first",
  builder: (command) =>
    functions(command).option("count", { alias: "n", type: "number", default: 10, describe: "At most, per function" }),
  async handler(options) {
    const { client, places } = await open(options);
    const { count } = options;
    const found = (await Promise.all(places.map((place) => deploymentsOf(client, place, { count })))).flat();
    found.sort((a, b) => Number(b.info.createTime ?? 0) - Number(a.info.createTime ?? 0));
    if (options.json) return printJson(found.map(shown));
    if (found.length === 0) console.log("There has been no deployment yet.");
    else printTable(found.map(row));
  },
};

const stop: CommandModule<object, Options> = {
  command: "stop [functions..]",
  describe: "Stop deployments that are under way; all traffic goes back to the old version",
  builder: functions,
  async handler(options) {
    const { client, places } = await open(options);
    const running = await Promise.all(places.map((place) => deploymentsOf(client, place, { count: 1, active: true })));
    const stopped = running.flat();
    for (const deployment of stopped) await stopDeployment(client, deployment);
    if (options.json) return printJson(stopped.map(({ info }) => info.deploymentId));
    if (stopped.length === 0) console.log("No deployment is under way.");
    for (const { name, info } of stopped)
      console.log(`${name}: ${info.deploymentId} is stopped; its traffic goes back`);
  },
};

/** `dsp deploy`: the gradual deployments of the stack's functions. */
export const deploy: CommandModule = {
  command: "deploy",
  describe: "Watch and stop gradual deployments",
  builder: (command) =>
    command
      .command(status)
      .command(history)
      .command(stop)
      .demandCommand(1, "Say what: status, history or stop.")
      .example("dsp deploy status", "Each function's newest deployment, with a bar")
      .example("dsp deploy stop whodis", "Give all traffic back to whodis's old version"),
  handler() {},
};
