import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { port, UsageError } from "local-aws/process";
import { endpointFile } from "./files.ts";
import type { LocalConfig } from "./localConfig.ts";

const commands = ["up", "preview", "destroy", "outputs", "reset"] as const;
type CommandName = (typeof commands)[number];

/** How a command is called; a flag and an environment variable for most, the flag wins. */
export interface Settings {
  command: CommandName | "help";
  /** Folder of the program (`--cwd`). Default: the current one. */
  programDirectory: string;
  /** The stack (`--stack`). Default: the one that `local.config.ts` names, else `local`. */
  stack: string;
  /** One of several platforms at once (`--name`), with a state folder and ports of its own. Default: the stack's name. */
  name: string;
  /** Port on which routes answer (`--api-port`, `LOCAL_API_PORT`). Default 3000; 0 takes a free one. */
  apiPort: number;
  /** Port of the AWS endpoint (`--aws-port`, `LOCAL_AWS_PORT`). Default 4566; 0 takes a free one. */
  awsPort: number;
  /** State folder (`--state-dir`, `LOCAL_STATE_DIR`). Default `.local`, or `.local-NAME`, in the program's folder. */
  stateDirectory: string;
  /** Whether saved changes are applied (`--watch=off`, `LOCAL_WATCH=off`). Default true. */
  watch: boolean;
  /**
   * Values of the configuration by key, for this run (`--config KEY=VALUE`, switches): the program's own, or with the
   * namespace (`aws:region`). Default {}.
   */
  config: Record<string, string>;
  /** Also shows resources that stay as they are, and each event (`--verbose`). Default false. */
  verbose: boolean;
  /** Shows no requests, events and mails (`--quiet`). Default false. */
  quiet: boolean;
  /** Prints events as JSON, one a line (`--json`). Default false. */
  json: boolean;
  /** A command that is run once all is up, and ends it (`--wait -- COMMAND`). Default: none. */
  wait: string[] | undefined;
  /** Port on which a debugger attaches to functions (`--inspect`, `--inspect-port N`). Default: none. */
  inspectPort: number | undefined;
  /** Whether `reset` asks nobody (`--yes`). Default false: it asks on a terminal. */
  yes: boolean;
}

/** What `--help` prints, and what follows an unknown flag. */
export function usageOf({ switches = {} }: LocalConfig = {}): string {
  const own = Object.entries(switches).map(([name, { description }]) => `  --${name.padEnd(14)} ${description}`);
  return [
    `pulumi-local [COMMAND] [OPTION ...]

  up        brings the program up on this machine and applies saved changes (npm start); the default
  preview   shows what would change, and changes nothing (npm run preview:local)
  destroy   deletes every resource of the stack
  outputs   prints the stack's outputs as JSON
  reset     drops the local state (npm run local:reset)

  --cwd DIR        the program's folder         (default: the current one)
  --stack NAME     the stack                    (default: local.config.ts's, else local)
  --name NAME      one of several at once: with state in .local-NAME, and free ports, which it keeps
  --api-port N     port of the routes           (LOCAL_API_PORT, default 3000, 0: a free one)
  --aws-port N     port of the AWS endpoint     (LOCAL_AWS_PORT, default 4566, 0: a free one)
  --state-dir DIR  where state is kept          (LOCAL_STATE_DIR, default .local)
  --watch on|off   apply saved changes          (LOCAL_WATCH, default on)
  --config K=V     configuration of this run, as many as there are; the stack's file stays as it is`,
    ...own,
    `  --quiet          show no requests, events and mails
  --verbose        show unchanged resources, and every event, too
  --json           print what happens as JSON, one object a line
  --wait -- CMD    run a command once all is up, then end, with its exit code; nothing is watched
  --inspect        let a debugger attach to functions: on port 9229, or --inspect-port N
  --yes            reset without being asked`,
  ].join("\n");
}

/** The program's folder, before anything else is known. @throws {UsageError} for an option without its value. */
export function programFolderOf(args: string[]): string {
  const { values } = parse(() => parseArgs({ args, options: { cwd: { type: "string" } }, strict: false }));
  const { cwd = "." } = values;
  if (typeof cwd !== "string" || cwd === "") throw new UsageError("--cwd is empty; allowed is a folder");
  return resolve(cwd);
}

