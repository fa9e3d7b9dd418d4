import assert from "node:assert/strict";
import { existsSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SupersededError } from "../../src/engine/index.ts";
import { TestProgram } from "./support/program.ts";

/** What a run of the program has found (`fixtures/edited/index.ts`). */
interface Found {
  pid: number;
  listeners: number;
  left: string;
  preview: boolean;
}

/** Somebody saves `what.ts` while the program is up. */
describe("The engine, when the program is edited", function () {
  this.timeout(120_000);
  let program: TestProgram;
  let seen = 0;

  const runs = (): Found[] => {
    const lines = readFileSync(join(program.directory, "runs"), "utf8").trim().split("\n");
    const news = lines.slice(seen).map((line) => JSON.parse(line) as Found);
    seen = lines.length;
    return news;
  };
  const write = (size: number, shape = "plain") =>
    program.write("what.ts", `export const size = ${size};\nexport const shape: string = "${shape}";\n`);
  const save = (size: number, shape?: string) => {
    write(size, shape);
    program.events.length = 0;
    return program.engine.up({ rehearsed: true });
  };
  /** All that is known, in the order of names. */
  const known = () => ({
    outputs: program.engine.outputs(),
    resources: program.engine.resources().toSorted((a, b) => (a.urn < b.urn ? -1 : 1)),
  });

  beforeEach(async () => {
    program = await TestProgram.open("edited");
    seen = 0;
    await program.engine.up();
    program.things.news();
    runs();
  });
  afterEach(() => program.close());

  it("does what a preview has found, and what follows from that, without another run", async () => {
    const { counts, outputs } = await save(2);
    assert.deepEqual(
      runs().map(({ preview }) => preview),
      [true],
    );
    assert.deepEqual([counts.update, counts.same], [2, 1]);
    assert.deepEqual(program.things.news(), ["update first", "update second"]);
    assert.deepEqual(outputs, { label: "size 2", given: 2 });
    assert.deepEqual(program.messages(), ["the size is 2"]);
    const told = program.events.flatMap((event) =>
      event.kind === "step" ? [`${event.status} ${event.operation}`] : [],
    );
    assert.deepEqual(told, ["started update", "done update", "started update", "done update"]);
    const quick = known();
    assert.equal((await program.engine.up()).counts.same, 3);
    assert.deepEqual(known(), quick);
  });

  it("records what is said of a resource beside its inputs", async () => {
    assert.equal((await save(1, "protected")).counts.same, 3);
    assert.equal(runs().length, 1);
    await assert.rejects(program.engine.destroy(), /it is protected/);
  });

  const leaves: Record<string, string> = {
    unknown: "what an update will lead to cannot be told",
    more: "a resource is made",
    hooked: "a hook of the program runs",
    asks: "the program asks whether it runs in a preview",
  };
  for (const [shape, why] of Object.entries(leaves)) {
    it(`runs it after the preview where ${why}`, async () => {
      const { outputs } = await save(2, shape);
      assert.deepEqual(
        runs().map(({ preview }) => preview),
        [true, false],
      );
      assert.equal(outputs.label, "size 2");
      assert.equal(program.messages().filter((text) => text === "the size is 2").length, 1);
    });
  }

  it("runs it after the preview where something becomes another than was to be expected", async () => {
    const { update } = program.things.provider;
    program.things.provider.update = async (...given) => {
      const made = await update(...given);
      return { ...made, outputs: { ...made.outputs, label: "another" } };
    };
    const { outputs } = await save(2);
    assert.equal(runs().length, 2);
    assert.equal(outputs.label, "another");
    assert.equal(program.things.alive.get("second-1")?.link, "of another");
  });

  it("touches nothing when it fails, says on which line, and goes on when it is mended", async () => {
    await save(2);
    program.things.news();
    const text = readFileSync(join(program.directory, "index.ts"), "utf8");
    const line = 1 + text.split("\n").findIndex((one) => one.includes("out of ideas"));
    for (const above of [0, 3]) {
      program.write("index.ts", "\n".repeat(above) + text);
      await assert.rejects(save(3, "broken"), new RegExp(`out of ideas[\\s\\S]*index\\.ts:${line + above}:`));
    }
    assert.deepEqual(program.things.news(), []);
    await save(3);
    assert.deepEqual(program.things.news(), ["update first", "update second"]);
  });

  it("is not held up by a program that does not end: a newer change takes its place", async () => {
    const newer = new AbortController();
    write(2, "endless");
    const endless = program.engine.up({ rehearsed: true, superseded: newer.signal });
    endless.catch(() => {});
    while (runs().length === 0) await sleep(20);
    newer.abort();
    await assert.rejects(endless, SupersededError);
    assert.equal((await save(3)).outputs.label, "size 3");
  });

  it("runs it again in the process that has its packages, as in a new one", async () => {
    const found: Found[] = [];
    for (const size of [2, 3, 4]) {
      await save(size);
      found.push(...runs());
    }
    assert.equal(new Set(found.map(({ pid }) => pid)).size, 1);
    assert.equal(new Set(found.map(({ listeners }) => listeners)).size, 1);
    assert.deepEqual(new Set(found.map(({ left }) => left)), new Set(["nothing"]));

    // Packages are installed, or it is compiled by other rules.
    utimesSync(join(program.directory, "tsconfig.json"), new Date(), new Date());
    await save(5);
    assert.notEqual(runs()[0]?.pid, found[0]?.pid);
  });

  it("runs it in another process when the one that waits has died", async () => {
    await save(2);
    const [{ pid } = { pid: 0 }] = runs();
    process.kill(pid, "SIGKILL");
    while (existsSync(`/proc/${pid}`)) await sleep(20);
    assert.equal((await save(3)).outputs.label, "size 3");
    assert.notEqual(runs()[0]?.pid, pid);
  });

  it("leaves no process behind for those who do not edit it", async () => {
    seen = 0;
    const [{ pid } = { pid: 0 }] = runs();
    program.engine.prepare();
    const lives = () => existsSync(`/proc/${pid}`);
    for (let tries = 0; tries < 100 && lives(); tries++) await sleep(100);
    assert.equal(lives(), false);
  });
});
