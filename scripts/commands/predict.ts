import type { CommandModule } from "yargs";
import { printJson, printTable } from "../lib/print.ts";
import { type Redriven, redrive } from "../lib/redrive.ts";
import { readStack } from "../lib/stack.ts";

interface Options {
  pipeline: string;
  stack?: string;
  json?: boolean;
}

/** `dsp predict redrive`: records of the failure queue go back to the predictor. */
const redriveCommand: CommandModule<object, Options> = {
  command: "redrive [pipeline]",
  describe: "Put records of the failure queue back, after what was wrong is mended",
  builder: (command) =>
    command
      .positional("pipeline", { type: "string", default: "iris", describe: "As the stack's outputs name it" })
      .example("dsp predict redrive", "What the iris pipeline rejected, as the table has it now"),
  async handler({ pipeline, stack, json }) {
    const all: Redriven[] = [];
    for await (const redriven of redrive(await readStack(stack), pipeline)) all.push(redriven);
    if (json) printJson(all);
    else if (all.length === 0) console.log("The failure queue is empty.");
    else printTable(all.map(({ id, outcome, reason = "" }) => [id, outcome, reason]));
    if (all.some(({ outcome }) => outcome === "kept")) process.exitCode = 1;
  },
};

/** `dsp predict`: what people do for a prediction pipeline. */
export const predict: CommandModule = {
  command: "predict",
  describe: "Look after a prediction pipeline",
  builder: (command) => command.command(redriveCommand).demandCommand(1, "Say what to do: dsp predict redrive"),
  handler() {},
};
