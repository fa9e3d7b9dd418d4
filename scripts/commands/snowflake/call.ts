import pc from "picocolors";
import type { CommandModule } from "yargs";
import { projectName, readConfig } from "../../lib/config.ts";
import { printJson, printTable } from "../../lib/print.ts";
import { SnowflakeClient } from "../../lib/snowflake/client.ts";
import { externalFunctions, findFunction } from "../../lib/snowflake/functions.ts";
import { readRows } from "../../lib/snowflake/rows.ts";
import { readStack } from "../../lib/stack.ts";

interface Options {
  function: string;
  args?: string[];
  rows?: string;
  externalId?: string;
  stack?: string;
  json?: boolean;
}

/** `dsp snowflake call`: an external function as Snowflake would call it, from role to batch id. */
export const call: CommandModule<object, Options> = {
  command: "call <function> [args..]",
  describe: "Call an external function as Snowflake does",
  builder: (command) =>
    command
      .positional("function", {
        type: "string",
        demandOption: true,
        describe: externalFunctions.map(({ name, args }) => `${name}(${args.join(", ")})`).join("; "),
      })
      .positional("args", { type: "string", array: true, describe: "Arguments, of every row" })
      .option("rows", {
        type: "string",
        // yargs takes a lone - for nothing.
        coerce: (file: string | undefined) => (file === "" ? "-" : file),
        describe: "File of rows, JSON or CSV; each has the arguments that follow those given; - reads standard input",
      })
      .option("external-id", { type: "string", describe: "External id to say [default: the configured one]" })
      .example("dsp snowflake call invoke_model movielens 196 242", "One rating")
      .example("dsp snowflake call invoke_model movielens --rows pairs.csv", "A rating for each line: user,item")
      .example("dsp snowflake call model_status movielens --json", "As JSON"),
  async handler({ function: name, args = [], rows: file, externalId, stack: stackName, json }) {
    const called = findFunction(name);
    const rows = await readRows(called, args, file);
    const stack = await readStack(stackName);
    const configured = readConfig(stack.name)[`${projectName()}:apiAwsExternalId`];
    const client = await SnowflakeClient.open(stack, {
      externalId: externalId ?? (typeof configured === "string" ? configured : undefined),
      onPoll: (batch) => process.stderr.isTTY && console.error(pc.dim(`waiting for batch ${batch}`)),
    });
    const values = await client.call(called, rows);
    const wrong = values.filter(isError).length;
    if (json) printJson(rows.map((row, index) => ({ row: index, arguments: row, value: values[index] })));
    else if (file === undefined) console.log(shown(values[0]));
    else printTable(rows.map((row, index) => [...row.map((value) => value ?? "NULL"), shown(values[index])]));
    // A wrong row fails no query, but a script wants to know.
    if (wrong > 0) process.exitCode = 1;
  },
};

const isError = (value: unknown): value is { error: string } =>
  typeof value === "object" && value !== null && "error" in value;

const shown = (value: unknown): string => {
  if (isError(value)) return pc.red(`error: ${value.error}`);
  return typeof value === "string" ? value : JSON.stringify(value);
};
