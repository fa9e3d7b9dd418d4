import type { CommandModule } from "yargs";
import { call } from "./snowflake/call.ts";
import { sql } from "./snowflake/sql.ts";
import { trust } from "./snowflake/trust.ts";

/** `dsp snowflake`: the recommender, from Snowflake's side. */
export const snowflake: CommandModule = {
  command: "snowflake",
  describe: "Connect Snowflake to the recommender",
  builder: (command) =>
    command
      .command(sql)
      .command(trust)
      .command(call)
      .demandCommand(1, "Say what: sql, trust or call.")
      .example("dsp snowflake sql --stack dev", "What Snowflake is told")
      .example("dsp snowflake trust --stack dev", "What Snowflake answered")
      .example("dsp snowflake call model_status movielens", "A function, called as Snowflake does"),
  handler() {},
};
