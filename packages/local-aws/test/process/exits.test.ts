import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LastExit } from "../../src/process/exits.ts";
import { Running } from "../../testing/running.ts";

const exits = JSON.stringify(join(import.meta.dirname, "../../src/process/exits.ts"));

describe("the end of a process", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "exits-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs `code` in a process that says why it ends, and that lives as long as it is let. */
  const start = (code = "", nodeOptions: string[] = []) =>
    new Running(
      "--eval",
      [
        `import(${exits}).then(({ Exits }) => {
          const exits = new Exits();
          exits.keepIn(${JSON.stringify(folder)});
          const alive = setInterval(() => {}, 1000);
          exits.ending.addEventListener("abort", () => clearInterval(alive));
          console.log("begun");
          ${code}
        })`,
      ],
      { nodeOptions },
    );
  const last = (): LastExit => JSON.parse(readFileSync(join(folder, "last-exit.json"), "utf8"));

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`is a clean one by ${signal}, which is kept and said`, async () => {
      const process = start();
      await process.until(/begun/);
      assert.equal(last().reason, undefined);
      assert.equal(await process.end(signal), 0);
      assert.equal(process.printed, `begun\nends: ${signal}\n`);
      const { pid, reason, started, ended = "" } = last();
      assert.deepEqual([pid, reason], [process.child.pid, signal]);
      assert.ok(Date.parse(started) <= Date.parse(ended));
      // An end that was asked for is nothing to be told of.
      const next = start();
      assert.equal(await next.until(/begun/), "begun\n");
      await next.end("SIGTERM");
    });
  }

  const errors: [string, string, string, string][] = [
    [
      "an error that nobody caught",
      "setImmediate(() => { throw new TypeError('on purpose'); });",
      "ending because of an uncaught error: TypeError: on purpose\n    at ",
      "an uncaught error: TypeError: on purpose",
    ],
    [
      "something that is no error",
      "setImmediate(() => { throw { code: 7 }; });",
      "ending because of an uncaught error: { code: 7 }",
      "an uncaught error: { code: 7 }",
    ],
  ];
  for (const [what, code, said, reason] of errors) {
    it(`says ${what}, keeps it with its stack, and the next start tells it`, async () => {
      const process = start(code);
      assert.equal(await process.end(), 1);
      assert.ok(process.printed.startsWith(`begun\n${said}`), process.printed);
      assert.equal(last().reason, reason);
      assert.ok(last().stack?.startsWith(reason.split(": ").slice(1).join(": ")), last().stack);
      const next = start();
      const told = await next.until(/begun/);
      assert.ok(told.startsWith(`The last run (process ${process.child.pid}, of `), told);
      assert.ok(told.includes(`) ended by ${reason}; its stack is in ${join(folder, "last-exit.json")}\n`), told);
      await next.end("SIGTERM");
    });
  }

  it("does not come by a rejection that nobody handled, which is told", async () => {
    const process = start(
      "Promise.reject(new Error('left alone')).finally(() => setTimeout(console.log, 10, 'alive'));",
    );
    assert.match(
      await process.until(/alive/),
      /an unhandled rejection; everything else continues: Error: left alone\n {4}at /,
    );
    assert.equal(last().reason, undefined);
    assert.equal(await process.end("SIGTERM"), 0);
  });

  it("keeps an exit code when that is all there is, and the first of several reasons", async () => {
    const process = start("process.exit(3);");
    assert.equal(await process.end(), 3);
    assert.equal(last().reason, "exit code 3");
    const second = start("exits.because('port 1 is taken'); process.exit(1);");
    assert.equal(await second.end(), 1);
    assert.equal(last().reason, "port 1 is taken");
  });

  it("by want of memory leaves Node's report, without the environment, and the next start says so", async () => {
    const hoard = "const all = []; for (;;) all.push(new Array(1000).fill(all.length));";
    const process = start(hoard, ["--max-old-space-size=40", "--report-exclude-env"]);
    await process.end();
    assert.match(process.printed, /JavaScript heap out of memory/);
    const report = JSON.parse(readFileSync(join(folder, "fatal-error.json"), "utf8"));
    assert.equal(report.environmentVariables, undefined);
    const next = start();
    const told = await next.until(/begun/);
    assert.match(told, /ended by a fatal error: .*heap out of memory; Node's report is .*fatal-error\.json\n/);
    await next.end("SIGKILL");
    // That report is of a run before the last.
    const third = start();
    const last = new RegExp(
      `^The last run \\(process ${next.child.pid}, of \\S+\\) ended without saying why: by SIGKILL,`,
    );
    assert.match(await third.until(/begun/), last);
    await third.end("SIGTERM");
  });

  it("goes on when the folder is gone", async () => {
    const process = start(`require("node:fs").rmSync(${JSON.stringify(folder)}, { recursive: true });`);
    await process.until(/begun/);
    assert.equal(await process.end("SIGTERM"), 0);
    assert.ok(!existsSync(folder));
    assert.match(process.printed, /last-exit\.json cannot be written: ENOENT[^\n]*\nends: SIGTERM/);
  });
});
