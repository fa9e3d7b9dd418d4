import { spawn } from "node:child_process";
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
  notebook: string;
  wait: boolean;
}

interface Notebook {
  NotebookId: string;
  Name: string;
  InstanceType: string;
  VolumeSize: number;
  Nb_status: string;
  IdleMinutes: number;
  FailureReason?: string;
  StopsAt?: string;
  Url?: string;
}

const open = async ({ stack }: Common) => new PlatformClient(await readStack(stack));
/** Ids are names in lower case. */
const path = (name: string) => `/notebooks/${encodeURIComponent(name.toLowerCase())}`;
const moving = /^(Initiated|Pending|Stopping|Updating|Deleting)$/;

const colours: Record<string, (text: string) => string> = { InService: pc.green, Failed: pc.red, Stopped: pc.dim };
const rowOf = ({ NotebookId, Nb_status, InstanceType, VolumeSize, StopsAt }: Notebook) => [
  NotebookId,
  (colours[Nb_status] ?? pc.yellow)(Nb_status),
  InstanceType,
  `${VolumeSize} GB`,
  StopsAt ? `idle, is stopped at ${StopsAt}` : "",
];

/** Waits until nothing changes any more, or only says what is on its way. */
async function settle(client: PlatformClient, { notebook: name, wait, json }: Named): Promise<void> {
  const look = async (): Promise<Notebook> => client.get(path(name));
  const notebook = wait
    ? await waitFor(name, look, { state: (seen) => seen.Nb_status, isDone: (seen) => !moving.test(seen.Nb_status) })
    : await look();
  if (json) printJson(notebook);
  else printTable([rowOf(notebook)]);
  if (notebook.Nb_status === "Failed")
    throw new Failure(`${name} failed: ${notebook.FailureReason ?? "SageMaker says no more"}`);
}

const list: CommandModule<object, Common> = {
  command: "list",
  describe: "List notebooks, newest first",
  async handler(options) {
    const client = await open(options);
    const notebooks: Notebook[] = await client.all("/notebooks");
    if (options.json) return printJson(notebooks);
    if (notebooks.length === 0) console.log("No notebooks.");
    else printTable(notebooks.map(rowOf));
  },
};

interface Creation extends Named {
  type?: string;
  volume?: number;
  idle?: number;
  repository?: string;
  requirement?: string[];
  cluster?: boolean;
  root?: boolean;
}

const named = <Options>(command: Argv<Options>) =>
  command
    .positional("notebook", { type: "string", demandOption: true, describe: "The notebook's name" })
    .option("wait", { type: "boolean", default: true, describe: "Wait until it is done" });

const create: CommandModule<object, Creation> = {
  command: "create <notebook>",
  describe: "Make a notebook",
  builder: (command) =>
    named(command)
      .option("type", { type: "string", describe: "Machine, such as ml.t3.medium [default: the stack's]" })
      .option("volume", { type: "number", describe: "GB [default: 5]" })
      .option("idle", {
        type: "number",
        describe: "Minutes without activity until it is stopped [default: the stack's]",
      })
      .option("repository", { type: "string", describe: "https URL of a repository to clone" })
      .option("requirement", { type: "string", array: true, describe: "Package for pip, such as pandas==2.2.3" })
      .option("cluster", { type: "boolean", describe: "Kernels on the Spark application" })
      .option("root", { type: "boolean", describe: "Its user is root" })
      .example("dsp notebooks create anna --repository https://github.com/acme/models", "With a repository"),
  async handler({ type, volume, idle, repository, requirement, cluster, root, ...options }) {
    const client = await open(options);
    await client.post("/notebooks", {
      Name: options.notebook,
      ...(type && { InstanceType: type }),
      ...(volume !== undefined && { VolumeSize: volume }),
      ...(idle !== undefined && { IdleMinutes: idle }),
      ...(repository && { Repository: repository }),
      ...(requirement && { Requirements: requirement }),
      ...(cluster !== undefined && { ClusterBacked: cluster }),
      ...(root !== undefined && { RootAccess: root }),
    });
    await settle(client, options);
  },
};

const move = (verb: "start" | "stop", describe: string): CommandModule<object, Named> => ({
  command: `${verb} <notebook>`,
  describe,
  builder: named,
  async handler(options) {
    const client = await open(options);
    await client.post(`${path(options.notebook)}/${verb}`);
    await settle(client, options);
  },
});

const openCommand: CommandModule<object, Common & { notebook: string; browser: boolean }> = {
  command: "open <notebook>",
  describe: "Print the URL that opens a notebook once, within five minutes; on a terminal also open it",
  builder: (command) =>
    command
      .positional("notebook", { type: "string", demandOption: true, describe: "The notebook's name" })
      .option("browser", { type: "boolean", default: true, describe: "Open it in a browser" }),
  async handler({ notebook: name, browser, ...options }) {
    const client = await open(options);
    const notebook: Notebook = await client.get(path(name));
    if (!notebook.Url) throw new Failure(`${name} is ${notebook.Nb_status}. Start it: dsp notebooks start ${name}`);
    if (options.json) return printJson(notebook);
    console.log(notebook.Url);
    if (!browser || !process.stdout.isTTY) return;
    const program = process.platform === "darwin" ? "open" : "xdg-open";
    // Where there is no browser, there is the URL.
    spawn(program, [notebook.Url], { detached: true, stdio: "ignore" })
      .on("error", () => {})
      .unref();
  },
};

const remove: CommandModule<object, Named & { yes: boolean }> = {
  command: "delete <notebook>",
  describe: "Delete a notebook and what is on its volume; asks first",
  builder: (command) => named(command).option("yes", { type: "boolean", default: false, describe: "Do not ask" }),
  async handler({ notebook: name, wait, yes, ...options }) {
    const client = await open(options);
    await client.get(path(name));
    if (!yes && !(await confirmed(`Delete notebook ${name} and all that is on its volume?`))) {
      throw new Failure("Nothing was deleted.");
    }
    await client.delete(path(name));
    const look = (): Promise<Notebook | undefined> => client.find(path(name));
    const left = wait
      ? await waitFor(name, look, { state: (seen) => seen?.Nb_status ?? "gone", isDone: (seen) => seen === undefined })
      : await look();
    if (options.json) printJson({ NotebookId: name.toLowerCase(), deleted: left === undefined });
    else console.log(left ? `${name} is ${left.Nb_status}` : `${name} is deleted`);
  },
};

/** `dsp notebooks`: notebooks of the platform, by its API. */
export const notebooks: CommandModule = {
  command: "notebooks",
  describe: "Make, open, start and stop notebooks",
  builder: (command) =>
    command
      .command(list)
      .command(create)
      .command(openCommand)
      .command(move("start", "Start a notebook"))
      .command(move("stop", "Stop a notebook; its volume stays"))
      .command(remove)
      .demandCommand(1, "Say which: list, create, open, start, stop or delete."),
  handler() {},
};
