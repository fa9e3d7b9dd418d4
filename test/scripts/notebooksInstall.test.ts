import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Running } from "local-aws/testing";

const script = join(import.meta.dirname, "../../scripts/notebooksInstall.ts");

describe("npm run notebooks:install", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "install-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A `python3` that makes the environment that it is asked for, with a pip that notes what it is told. */
  const fake = (exit: number) => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const pip = `#!/bin/sh\\necho "$@" > ${join(folder, "asked")}\\nexit ${exit}\\n`;
    const python = `#!/bin/sh\nmkdir -p "$3/bin"\nprintf '${pip}' > "$3/bin/pip"\nchmod +x "$3/bin/pip"\n`;
    writeFileSync(join(bin, "python3"), python);
    chmodSync(join(bin, "python3"), 0o755);
    return { PATH: `${bin}:/usr/bin:/bin` };
  };
  const install = (environment: NodeJS.ProcessEnv) =>
    new Running(script, ["--state-dir", join(folder, "state")], { environment });

  it("makes an environment in the state folder, and installs the pinned packages into it", async () => {
    const running = install(fake(0));
    assert.equal(await running.end(), 0, running.printed);
    assert.ok(existsSync(join(folder, "state/tools/python/bin/pip")));
    const [, requirements = ""] = /--requirement (\S+)/.exec(readFileSync(join(folder, "asked"), "utf8")) ?? [];
    const pinned = readFileSync(requirements, "utf8").trim().split("\n");
    assert.deepEqual(
      pinned.map((line) => line.replace(/==\d[\d.]*$/, "==")),
      ["boto3==", "jupyterlab==", "pyspark=="],
    );
    assert.match(running.printed, /Installed in .*state\/tools\/python/);
  });

  it("says in a line what failed", async () => {
    const running = install(fake(3));
    assert.equal(await running.end(), 1);
    assert.match(running.printed, /pip ended with exit code 3\n$/);
    assert.doesNotMatch(running.printed, /^\s+at /m);
  });

  it("says that there is no Python", async () => {
    const running = install({ PATH: join(folder, "none") });
    assert.equal(await running.end(), 1);
    assert.match(running.printed, /^python3 cannot be run/m);
  });
});
