import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const main = resolve(import.meta.dirname, "../../src/main.ts");
const node = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
];
/** Gives a command a terminal, where Python has what it takes: Windows's has not. */
const hasTerminal = spawnSync("python3", ["-c", "import pty"]).status === 0;
const pty = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";

describe("pulumi-local reset", function () {
  this.timeout(120_000);
  let folder: string;
  let state: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "reset-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    state = join(folder, ".local");
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(() => mkdirSync(join(state, "cloud"), { recursive: true }));

  const env = { ...process.env, LOCAL_STATE_DIR: "", NO_COLOR: "1" };
  const command = () => [...node, main, "reset", "--cwd", folder];

  /** At a terminal, with that answer. @returns what is on it. */
  async function atTerminal(answer: string, ...more: string[]): Promise<string> {
    const child = spawn("python3", ["-c", pty, ...command(), ...more], {
      env,
      stdio: ["pipe", "pipe", "inherit"],
      timeout: 50_000,
    });
    let shown = "";
    child.stdout.on("data", (chunk) => {
      const asked = shown.includes("[y/N]");
      shown += chunk;
      if (!asked && shown.includes("[y/N]")) child.stdin.write(`${answer}\n`);
    });
    await once(child, "close");
    return shown;
  }

  it("asks who sits at a terminal, and drops nothing without a yes", async function () {
    if (!hasTerminal) this.skip(); // Nobody sits at one.
    for (const answer of ["", "no"]) {
      const shown = await atTerminal(answer);
      assert.ok(shown.includes(`Drop all that is in ${state}? [y/N] `), shown);
      assert.match(shown, /Nothing was dropped\./);
      assert.ok(existsSync(state));
    }
    assert.match(await atTerminal("y"), /\.local dropped\./);
    assert.ok(!existsSync(state));
  });

  it("asks nobody where there is no terminal", async () => {
    const [program = "", ...rest] = command();
    assert.equal((await promisify(execFile)(program, rest, { env })).stdout, `${state} dropped.\n`);
    assert.equal((await promisify(execFile)(program, rest, { env })).stdout, `There is nothing in ${state}.\n`);
  });

  it("asks nobody by --yes", async function () {
    if (!hasTerminal) this.skip(); // Nobody would be asked anyway.
    assert.doesNotMatch(await atTerminal("", "--yes"), /\[y\/N\]/);
    assert.ok(!existsSync(state));
  });
});
