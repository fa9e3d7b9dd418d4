import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
/** What a program is made of: its own code and what checks it. */
const parts = ["components", "handlers", "jobs", "containers", "models", "policy", "scripts", "bootstrap"];
const tests = ["components", "policy", "handlers/support", "program.test.ts"];
const files = [
  "index.ts",
  "config.ts",
  "environment.ts",
  "nodeVersion.ts",
  "package.json",
  "tsconfig.json",
  "biome.json",
  "Pulumi.yaml",
];
const mocha = ["node_modules/mocha/bin/mocha.js", "--no-config", "--extension", "ts", "--timeout", "60000", "--exit"];

/** `dsp new`, in a copy of the program. */
describe("dsp new api", function () {
  this.timeout(240_000);
  let program: string;

  before(() => {
    program = mkdtempSync(join(tmpdir(), "new-api-"));
    for (const part of [...parts, ...files, ...tests.map((path) => `test/${path}`), "test/handlers/package.json"]) {
      cpSync(join(root, part), join(program, part), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(program, "node_modules"));
  });
  after(() => rmSync(program, { recursive: true }));

  const run = (...args: string[]): Promise<{ code: number; output: string }> =>
    new Promise((done) => {
      const options = { cwd: program, env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" } };
      execFile(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], options, (error, stdout, stderr) =>
        done({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
      );
    });
  const newApi = (...args: string[]) => run("scripts/dsp.ts", "new", "api", ...args);
  const programText = () => readFileSync(join(program, "index.ts"), "utf8");

  describe("with a name", () => {
    before(async () => {
      const { code, output } = await newApi("user-notes");
      assert.equal(code, 0, output);
      assert.match(output, /^wrote {3}components\/userNotes\.ts$/m);
      assert.match(output, /^changed index\.ts$/m);
    });

    it("writes an API that the compiler takes, in the program", async () => {
      const options = { extends: "./tsconfig.json", include: ["index.ts", "test/**/userNotes.test.ts"] };
      writeFileSync(join(program, "tsconfig.new.json"), JSON.stringify(options));
      const { code, output } = await run(
        "node_modules/typescript/bin/tsc",
        ...["--project", "tsconfig.new.json", "--pretty", "false", "--incremental", "false"],
      );
      assert.equal(code, 0, output);
      assert.match(programText(), /^export const userNotesUrl = new UserNotes\("user-notes"\)\.url;$/m);
    });

    it("writes it in the project's format", async () => {
      const { code, output } = await run(
        "node_modules/@biomejs/biome/bin/biome",
        ...["check", "--vcs-enabled=false", "--error-on-warnings", "index.ts", "components", "handlers", "test"],
      );
      assert.equal(code, 0, output);
    });

    it("writes tests of its handlers that pass", async () => {
      const { code, output } = await run(...mocha, "test/handlers/userNotes.test.ts");
      assert.equal(code, 0, output);
      assert.match(output, /3 passing/);
    });

    it("writes tests of its resources that pass, and the program's own still do", async () => {
      const tests = ["test/components/userNotes.test.ts", "test/program.test.ts"];
      const withMocks = ["--require", "ts-node/register", "--grep", "UserNotes|keeps every rule|outputs", ...tests];
      const { code, output } = await run(...mocha, ...withMocks);
      assert.equal(code, 0, output);
      assert.match(output, /grants user-notes-post-user-notes PutItem of its table/);
    });
  });

  describe("with a name, in Python", () => {
    before(async () => {
      const { code, output } = await run("scripts/dsp.ts", "new", "python-api", "snake-notes");
      assert.equal(code, 0, output);
      assert.match(output, /^wrote {3}handlers\/snakeNotes\/app\.py$/m);
    });

    it("writes it in the project's format", async () => {
      const { code, output } = await run(
        "node_modules/@biomejs/biome/bin/biome",
        ...["check", "--vcs-enabled=false", "--error-on-warnings", "index.ts", "components/snakeNotes.ts"],
      );
      assert.equal(code, 0, output);
    });

    it("writes tests of its resources that pass", async () => {
      const withMocks = ["--require", "ts-node/register", "test/components/snakeNotes.test.ts"];
      const { code, output } = await run(...mocha, ...withMocks);
      assert.equal(code, 0, output);
      assert.match(output, /grants snake-notes-post-snake-notes PutItem of its table/);
    });
  });

  const refused: [string, string, RegExp][] = [
    ["a name with capitals", "Notes", /^The name is "Notes"; allowed is up to 30 lower-case letters and digits/],
    ["a path", "../notes", /^The name is "\.\.\/notes"; allowed is/],
    ["too long a name", "n".repeat(31), /^The name is "n{31}"; allowed is up to 30/],
    ["a name of JavaScript's own", "map", /^The name is "map"; allowed is one that JavaScript does not use itself/],
    ["a component's name", "table", /^components\/table\.ts is there already; nothing was written/],
    ["the name of a system's folder", "whodis", /^handlers\/whodis is there already; nothing was written/],
    ["an output's name", "iris", /^index\.ts has irisUrl already; nothing was written/],
  ];
  for (const [what, name, message] of refused) {
    it(`refuses ${what} in one sentence, and writes nothing`, async () => {
      const before = programText();
      const { code, output } = await newApi(name);
      assert.equal(code, 1);
      assert.match(output, message);
      assert.equal(output.trimEnd().split("\n").length, 1);
      assert.equal(programText(), before);
    });
  }

  it("overwrites nothing when it is asked twice", async () => {
    assert.equal((await newApi("orders")).code, 0);
    const file = join(program, "handlers/orders/create.ts");
    const mine = `${readFileSync(file, "utf8")}// mine\n`;
    writeFileSync(file, mine);
    const { code, output } = await newApi("orders");
    assert.equal(code, 1);
    assert.match(output, /orders.* is there already; nothing was written/);
    assert.equal(readFileSync(file, "utf8"), mine);
  });
});
