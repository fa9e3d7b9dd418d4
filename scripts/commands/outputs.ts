import type { CommandModule } from "yargs";
import { printJson, printTable } from "../lib/print.ts";
import { readStack } from "../lib/stack.ts";

const shortOf = (value: unknown): string =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
    ? `{ ${Object.keys(value).join(", ")} }`
    : JSON.stringify(value);

/** `dsp outputs`: what `pulumi stack output` says, for the local stack too. */
export const outputs: CommandModule<object, { stack?: string; json?: boolean }> = {
  command: "outputs",
  describe: "Show the stack's outputs",
  builder: (command) =>
    command
      .example("dsp outputs", "The local stack's, as a table")
      .example("dsp outputs --json --stack dev", "In the shape of pulumi stack output --json"),
  async handler({ stack, json }) {
    const { outputs } = await readStack(stack);
    if (json) return printJson(outputs);
    printTable(
      // Objects are long, OpenAPI documents above all: their keys are enough of them here.
      Object.entries(outputs).map(([key, value]) => [key, typeof value === "string" ? value : shortOf(value)]),
    );
  },
};
