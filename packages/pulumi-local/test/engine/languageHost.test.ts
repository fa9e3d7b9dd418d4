import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sdkModule } from "../../src/engine/sdk.ts";
import { TestProgram } from "./support/program.ts";

/** These run Pulumi's language host, in a process of its own, on a program in a folder: about a second each time. */
describe("The engine and Pulumi's language host", function () {
  this.timeout(120_000);
  let program: TestProgram;
  let environment: NodeJS.ProcessEnv;
  beforeEach(() => {
    environment = { ...process.env };
    process.env.PULUMI_CONFIG_PASSPHRASE = "foo";
  });
  afterEach(async () => {
    process.env = environment;
    await program.close();
  });

  it("are not led astray by a proxy's variables", async () => {
    for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
      process.env[name] = "http://127.0.0.1:9";
    program = await TestProgram.open("whole", { environment: { TEST_TOKEN: "open-sesame" } });
    assert.equal((await program.engine.up()).counts.create, 2);
  });

  it("have the program's transforms change what it registers", async () => {
    program = await TestProgram.open("whole", { environment: { TEST_TOKEN: "open-sesame" } });
    const { engine, things } = program;
    const good = readFileSync(join(program.directory, "index.ts"), "utf8");
    const transform = `pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
      type === "test:index:Thing" ? { props: { ...props, size: 7 }, opts } : undefined);`;
    program.write("index.ts", good.replace(/(import \* as pulumi from .*\n)/, `$1${transform}\n`));
    assert.equal((await engine.up()).counts.create, 2);
    assert.equal(things.alive.get("thing-1")?.size, 7);
  });

  it("run a program with its configuration; a broken or changed one leaves what is there", async () => {
    program = await TestProgram.open("whole", { environment: { TEST_TOKEN: "open-sesame" } });
    const { engine, things } = program;
    // Two at the same time run one after the other.
    const [first, second] = await Promise.all([engine.up(), engine.up()]);
    const expected = { label: "size 3", token: "[secret]", where: "organization/whole/dev" };
    assert.deepEqual(first.outputs, expected);
    assert.deepEqual(engine.outputs(), expected);
    assert.deepEqual([first.counts.create, second.counts.same], [2, 2]);
    assert.deepEqual(things.alive.get("thing-1")?.link, { owner: "me", list: [1, 2] });
    assert.ok(program.messages().includes("the token is [secret]"));
    things.news();

    const good = readFileSync(join(program.directory, "index.ts"), "utf8");
    const failures: [string, RegExp][] = [
      ["const open = {;", /index\.ts(?![\s\S]*Stack backtrace)/],
      ['throw new Error("out of ideas");', /out of ideas[\s\S]*index\.ts:1/],
      ["process.exit(3);", /exit code 3 and said nothing/],
    ];
    for (const [text, message] of failures) {
      program.write("index.ts", text);
      await assert.rejects(engine.up(), message);
    }
    // Rehearsed, nothing is touched before the program has come to its end.
    const late = `${good}new Thing("early");\nsetTimeout(() => { throw new Error("too late"); }, 300);\n`;
    program.write("index.ts", late);
    await assert.rejects(engine.up({ rehearsed: true }), /too late/);
    assert.deepEqual(things.news(), []);
    program.write("index.ts", `${good}new Thing("big", { size: "big" });\n`);
    const error = await engine.up().catch((failed) => failed);
    assert.equal(error.message, 'size is "big"; it must be a number');
    assert.match(error.urn, /::big$/);
    assert.equal(error.position, `index.ts:${good.split("\n").length}`);
    assert.deepEqual(things.news(), []);

    // In a process that waits with the former configuration, then in one with the new.
    program.write("index.ts", good);
    engine.prepare();
    const stack = readFileSync(join(program.directory, "Pulumi.dev.yaml"), "utf8");
    program.write("Pulumi.dev.yaml", stack.replace(/whole:labels:.*/s, "whole:size: 4\n  whole:labels: {}\n"));
    await engine.up({ rehearsed: true });
    engine.prepare();
    assert.equal((await engine.up()).counts.same, 2);
    assert.deepEqual(things.news(), ["update thing"]);
    await program.reopen();
    assert.equal(program.engine.outputs().label, "size 4");
    const [root, thing] = program.engine.resources();
    assert.deepEqual(root?.outputs.token, "[secret]");
    assert.deepEqual([thing?.id, thing?.outputs.size, thing?.inputs.size], ["thing-1", 4, 4]);
    const listed = program.engine.resources();
    assert.equal(program.engine.snapshot().resources, listed);
    await program.engine.up();
    assert.notEqual(program.engine.resources(), listed);
  });

  it("make dynamic resources by Pulumi's own provider", async () => {
    program = await TestProgram.open("dynamic");
    const { engine, directory } = program;
    const note = join(directory, "note");
    const configure = (greeting: string, broken = false) =>
      program.write("Pulumi.dev.yaml", JSON.stringify({ config: { folder: directory, greeting, broken } }));

    configure("hello", true);
    await assert.rejects(engine.up(), /the ink ran out; dry/);
    const [said] = program.events.filter((event) => event.kind === "message" && event.text === "writing hello");
    assert.match(said?.kind === "message" ? (said.urn ?? "") : "", /pulumi-nodejs:dynamic\/notes:Note::note$/);
    assert.ok(program.messages().includes("greeting is hello"));

    configure("good evening");
    const { counts, outputs } = await engine.up();
    assert.deepEqual([counts.update, outputs.lengths], [1, [12]]);
    assert.equal(readFileSync(note, "utf8"), "good evening");
    assert.equal((await engine.preview()).counts.same, 2);
    configure("empty");
    await assert.rejects(engine.up(), /EngineError: text must not be empty$/);
    await engine.destroy();
    assert.equal(existsSync(note), false);
  });

  it("run a program in its own folder, with its own SDK", async () => {
    program = await TestProgram.open("own");
    const { engine, directory, things } = program;
    const cwd = join(realpathSync(directory), "infra");
    const sdkIn = (folder: string, command: string) => join(folder, `@pulumi/pulumi/cmd/${command}/index.js`);
    program.ownSdk("3.0.0-own");
    const { outputs } = await engine.up();
    const own = join(realpathSync(directory), "node_modules");
    assert.deepEqual(outputs, {
      host: { cwd, sdk: sdkIn(own, "run"), version: "3.0.0-own" },
      dynamic: { cwd, sdk: sdkIn(own, "dynamic-provider") },
      note: "a note\n",
    });
    const { link } = things.alive.get("thing-1") as { link: { path: string } };
    assert.equal(link.path, join(directory, "infra/note.txt"));

    program.write(
      "infra/index.ts",
      `${readFileSync(join(directory, "infra/index.ts"))}new Thing("big", { size: "big" });`,
    );
    const error = await engine.up().catch((failed) => failed);
    assert.match(error.position, /^infra\/index\.ts:\d+$/);
    assert.equal(sdkModule("cmd/run", tmpdir()), sdkIn(join(import.meta.dirname, "../../../../node_modules"), "run"));
  });

  it("end together: a host that waits does not outlive its engine", async () => {
    program = await TestProgram.open("basic");
    const host = join(import.meta.dirname, "../../src/engine/waitingHost.cjs");
    const child = spawn(process.execPath, [host, sdkModule("cmd/run", program.directory)], {
      cwd: program.directory,
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, PULUMI_LOCAL_SOCKETS: program.directory },
    });
    child.stdin.end();
    assert.deepEqual(await once(child, "exit"), [1, null]);
  });
});
