import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockFolder } from "../../local/lock.ts";

describe("lock of a state folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lock-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is one process's, until it lets go", () => {
    const unlock = lockFolder(folder);
    assert.ok(unlock);
    assert.equal(lockFolder(folder), undefined);
    unlock();
    const again = lockFolder(folder);
    assert.ok(again);
    again();
  });

  it("goes with a process that is killed", async () => {
    const lock = JSON.stringify(join(import.meta.dirname, "../../local/lock.ts"));
    const code = `import(${lock}).then(({ lockFolder }) => { lockFolder(${JSON.stringify(folder)}); console.log("held"); setInterval(() => {}, 1000); })`;
    const holder = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    assert.equal(lockFolder(folder), undefined);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const unlock = lockFolder(folder);
    assert.ok(unlock);
    unlock();
  });
});
