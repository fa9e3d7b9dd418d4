import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { ofPosix, residentBytes } from "../../src/containers/processTree.ts";

describe("the memory of a process and its descendants", () => {
  it("is nothing when it has ended", async () => {
    const child = spawn(process.execPath, ["-e", "0"]);
    await once(child, "exit");
    assert.deepEqual([await residentBytes(child.pid), await ofPosix(child.pid as number)], [0, 0]);
    assert.equal(await residentBytes(undefined), 0);
  });

  it("is theirs together, by Linux's own account as by `ps`", async () => {
    const mebibytes = 64;
    const hoard = `const hoard = Buffer.alloc(${mebibytes} * 2 ** 20, 1); console.log("full"); setInterval(() => hoard, 1000)`;
    const child = spawn("sh", ["-c", '"$0" -e "$1" & wait', process.execPath, hoard], { detached: true });
    await once(child.stdout, "data");
    for (const bytes of [await residentBytes(child.pid), await ofPosix(child.pid as number)]) {
      assert.ok(bytes > mebibytes * 2 ** 20 && bytes < 2 ** 30, `${bytes} bytes`);
    }
    process.kill(-(child.pid as number), "SIGKILL");
  });
});
