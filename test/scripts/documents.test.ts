import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import yargs, { type CommandModule } from "yargs";

const root = resolve(import.meta.dirname, "../..");
const documents = globSync(["*.md", "docs/*.md", "packages/*/*.md"], { cwd: root }).map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

/** The blocks of that language, each line by itself; a line that ends with \ goes on. */
const linesOf = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].flatMap(([, block = ""]) =>
    block.replaceAll("\\\n", " ").split("\n"),
  );

/** What the command line is given, without what a shell makes of it. */
function dspCalls(text: string): string[] {
  return linesOf(text, "sh").flatMap((line) =>
    [...line.matchAll(/(?:npm run -s dsp --|npx dsp|npm run (logs) --) ([^#&|>]*)/g)].map(
      ([, command = "", rest = ""]) => `${command} ${rest}`.trim(),
    ),
  );
}

class Understood extends Error {}

/** The command line's commands, none of which is run: what is understood ends before. */
async function parser() {
  const modules = await Promise.all(
    globSync("scripts/commands/*.ts", { cwd: root }).map((file) => import(join(root, file)) as Promise<object>),
  );
  const commands = modules.flatMap((module) =>
    Object.values(module).filter((one): one is CommandModule => typeof one === "object" && "command" in one),
  );
  return async (words: string) =>
    commands
      .reduce((all, command) => all.command(command), yargs().scriptName("dsp"))
      .options({ stack: { type: "string" }, name: { type: "string" }, "state-dir": { type: "string" } })
      .option("json", { type: "boolean" })
      .middleware(() => {
        throw new Understood();
      })
      .demandCommand(1)
      .strict()
      .fail(false)
      .help(false)
      .parseAsync(words);
}

describe("what the documents tell to type", () => {
  let parse: Awaited<ReturnType<typeof parser>>;
  before(async () => {
    parse = await parser();
  });

  it("would be found out where it is wrong", async () => {
    await assert.rejects(parse("state save one"), Understood);
    for (const wrong of ["stat save one", "state keep one", "state save", "invoke a --evnt b"])
      await assert.rejects(parse(wrong), (error) => !(error instanceof Understood), wrong);
  });

  for (const { path, text } of documents) {
    const calls = dspCalls(text);
    if (calls.length === 0) continue;
    it(`are commands and options that dsp has: ${path}`, async () => {
      for (const call of calls) await assert.rejects(parse(call), Understood, call);
    });
  }
});

describe("the first hour", () => {
  const { text } = documents.find(({ path }) => path === "docs/first-hour.md")!;

  it("names files that are there", () => {
    const named = [...text.matchAll(/`(\.?\w[\w.-]*(?:\/[\w.-]+)+)`/g)].map(([, path = ""]) => path);
    assert.ok(named.includes("handlers/prediction/read.ts"));
    assert.deepEqual(
      named.filter((path) => !existsSync(join(root, path))),
      [],
    );
  });

  it("changes a line that is there, and mends what it has broken", () => {
    const [was, broken, wrong, mended] = linesOf(text, "diff").filter((line) => line !== "");
    const handler = readFileSync(join(root, "handlers/prediction/read.ts"), "utf8").split("\n");
    assert.ok(handler.includes(was!.slice(1)), was);
    assert.equal(wrong!.slice(1), broken!.slice(1));
    const shown = handler.indexOf(was!.slice(1)) + 1;
    assert.match(text, new RegExp(`handlers/prediction/read\\.ts:${shown}:`));
    const fields = readFileSync(join(root, "handlers/prediction/item.ts"), "utf8");
    for (const [, field] of mended!.matchAll(/visible\.(\w+)/g)) assert.match(fields, new RegExp(`\\b${field}\\b`));
  });

  it("is of what the editor is told: the launch configuration, the console's pages", () => {
    const { configurations } = JSON.parse(readFileSync(join(root, ".vscode/launch.json"), "utf8"));
    const [, name] = /run \*([^*]+)\* \(`\.vscode\/launch\.json`\)/.exec(text) ?? [];
    assert.ok(
      configurations.some((one: { name: string }) => one.name === name),
      name,
    );
    const pages = readFileSync(join(root, "docs/console.md"), "utf8");
    const [, said = ""] = /console\.md\)\. ([\s\S]*?)\n\n/.exec(text) ?? [];
    const named = [...said.matchAll(/\*(\w+)\*/g)].map(([, page]) => page);
    assert.ok(named.length > 3);
    for (const page of named) assert.ok(pages.includes(`| ${page} |`), page);
  });

  it("is led to from where one begins", () => {
    for (const file of ["README.md", "CONTRIBUTING.md"])
      assert.ok(readFileSync(join(root, file), "utf8").includes("](docs/first-hour.md)"), file);
  });
});
