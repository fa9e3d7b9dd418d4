import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const main = resolve(import.meta.dirname, "../../src/main.ts");
const packages = resolve(import.meta.dirname, "../../../../node_modules");

describe("pulumi-local up", function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "up-"));
    symlinkSync(packages, join(folder, "node_modules"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "index.ts"), "while (true);\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Starts it, and interrupts its first run. @returns its exit code. */
  async function interrupted(...more: string[]): Promise<number> {
    const args = ["--disable-warning=ExperimentalWarning", main, "up", "--json", "--cwd", folder, ...more];
    const env = { ...process.env, LOCAL_STATE_DIR: "", LOCAL_API_PORT: "0", LOCAL_AWS_PORT: "0" };
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"], timeout: 50_000 });
    const closed = once(child, "close");
    for await (const line of createInterface({ input: child.stdout })) {
      if (JSON.parse(line).kind === "start") break;
    }
    child.kill("SIGTERM");
    const [code] = await closed;
    return code as number;
  }

  it("ends well when its user ends it, and not when it was to run a command that it has not run", async () => {
    assert.equal(await interrupted(), 0);
    assert.equal(await interrupted("--wait", "--", "true"), 1);
  });
});
