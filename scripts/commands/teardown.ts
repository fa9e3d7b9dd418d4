import { createInterface } from "node:readline/promises";
import type { CommandModule } from "yargs";
import { Failure } from "../lib/failure.ts";
import { printJson } from "../lib/print.ts";
import { askPulumi, pulumiCommand, runPulumi } from "../lib/pulumi.ts";
import { clientOf, defaultStack, localStack } from "../lib/stack.ts";
import { lookAt, takeDown } from "../teardown/index.ts";
import { type Doomed, readDoomed } from "../teardown/stack.ts";

interface Options {
  stack?: string;
  json?: boolean;
  dryRun: boolean;
  yes?: string;
}

/** `dsp teardown`: takes a deployed stack down, data and all. */
export const teardown: CommandModule<object, Options> = {
  command: "teardown",
  describe: "Take a deployed stack down: deployments, what handlers made, protection, data, resources",
  builder: (command) =>
    command
      .option("dry-run", { type: "boolean", default: false, describe: "Say what would be done, and do nothing" })
      .option("yes", { type: "string", describe: "The stack's name: asks nothing" })
      .example("dsp teardown --stack dev --dry-run", "What would be done")
      .example("dsp teardown --stack prod --yes prod", "Without a question") as never,
  async handler({ stack: name = defaultStack(), json, dryRun, yes }) {
    if (name === localStack) throw new Failure("The local stack has no state but this machine's: npm run local:reset");
    const stack = await readDoomed(name, clientOf(name), {
      ask: (...args) => askPulumi([...args, "--stack", name], name),
      destroy: () => runPulumi(["destroy", "--stack", name, "--yes", "--skip-preview"]),
    });
    if (dryRun) {
      const found = await lookAt(stack);
      if (json) printJson(found);
      else for (const { phase, lines } of found) print(phase, lines);
      return;
    }
    await expectMeant(stack, yes);
    const left = await takeDown(stack, json ? () => {} : print).catch((error: Error) => {
      const again = `Run it again: it goes on with what is left. A stack that the CLI calls locked: ${pulumiCommand()} cancel --stack ${name}`;
      throw new Failure(`${error.message}\n${again}`);
    });
    if (json) return printJson({ left });
    print("left with the stack's tags", left);
    console.log(
      `\nThe stack is empty. It goes, with its configuration and history, by: ${pulumiCommand()} stack rm ${name}`,
    );
  },
};

function print(phase: string, lines: string[]): void {
  console.log(phase);
  for (const line of lines.length > 0 ? lines : ["nothing"]) console.log(`  ${line}`);
}

/** @throws {Failure} unless the user has typed the stack's name. */
async function expectMeant({ name, resources }: Doomed, yes: string | undefined): Promise<void> {
  if (yes === name) return;
  if (yes !== undefined) throw new Failure(`--yes is "${yes}"; allowed is the stack's name, ${name}`);
  if (!process.stdin.isTTY) throw new Failure(`Nobody can be asked here. Without a question: --yes ${name}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const data = resources.some(({ protect }) => protect) ? " Its data is protected, and all of it goes." : "";
  const answer = await terminal.question(`This destroys stack ${name}.${data} Its name, to go on: `);
  terminal.close();
  if (answer !== name) throw new Failure("Nothing was destroyed.");
}
