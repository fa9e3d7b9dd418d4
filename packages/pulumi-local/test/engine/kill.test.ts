import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { durableThings, filesIn } from "./support/durableThings.ts";
import { TestProgram } from "./support/program.ts";

/** Command lines that name that folder. */
const processesOf = (directory: string): string[] =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(directory));

describe("The engine's memory", function () {
  this.timeout(120_000);
  let program: TestProgram;
  afterEach(() => program.close());

  it("survives kill -9 at any moment: nothing is made twice, nothing is forgotten", async () => {
    program = await TestProgram.open("many");
    const things = join(program.directory, "things");
    mkdirSync(things);
    const state = join(program.directory, ".state");
    const killAt = async (reached: (files: number) => boolean): Promise<void> => {
      await program.engine.close();
      const script = join(import.meta.dirname, "support/killedEngine.ts");
      const child = spawn(process.execPath, [script, program.directory, state, things], { stdio: "inherit" });
      const ended = once(child, "exit");
      while (!reached(filesIn(things).length) && child.exitCode === null) await wait(1);
      assert.equal(child.exitCode, null, "it ended before it was killed");
      child.kill("SIGKILL");
      await ended;
      while (processesOf(program.directory).length > 0) await wait(10);
      await program.reopen({ registry: durableThings(things) });
    };
    const names = () => filesIn(things).map((file) => file.split("-")[0]);
    const all = Array.from({ length: 60 }, (_, index) => `thing${index}`).sort();

    await killAt((files) => files >= 5);
    await killAt((files) => files >= 23);
    assert.ok(filesIn(things).length < 60);
    const { counts } = await program.engine.up();
    assert.deepEqual(names(), all);
    assert.ok(counts.same >= 20 && counts.create > 20, JSON.stringify(counts));

    program.write("Pulumi.dev.yaml", "config:\n  count: 0\n");
    await killAt((files) => files <= 40);
    await program.engine.destroy();
    assert.deepEqual(names(), []);
  });

  it("is whole after an interruption, and no process is left", async () => {
    program = await TestProgram.open("many");
    const started = Promise.withResolvers<void>();
    program.things.before = (_verb, name, { signal }) => {
      if (name !== "thing2") return;
      started.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    };
    const running = program.engine.up().catch((error: Error) => error.message);
    await started.promise;
    await program.engine.close();
    assert.equal(await running, "interrupted");
    assert.deepEqual(processesOf(program.directory), []);
    assert.deepEqual(program.events.at(-1)?.kind, "end");
    program.things.before = () => {};
    await program.reopen();
    assert.ok(program.engine.resources().length >= 1);
  });
});
