import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type Group, runGroup } from "../../src/containers/group.ts";
import { isRunning } from "../support/processes.ts";

const environment = { PATH: process.env.PATH ?? "" };
const run = (...command: string[]): Group => runGroup({ command, workingDirectory: tmpdir(), environment });
const all = async (stream: Readable): Promise<string> => {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
};
const firstLine = async (stream: Readable): Promise<string> => String((await once(stream, "data"))[0]).trim();
const gone = async (pid: number): Promise<void> => {
  while (isRunning(pid)) await new Promise((next) => setTimeout(next, 20));
};

describe("a process group", () => {
  it("ends with its program's exit code, and says what it said", async () => {
    const group = run("sh", "-c", "echo out; echo err >&2; exit 7");
    const [code, out, err] = await Promise.all([group.ended, all(group.stdout), all(group.stderr)]);
    assert.deepEqual([code, out, err], [7, "out\n", "err\n"]);
  });

  it("hands on arguments as they are", async () => {
    const group = run("printf", "%s|", "a b", "$HOME", "'", "`id`");
    assert.equal(await all(group.stdout), "a b|$HOME|'|`id`|");
  });

  it("says that a program is not there", async () => {
    const group = run("/none/program");
    assert.match(await all(group.stderr), /none\/program/);
    assert.equal(await group.ended, 127);
  });

  it("stops with all that its program started, whatever it makes of SIGTERM", async () => {
    const group = run("sh", "-c", "trap '' TERM; sleep 600 & echo $!; while :; do sleep 600; done");
    const pid = Number(await firstLine(group.stdout));
    await group.stop(200);
    await gone(pid);
    assert.equal(await group.ended, 137);
  });

  it("lets its program end in its own way, when it is told to", async () => {
    const group = run("sh", "-c", "trap 'echo saved; exit 3' TERM; echo ready; while :; do sleep 0.1; done");
    await firstLine(group.stdout);
    const said = all(group.stdout);
    await group.stop(20_000);
    assert.deepEqual([await said, await group.ended], ["saved\n", 3]);
  });

  it("leaves nothing behind when its program ends", async () => {
    const group = run("sh", "-c", "sleep 600 & echo $!");
    const pid = Number(await firstLine(group.stdout));
    assert.equal(await group.ended, 0);
    await gone(pid);
  });

  it("ends with the process that started it, when that is killed", async () => {
    const file = join(import.meta.dirname, "../../src/containers/group.ts");
    const script = `
      import { runGroup } from ${JSON.stringify(file)};
      const group = runGroup({ command: ["sh", "-c", "echo $$; sleep 600"], workingDirectory: "/", environment: process.env });
      group.stdout.pipe(process.stdout);
    `;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = Number(await firstLine(parent.stdout));
    assert.ok(isRunning(pid));
    parent.kill("SIGKILL");
    await gone(pid);
  });

  it("knows how much memory all of its processes have", async () => {
    const hoard = 32 * 2 ** 20;
    const program = `const hoard = Buffer.alloc(${hoard}, 1); setInterval(() => hoard, 1000)`;
    const group = run("sh", "-c", '"$0" -e "$1" & "$0" -e "$1"', process.execPath, program);
    // Both have to start first.
    while ((await group.memory()) < 2 * hoard) await new Promise((next) => setTimeout(next, 20));
    assert.ok((await group.memory()) < 2 ** 30);
    group.kill();
    await group.ended;
    assert.equal(await group.memory(), 0);
  });
});
