import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { startCloud, type TestCloud } from "local-aws/testing";
import { prepareAccount } from "../../bootstrap/localAccount.ts";
import { isThrowAway } from "../../policy/throwAway.ts";

const program = resolve(import.meta.dirname, "../../scripts/smokeAws.ts");

/** Against a stand-in for the CLI that writes down what it is asked, and fails where the test says. */
describe("smoke:aws", function () {
  this.timeout(30_000);
  let cloud: TestCloud;
  let folder: string;

  before(async () => {
    cloud = await startCloud({ region: "eu-west-1" });
    await prepareAccount(cloud.cloud);
  });
  after(() => cloud.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "smoke-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function smoke(failing: string, ...args: string[]) {
    const log = join(folder, "asked");
    const cli = `#!/bin/sh\necho "$*" >>${log}\ncase "$*" in ${failing}) exit 9 ;; esac\ncase "$*" in *output*) echo '{}' ;; esac\n`;
    writeFileSync(join(folder, "pulumi"), cli);
    chmodSync(join(folder, "pulumi"), 0o755);
    const env = {
      ...process.env,
      PATH: [folder, process.env.PATH].join(delimiter),
      TMPDIR: folder,
      NO_COLOR: "1",
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
    const asked = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    const stack = asked.join(" ").match(/--stack (\S+)/)?.[1] ?? "";
    const commands = asked.map((one) => one.replace(` --stack ${stack} --non-interactive --color never`, ""));
    return { code, stdout, stderr, stack, commands };
  }

  it("asks for what the account does not have yet, before anything is made", async () => {
    const { code, stderr, commands } = await smoke("never", "--region", "eu-central-1");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^API Gateway may write logs: no CloudWatch role is set in eu-central-1\n {2}Once per account/,
    );
    assert.deepEqual(commands, []);
  });

  it("refuses what is no configuration", async () => {
    const { stderr, commands } = await smoke("never", "--config", "recommenderImageUri");
    assert.match(stderr, /^--config is "recommenderImageUri"; allowed is KEY=VALUE/);
    assert.deepEqual(commands, []);
  });

  it("names the stack so that its data is thrown away with it", async () => {
    const { stack, commands } = await smoke("up*");
    assert.match(stack, /^smoke-[0-9a-f]{6}$/);
    assert.ok(isThrowAway(stack));
    assert.equal(commands[1], "stack init");
  });

  it("removes the stack whatever failed, and says what failed", async () => {
    const { code, stdout, commands } = await smoke("up*");
    assert.equal(code, 1);
    assert.match(stdout, /^✗ up .*\n +pulumi up: ended with 9$/m);
    assert.match(stdout, /^- requests .*\n +needs up$/m);
    assert.match(stdout, /^1 passed, 1 failed$/m);
    assert.deepEqual(commands.slice(-2), ["destroy --yes --skip-preview --json", "stack rm --yes"]);
  });

  it("destroys nothing where nothing came to be", async () => {
    const { code, commands } = await smoke("preview*");
    assert.equal(code, 1);
    assert.ok(!commands.some((one) => one.startsWith("destroy")));
    assert.equal(commands.at(-1), "stack rm --yes");
  });

  it("says what is left where the clean-up fails as well", async () => {
    const { code, stderr, stack } = await smoke("up*|destroy*");
    assert.equal(code, 1);
    const [failure, left] = stderr.trim().split("\n");
    assert.equal(failure, "pulumi destroy: ended with 9");
    assert.match(left ?? "", new RegExp(`^What is left costs money: pulumi -C \\S+ destroy --stack ${stack}$`));
  });

  it("keeps the stack when it is told to, and says how to remove it", async () => {
    const { stdout, stack, commands } = await smoke("up*", "--keep");
    assert.match(stdout, new RegExp(`Kept: pulumi -C \\S+ destroy --stack ${stack}`));
    assert.ok(!commands.some((one) => one.startsWith("destroy")));
  });
});
