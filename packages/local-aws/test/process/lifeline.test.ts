import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const lifeline = join(import.meta.dirname, "../../src/process/lifeline.cjs");

/** A process with the lifeline; its standard input is open until the test ends it. */
const start = (program: string) =>
  spawn(process.execPath, ["--require", lifeline, "--eval", program], { stdio: ["pipe", "pipe", "pipe"] });

describe("the lifeline of processes", () => {
  it("ends a process with what has started it", async () => {
    const child = start("setInterval(() => {}, 1000); console.log('here')");
    await once(child.stdout, "data");
    child.stdin.end();
    assert.deepEqual(await once(child, "exit"), [1, null]);
  });

  it("leaves threads alone, which have no standard input", async () => {
    const thread = `require("node:worker_threads").parentPort.once("message", () => process.exit(0))`;
    const child = start(`
      const thread = new (require("node:worker_threads").Worker)(${JSON.stringify(thread)}, { eval: true });
      thread.once("online", () => setTimeout(() => thread.postMessage("end"), 100));
      thread.once("exit", (code) => console.log("thread", code));`);
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.equal(out, "thread 0\n", errors);
  });
});
