import type { CommandModule } from "yargs";
import { type ApiLanguage, newApi, writeFiles } from "../lib/newApi.ts";

interface Options {
  api: string;
}

const api = (command: string, language: ApiLanguage, describe: string): CommandModule<object, Options> => ({
  command: `${command} <api>`,
  describe,
  builder: (yargs) =>
    yargs
      .positional("api", { type: "string", demandOption: true, describe: "Name of the API and of its path" })
      .example(`dsp new ${command} notes`, "POST /notes and GET /notes/{id}"),
  async handler({ api: name }) {
    const root = process.cwd();
    const { folder, files } = newApi(name, root, language);
    writeFiles(files, root);
    for (const { path } of files) console.log(path === "index.ts" ? `changed ${path}` : `wrote   ${path}`);
    const guide = language === "python" ? "docs/python.md" : "docs/add-your-own.md";
    console.log(`\nTry it: npm test -- ${folder}\nThen:   npm start, and ${guide}`);
  },
});

const inTypeScript = api(
  "api",
  "typescript",
  "Write an API with a table: component, handlers, tests, and its line in index.ts",
);
const inPython = api("python-api", "python", "The same with handlers in Python");

/** `dsp new`: files to begin with. */
export const newCommand: CommandModule = {
  command: "new",
  describe: "Write files for something new",
  builder: (command) =>
    command.command(inTypeScript).command(inPython).demandCommand(1, "Say what: api or python-api."),
  handler() {},
};