/** @throws {UsageError} naming the option, its value and what is allowed. */
export function readSettings(args: string[], environment: NodeJS.ProcessEnv, local: LocalConfig = {}): Settings {
  const programDirectory = programFolderOf(args);
  const switches = local.switches ?? {};
  // What follows -- is another's command line.
  const end = args.includes("--wait") ? args.indexOf("--") : -1;
  const wait = end < 0 ? [] : args.slice(end + 1);
  const { values, positionals } = parse(
    () =>
      parseArgs({
        args: end < 0 ? args : args.slice(0, end),
        allowPositionals: true,
        options: {
          ...Object.fromEntries(Object.keys(switches).map((name) => [name, { type: "boolean" } as const])),
          cwd: { type: "string" },
          stack: { type: "string" },
          name: { type: "string" },
          "api-port": { type: "string" },
          "aws-port": { type: "string" },
          "state-dir": { type: "string" },
          watch: { type: "string" },
          config: { type: "string", multiple: true, short: "c" },
          verbose: { type: "boolean" },
          quiet: { type: "boolean" },
          json: { type: "boolean" },
          yes: { type: "boolean" },
          wait: { type: "boolean" },
          inspect: { type: "boolean" },
          "inspect-port": { type: "string" },
          help: { type: "boolean", short: "h" },
        },
      }),
    usageOf(local),
  );
  const [command = "up", ...rest] = positionals;
  if (!commands.includes(command as CommandName) || rest.length > 0) {
    throw new UsageError(`the command is "${positionals.join(" ")}"; allowed is one of ${commands.join(", ")}`);
  }
  if (values.wait && (wait.length === 0 || command !== "up"))
    throw new UsageError("--wait has no command; allowed is npm start -- --wait -- COMMAND [ARGUMENT ...]");
  const watch = values.wait ? "off" : (values.watch ?? environment.LOCAL_WATCH ?? "on");
  if (watch !== "on" && watch !== "off")
    throw new UsageError(`--watch (LOCAL_WATCH) is "${watch}"; allowed are on, off`);
  const stack = values.stack ?? local.stack ?? "local";
  if (!/^[\w.-]{1,100}$/.test(stack))
    throw new UsageError(`--stack is "${stack}"; allowed are letters, digits, -, _ and .`);
  if (values.stack !== undefined) checkStack(programDirectory, stack);
  const { name } = values;
  if (name !== undefined && !/^[\w-]{1,40}$/.test(name))
    throw new UsageError(`--name is "${name}"; allowed are up to 40 letters, digits, - and _`);
  const folder = name === undefined ? ".local" : `.local-${name}`;
  const own = name === undefined ? environment : {};
  // An empty variable is none.
  const stateDirectory = resolve(programDirectory, values["state-dir"] || own.LOCAL_STATE_DIR || folder);
  const ports = name === undefined ? { api: "3000", aws: "4566" } : portsOf(stateDirectory);
  // `npm start --gradual`, without the `--` that hands a flag on: npm takes it, and says so in a variable.
  const isOn = (name: string) =>
    (values as Record<string, unknown>)[name] || environment[`npm_config_${name}`] === "true";
  const chosen = Object.entries(switches).filter(([name]) => isOn(name));
  return {
    command: values.help ? "help" : (command as CommandName),
    programDirectory,
    stack,
    name: name ?? stack,
    apiPort: port("--api-port (LOCAL_API_PORT)", values["api-port"] ?? own.LOCAL_API_PORT ?? ports.api),
    awsPort: port("--aws-port (LOCAL_AWS_PORT)", values["aws-port"] ?? own.LOCAL_AWS_PORT ?? ports.aws),
    stateDirectory,
    watch: watch === "on",
    config: Object.assign(
      {},
      ...chosen.map(([, { config }]) => config),
      Object.fromEntries((values.config ?? []).map(entry)),
    ),
    verbose: values.verbose ?? false,
    quiet: values.quiet ?? false,
    json: values.json ?? false,
    yes: values.yes ?? false,
    wait: values.wait ? wait : undefined,
    inspectPort:
      values.inspect || values["inspect-port"] !== undefined
        ? port("--inspect-port", values["inspect-port"] ?? "9229")
        : undefined,
  };
}

/** A mistyped stack would be brought up without any configuration. */
function checkStack(programDirectory: string, stack: string): void {
  const files = globSync("Pulumi.*.yaml", { cwd: programDirectory });
  const stacks = files
    .map((file) => file.slice("Pulumi.".length, -".yaml".length))
    .filter((one) => !one.endsWith(".own"));
  if (stacks.length === 0 || stacks.includes(stack)) return;
  throw new UsageError(
    `--stack is "${stack}", and there is no Pulumi.${stack}.yaml; allowed are ${stacks.sort().join(", ")}`,
  );
}

/** Those of the last run, which its URLs hold; free ones for the first. */
function portsOf(stateDirectory: string): { api: string; aws: string } {
  try {
    const { api, aws } = JSON.parse(readFileSync(join(stateDirectory, endpointFile), "utf8"));
    return { api: new URL(api).port, aws: new URL(aws).port };
  } catch {
    return { api: "0", aws: "0" };
  }
}

function parse<Result>(read: () => Result, usage = usageOf()): Result {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}\n\n${usage}`);
  }
}

function entry(text: string): [key: string, value: string] {
  const [, key, value] = /^((?:[\w.-]+:)?[\w.-]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new UsageError(`--config is "${text}"; allowed is KEY=VALUE`);
  return [key, value];
}
