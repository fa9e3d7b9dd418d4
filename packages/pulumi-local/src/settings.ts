import { parseArgs } from "node:util";
import { port, UsageError } from "local-aws/process";

/** How the one-machine AWS is started; a flag and an environment variable for each, the flag wins. */
export interface Settings {
  mode: "run" | "preview" | "reset" | "help";
  /** Port on which routes answer (`--api-port`, `LOCAL_API_PORT`). Default 3000; 0 takes a free one. */
  apiPort: number;
  /** Port of the AWS endpoint (`--aws-port`, `LOCAL_AWS_PORT`). Default 4566; 0 takes a free one. */
  awsPort: number;
  /** State folder (`--state-dir`, `LOCAL_STATE_DIR`). Default `.local`. */
  stateDirectory: string;
  /** Whether saved changes are applied (`--watch=off`, `LOCAL_WATCH=off`). Default true. */
  watch: boolean;
  /**
   * Values of the program's configuration by key, for this run (`--config KEY=VALUE`; `--gradual` is
   * `gradualDeployment=true`). Default {}: the stack's file alone says.
   */
  config: Record<string, string>;
  /** Also shows resources that stay as they are (`--verbose`). Default false. */
  verbose: boolean;
}

export const usage = `npm start [-- OPTION ...]        runs the platform on this machine
npm run preview:local             shows what would change, and changes nothing
npm run local:reset               drops the local state

  --api-port N     port of the routes            (LOCAL_API_PORT, default 3000, 0: a free one)
  --aws-port N     port of the AWS endpoint      (LOCAL_AWS_PORT, default 4566, 0: a free one)
  --state-dir DIR  where state is kept           (LOCAL_STATE_DIR, default .local)
  --watch on|off   apply saved changes           (LOCAL_WATCH, default on)
  --config K=V     configuration of this run, as many as there are; the stack's file stays as it is
  --gradual        shift traffic step by step, with hooks and alarms: --config gradualDeployment=true
  --verbose        show unchanged resources too`;

/** @throws {UsageError} naming the option, its value and what is allowed. */
export function readSettings(args: string[], environment: NodeJS.ProcessEnv): Settings {
  const { values } = parse(args);
  const watch = values.watch ?? environment.LOCAL_WATCH ?? "on";
  if (watch !== "on" && watch !== "off")
    throw new UsageError(`--watch (LOCAL_WATCH) is "${watch}"; allowed are on, off`);
  return {
    mode: values.help ? "help" : values.reset ? "reset" : values.preview ? "preview" : "run",
    apiPort: port("--api-port (LOCAL_API_PORT)", values["api-port"] ?? environment.LOCAL_API_PORT ?? "3000"),
    awsPort: port("--aws-port (LOCAL_AWS_PORT)", values["aws-port"] ?? environment.LOCAL_AWS_PORT ?? "4566"),
    stateDirectory: values["state-dir"] ?? environment.LOCAL_STATE_DIR ?? ".local",
    watch: watch === "on",
    config: Object.fromEntries([
      ...(values.config ?? []).map(entry),
      ...(values.gradual ? [["gradualDeployment", "true"]] : []),
    ]),
    verbose: values.verbose ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        "api-port": { type: "string" },
        "aws-port": { type: "string" },
        "state-dir": { type: "string" },
        watch: { type: "string" },
        config: { type: "string", multiple: true, short: "c" },
        gradual: { type: "boolean" },
        verbose: { type: "boolean" },
        preview: { type: "boolean" },
        reset: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}\n\n${usage}`);
  }
}

function entry(text: string): [key: string, value: string] {
  const [, key, value] = /^([\w.-]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new UsageError(`--config is "${text}"; allowed is KEY=VALUE`);
  return [key, value];
}
