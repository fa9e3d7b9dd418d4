import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import type { CommandModule } from "yargs";
import { type LocalMail, readMail } from "../lib/localMail.ts";
import { printJson } from "../lib/print.ts";
import { defaultStack } from "../lib/stack.ts";

interface Args {
  stack?: string;
  json?: boolean;
  to?: string;
  full: boolean;
  follow: boolean;
}

/** `dsp mail`: what the local stack would have mailed, each with its links. */
export const mail: CommandModule<object, Args> = {
  command: "mail",
  describe: "Show the mails of the local stack and their links",
  builder: (command) =>
    command
      .option("to", { type: "string", describe: "Only of this receiver" })
      .option("full", { type: "boolean", default: false, describe: "Whole texts" })
      .option("follow", { type: "boolean", default: false, describe: "Go on with new ones until Ctrl-C" })
      .example("dsp mail --follow", "Beside npm start, in a terminal of its own")
      .example("dsp mail --to anna@example.org --json | jq -r '.[-1].links[0]'", "The last link"),
  async handler({ stack = defaultStack(), json, to, full, follow }) {
    let seen = "";
    const next = async () => {
      const found = await readMail(stack, seen);
      seen = found.at(-1)?.key ?? seen;
      return found.filter((one) => to === undefined || one.to === to);
    };
    const first = await next();
    if (json && !follow) return printJson(first);
    if (first.length === 0 && !follow) return console.log("No mail.");
    for (let mails = first; ; mails = await next()) {
      for (const one of mails) json ? printJson(one) : print(one, full);
      if (!follow) return;
      await sleep(500);
    }
  },
};

function print({ at, to, subject, body, links }: LocalMail, full: boolean): void {
  console.log(`${pc.dim(at)}  ${pc.bold(subject)}  ${pc.dim("to")} ${to}`);
  const text = full ? body.trimEnd().split("\n") : links.map((link) => pc.cyan(link));
  console.log(text.map((line) => `  ${line}`.trimEnd()).join("\n"));
}
