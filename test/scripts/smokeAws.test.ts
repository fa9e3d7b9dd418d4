import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { isThrowAway } from "../../policy/rule.ts";
import { startCloud, type TestCloud } from "../local/support/cloud.ts";

const program = resolve(import.meta.dirname, "../../scripts/smokeAws.ts");

/** Against a stand-in for the CLI that writes down what it is asked, and fails where the test says. */
describe("smoke:aws", function () {
  this.timeout(30_000);
  let cloud: TestCloud;
  let folder: string;

  before(async () => {
    cloud = await startCloud({ region: "eu-west-1" });
  });
  after(() => cloud.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "smoke-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function smoke(failing: string, ...args: string[]) {
    const asked = join(folder, "asked");
    const cli = `#!/bin/sh\necho "$*" >>${asked}\ncase "$*" in ${failing}) exit 9 ;; esac\ncase "$*" in *output*) echo '{}' ;; esac\n`;
    writeFileSync(join(folder, "pulumi"), cli);
    chmodSync(join(folder, "pulumi"), 0o755);
    const env = {
      ...process.env,
      PATH: [folder, process.env.PATH].join(delimiter),
      AWS_ENDPOINT_URL: cloud.origin,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const { code, stderr, stdout } = await new Promise<{ code: unknown; stderr: string; stdout: string }>((done) => {
      const args_ = ["--disable-warning=ExperimentalWarning", program, "--yes", ...args];
      execFile(process.execPath, args_, { env, cwd: folder }, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, stderr, stdout }),
      );
    });
    const commands = readFileSync(asked, "utf8").trim().split("\n");
    const stack = commands[0]?.split(" ").at(-1) ?? "";
    return {
      code,
      stdout,
      lines: stderr.trim().split("\n"),
      stack,
      commands: commands.map((one) => one.replaceAll(stack, "STACK")),
    };
  }

  it("names the stack so that its data is thrown away with it", async () => {
    const { stack, commands } = await smoke("up*");
    assert.match(stack, /^smoke-[0-9a-f]{6}$/);
    assert.ok(isThrowAway(stack));
    assert.equal(commands[0], "stack init STACK");
  });

  it("removes the stack whatever failed, and says what failed first", async () => {
    const { code, lines, commands } = await smoke("up*");
    assert.equal(code, 1);
    assert.match(lines[0] ?? "", /^pulumi up --yes --skip-preview --stack smoke-\w+ ended with 9$/);
    assert.deepEqual(commands.slice(-2), ["destroy --yes --skip-preview --stack STACK", "stack rm --yes STACK"]);
  });

  it("says both where the clean-up fails as well, and what is left", async () => {
    const { code, lines, stack } = await smoke("up*|destroy*");
    assert.equal(code, 1);
    assert.match(lines[0] ?? "", /^pulumi up .* ended with 9$/);
    assert.match(
      lines[1] ?? "",
      new RegExp(`^pulumi destroy .* ended with 9\\. What is left costs money: pulumi destroy --stack ${stack}$`),
    );
  });

  it("keeps the stack when it is told to, and says how to remove it", async () => {
    const { stdout, stack, commands } = await smoke("up*", "--keep");
    assert.match(stdout, new RegExp(`Kept: pulumi destroy --stack ${stack}`));
    assert.ok(!commands.some((one) => one.startsWith("destroy")));
  });
});
