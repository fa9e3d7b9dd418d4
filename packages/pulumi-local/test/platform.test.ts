import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Platform } from "../src/platform.ts";

const packages = join(import.meta.dirname, "../../../node_modules");
const program = `import { appendFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
appendFileSync("runs", "a run\\n");
export const name = new aws.sqs.Queue("jobs", { name: "jobs" }).name;
`;

/** A program of one queue, which leaves a line in the file `runs` each time it runs. */
describe("A platform that is started again", function () {
  this.timeout(120_000);
  let directory: string;
  /** Free ones the first time, the same again later: URLs hold them. */
  let ports = { awsPort: 0, apiPort: 0 };
  const at = (leaf: string) => join(directory, leaf);
  const runs = () => readFileSync(at("runs"), "utf8").split("\n").length - 1;

  async function start(config?: Record<string, string>) {
    const platform = await Platform.open({
      ...{ programDirectory: directory, stack: "local", stateDirectory: at(".local"), ...ports },
      ...(config && { config }),
      local: { watch: { program: ["index.ts"] } },
      onEvent() {},
    });
    try {
      const portOf = (url: string) => Number(new URL(url).port);
      ports = { awsPort: portOf(platform.place.aws), apiPort: portOf(platform.place.api) };
      return await platform.up({ resumes: true });
    } finally {
      await platform.close();
    }
  }

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "again-"));
    symlinkSync(packages, at("node_modules"));
    writeFileSync(at("Pulumi.yaml"), "name: again\nruntime: nodejs\nconfig:\n  size: { type: integer, default: 1 }\n");
    writeFileSync(at("package.json"), "{}");
    writeFileSync(at("index.ts"), program);
    await sleep(20); // A module that is as young as its run is not known to be the one that has run.
    assert.equal((await start()).counts.create, 2);
  });
  after(() => rmSync(directory, { recursive: true }));

  it("goes on from its last run, without the program", async () => {
    const { counts, outputs } = await start();
    assert.deepEqual([runs(), counts.same, outputs], [1, 2, { name: "jobs" }]);
    assert.deepEqual(JSON.parse(readFileSync(at(".local/outputs.json"), "utf8")), { name: "jobs" });
  });

  it("runs the program with another configuration, and when it was edited", async () => {
    await start({ size: "2" });
    assert.equal(runs(), 2);
    writeFileSync(at("index.ts"), program.replaceAll('"jobs"', '"work"'));
    await sleep(20);
    assert.equal((await start({ size: "2" })).outputs.name, "work");
    assert.equal(runs(), 3);
    await start({ size: "2" });
    assert.equal(runs(), 3);
  });

  it("runs the program where its last run has failed", async () => {
    writeFileSync(at("index.ts"), `${program}throw new Error("out of ideas");`);
    await assert.rejects(start(), /out of ideas/);
    writeFileSync(at("index.ts"), program.replaceAll('"jobs"', '"work"'));
    await sleep(20);
    await start({ size: "2" });
    assert.equal(runs(), 5);
  });
});
