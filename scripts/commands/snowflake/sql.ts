import type { CommandModule } from "yargs";
import { printJson } from "../../lib/print.ts";
import { type NameOptions, readSetting } from "../../lib/snowflake/names.ts";
import { asText, type Part, partNames, script } from "../../lib/snowflake/script.ts";
import { localStack, readStack } from "../../lib/stack.ts";

interface Options extends NameOptions {
  parts?: Part[];
  stack?: string;
  json?: boolean;
}

/** `dsp snowflake sql`: what Snowflake is told, with the stack's values. */
export const sql: CommandModule<object, Options> = {
  command: "sql [parts..]",
  describe: "Print the SQL for Snowflake, in order, with the stack's values",
  builder: (command) =>
    command
      .positional("parts", { array: true, choices: partNames, describe: "Which parts [default: all]" })
      .option("database", { type: "string", default: "MOVIELENS", describe: "Database" })
      .option("warehouse", { type: "string", default: "MOVIELENS", describe: "Warehouse" })
      .option("role", { type: "string", default: "RECOMMENDER", describe: "Role that may use the recommender" })
      .option("integrations", {
        type: "string",
        default: "SNF_RECOMMENDER",
        describe: "What the integrations' names begin with; of two stacks in one account each needs its own",
      })
      .option("model", { type: "string", default: "movielens", describe: "What the deployed model is called" })
      .option("schedule", {
        type: "string",
        default: "0 3 * * 0 UTC",
        describe: "When to train again: five cron fields and a time zone",
      })
      .example("dsp snowflake sql --stack dev > recommender.sql", "All of it, for a worksheet")
      .example("dsp snowflake sql integrations --stack dev", "One part")
      .example("dsp snowflake sql --stack dev | snow sql --stdin", "Straight to Snowflake's own command line"),
  async handler({ parts, stack: name, json, ...options }) {
    const stack = await readStack(name);
    const statements = script(readSetting(stack, options), parts?.length ? parts : partNames);
    if (json) return printJson(statements);
    if (stack.name === localStack) {
      console.log("-- Of the local stack, to look at: Snowflake cannot reach it. See: dsp snowflake call\n");
    }
    console.log(asText(statements));
  },
};
