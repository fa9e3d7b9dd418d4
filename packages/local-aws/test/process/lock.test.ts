import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockFolder } from "../../src/process/lock.ts";

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

  it("closes the folder to others where it is a state's, and leaves alone what is not", () => {
    const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
    const [made, empty, other, shared] = ["made", "empty", "other", "shared"].map((name) => join(folder, name));
    for (const path of [empty, other, shared]) {
      mkdirSync(path!);
      chmodSync(path!, path === shared ? 0o1777 : 0o755);
    }
    writeFileSync(join(other!, "notes.txt"), "");
    for (const path of [made, empty, other, shared]) lockFolder(path!)?.();
    assert.deepEqual(
      [made, empty, other, shared].map((path) => modeOf(path!)),
      ["700", "700", "755", "1777"],
    );
  });

  it("goes with a process that is killed", async () => {
    const lock = JSON.stringify(join(import.meta.dirname, "../../src/process/lock.ts"));
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
