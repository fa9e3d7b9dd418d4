import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "./failure.ts";

const templates = join(import.meta.dirname, "../templates");

/** What an API's handlers may be written in. */
export type ApiLanguage = "typescript" | "python";

const component = "components/{{folder}}.ts";
const componentTest = { "api/component.test.ts.txt": "test/components/{{folder}}.test.ts" };

/** Where each template goes, by its file in `scripts/templates`. */
const places: Record<ApiLanguage, Record<string, string>> = {
  typescript: {
    "api/component.ts.txt": component,
    "api/create.ts.txt": "handlers/{{folder}}/create.ts",
    "api/read.ts.txt": "handlers/{{folder}}/read.ts",
    ...componentTest,
    "api/handlers.test.ts.txt": "test/handlers/{{folder}}.test.ts",
  },
  python: {
    "python-api/component.ts.txt": component,
    "python-api/app.py.txt": "handlers/{{folder}}/app.py",
    ...componentTest,
  },
};

/** What is written where, relative to the program's folder. */
export interface NewFile {
  path: string;
  text: string;
}

/**
 * The files of a new API with a table, the program's index.ts with the API among them. Nothing is written.
 * @returns the files, and the name that their folders have.
 * @param name of the API and of its path: `notes`.
 * @param root the program's folder.
 * @param language of its handlers.
 * @throws {Failure} when the name is none, or something of the same name is there already.
 */
export function newApi(name: string, root: string, language: ApiLanguage): { folder: string; files: NewFile[] } {
  const words = wordsOf(name);
  const index = join(root, "index.ts");
  if (!existsSync(index)) throw new Failure(`There is no index.ts in ${root}. Run this in the program's folder.`);
  const program = readFileSync(index, "utf8");
  const files = Object.entries(places[language]).map(([template, place]) => ({
    path: fill(place, words),
    text: fill(readFileSync(join(templates, template), "utf8"), words),
  }));
  const folders = [`components/${words.folder}`, `handlers/${words.folder}`];
  const taken = [...files.map(({ path }) => path), ...folders].find((path) => existsSync(join(root, path)));
  if (taken) throw new Failure(`${taken} is there already; nothing was written. Choose another name.`);
  const output = `${words.folder}Url`;
  for (const word of [words.Class, output]) {
    if (new RegExp(`\\b${word}\\b`).test(program)) {
      throw new Failure(`index.ts has ${word} already; nothing was written. Choose another name.`);
    }
  }
  return { folder: words.folder, files: [...files, { path: "index.ts", text: withApi(program, words, output) }] };
}

/** Writes files, with their folders, in the project's format. */
export function writeFiles(files: NewFile[], root: string): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  // Names are of any length, and imports are sorted by them.
  const paths = files.map(({ path }) => path);
  spawnSync(join(root, "node_modules/.bin/biome"), ["check", "--write", "--vcs-enabled=false", ...paths], {
    cwd: root,
  });
}

type Words = Record<"name" | "folder" | "Class" | "CONSTANT", string>;

/** A name as paths, files, classes and environment variables write it. */
function wordsOf(name: string): Words {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 30) {
    throw new Failure(
      `The name is "${name}"; allowed is up to 30 lower-case letters and digits, in words with - between`,
    );
  }
  const Class = name.replace(/(^|-)(.)/g, (_, _hyphen, letter: string) => letter.toUpperCase());
  if (Class in globalThis)
    throw new Failure(`The name is "${name}"; allowed is one that JavaScript does not use itself, as it does ${Class}`);
  return {
    name,
    Class,
    folder: Class[0]!.toLowerCase() + Class.slice(1),
    CONSTANT: name.replaceAll("-", "_").toUpperCase(),
  };
}

const fill = (text: string, words: Words): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, word: keyof Words) => words[word]);

/** The program with the API's import, after the others, and its output at the end. */
function withApi(program: string, { name, folder, Class }: Words, output: string): string {
  const lines = program.trimEnd().split("\n");
  const imported = lines.findLastIndex((line) => /from "[^"]+";$/.test(line)) + 1;
  lines.splice(imported, 0, `import { ${Class} } from "./components/${folder}.ts";`);
  return `${lines.join("\n")}\nexport const ${output} = new ${Class}("${name}").url;\n`;
}
