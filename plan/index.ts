/** `npm run plan`: what a change does, before it does it. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { explain, Failure } from "../scripts/lib/failure.ts";
import { misuse } from "../scripts/lib/misuse.ts";
import { localStacks } from "./local.ts";
import { type Plan, planOf } from "./plan.ts";
import { previewStacks, stacksOf } from "./preview.ts";
import { markdownOf, textOf } from "./print.ts";
import { readUsage } from "./usage.ts";

const program = resolve(import.meta.dirname, "..");

const options = yargs(hideBin(process.argv))
  .scriptName("npm run plan --")
  .usage(
    "$0\n\nSays what a change does before it does it: data that is lost, rights and exposure gained and lost, cost, resources.\n" +
      "Without a stack both versions of the program are brought up on this machine, and no account is needed.",
  )
  .option("against", { type: "string", default: "main", describe: "Commit that the working tree is compared with" })
  .option("config", {
    type: "string",
    array: true,
    default: [],
    describe: "KEY=VALUE of the program's, over the stack's",
  })
  .option("stack", { type: "string", describe: "A deployed stack instead: what pulumi preview says of it" })
  .option("preview", { type: "string", describe: "File with what pulumi preview --json has printed" })
  .option("usage", {
    type: "string",
    default: join(import.meta.dirname, "usage.yaml"),
    describe: "How much a month takes",
  })
  .option("format", {
    choices: ["text", "summary", "markdown", "json"] as const,
    default: "text",
    describe: "Of the answer",
  })
  .conflicts("stack", "preview")
  .strict()
  .demandCommand(0, 0)
  .wrap(Math.min(120, process.stdout.columns ?? 100))
  .fail((message, error, parser) => {
    if (error) throw error;
    parser.showHelp((help) => console.error(misuse(message, help)));
    process.exit(2);
  });

async function main(): Promise<void> {
  const { against, config, stack, preview, usage, format } = await options.parseAsync();
  const amounts = readUsage(usage);
  const stacks = preview
    ? stacksOf(read(preview))
    : stack
      ? await previewStacks(stack)
      : await localStacks({
          program,
          against,
          stack: "local",
          config: pairs(config),
          say: (text) => console.error(text),
        });
  console.log(formats[format as keyof typeof formats](planOf(stacks, amounts)));
}

function read(preview: string): string {
  try {
    return readFileSync(preview, "utf8");
  } catch (error) {
    throw new Failure(`--preview is "${preview}", which cannot be read: ${(error as Error).message}`);
  }
}

const formats: Record<"text" | "summary" | "markdown" | "json", (plan: Plan) => string> = {
  text: (plan) => textOf(plan),
  summary: (plan) => textOf(plan, { details: false }),
  markdown: markdownOf,
  json: (plan) => JSON.stringify(plan, null, 2),
};

function pairs(config: string[]): Record<string, string> {
  return Object.fromEntries(
    config.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new Failure(`--config is ${pair}; allowed is KEY=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
