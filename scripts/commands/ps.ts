import pc from "picocolors";
import type { CommandModule } from "yargs";
import { runningPlatforms } from "../lib/platforms.ts";
import { printJson, printTable } from "../lib/print.ts";

/** `dsp ps`: the platforms that run on this machine. */
export const ps: CommandModule<object, { json?: boolean }> = {
  command: "ps",
  describe: "List the platforms that run on this machine",
  builder: (command) => command.example("dsp ps", "Name, addresses, program, state folder, since when"),
  async handler({ json }) {
    const platforms = runningPlatforms();
    if (json) return printJson(platforms);
    if (platforms.length === 0) return console.log("Nothing runs. Start it: npm start");
    printTable([
      ["NAME", "AWS", "ROUTES", "PROGRAM", "STATE", "SINCE"].map((head) => pc.dim(head)),
      ...platforms.map((one) => [
        ...[pc.bold(one.name), one.aws, one.api, one.programDirectory, one.stateDirectory],
        new Date(one.started).toISOString().slice(0, 16).replace("T", " "),
      ]),
    ]);
  },
};
