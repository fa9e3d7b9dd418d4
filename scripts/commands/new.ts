import type { CommandModule } from "yargs";
import { newApi, writeFiles } from "../lib/newApi.ts";

interface Options {
  name: string;
}

const api: CommandModule<object, Options> = {
  command: "api <name>",
  describe: "Write an API with a table: component, handlers, tests, and its line in index.ts",
  builder: (command) =>
    command
      .positional("name", { type: "string", demandOption: true, describe: "Name of the API and of its path" })
      .example("dsp new api notes", "POST /notes and GET /notes/{id}"),
  async handler({ name }) {
    const root = process.cwd();
    const { folder, files } = newApi(name, root);
    writeFiles(files, root);
    for (const { path } of files) console.log(path === "index.ts" ? `changed ${path}` : `wrote   ${path}`);
    console.log(`\nTry it: npm test -- ${folder}\nThen:   npm start, and docs/add-your-own.md`);
  },
};

/** `dsp new`: files to begin with. */
export const newCommand: CommandModule = {
  command: "new",
  describe: "Write files for something new",
  builder: (command) => command.command(api).demandCommand(1, "Say what: api."),
  handler() {},
};
