import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { Failure } from "../../../scripts/lib/failure.ts";
import { askPulumi, findCli, pulumiCommand, runPulumi } from "../../../scripts/lib/pulumi.ts";

/** Stand-ins for the CLI, in folders that are on PATH as npm and `scripts/run.sh` put them there. */
describe("the Pulumi CLI", () => {
  let folder: string;
  const { PATH } = process.env;
  const failing = (pattern: RegExp) => (error: unknown) => error instanceof Failure && pattern.test(error.message);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-"));
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  /** A program in a folder of its own. @returns the folder. */
  const program = (where: string, script: string): string => {
    const bin = join(folder, where);
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "pulumi"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, "pulumi"), 0o755);
    return bin;
  };
  const onPath = (...folders: string[]) => {
    process.env.PATH = [...folders, "/usr/bin", "/bin"].join(delimiter);
  };

  it("is the user's own, although npm puts the package's first on PATH", async () => {
    const own = program("usr/bin", "echo own $*");
    onPath(program("project/node_modules/.bin", "echo packaged"), program("node_modules/.bin", "echo outer"), own);
    assert.deepEqual(findCli(), { path: join(own, "pulumi"), packaged: false });
    assert.equal(await askPulumi(["version"], "dev"), "own --non-interactive version\n");
    assert.equal(pulumiCommand(), "pulumi");
  });

  it("is not what cannot be executed", () => {
    const own = program("usr/bin", "");
    chmodSync(join(own, "pulumi"), 0o644);
    onPath(own, program("node_modules/.bin", ""));
    assert.equal(findCli()?.packaged, true);
    assert.equal(pulumiCommand(), "npx pulumi");
  });

  it("is the package's otherwise, which says so once and keeps its download out of the answers", async () => {
    const packaged = program(
      "node_modules/.bin",
      'here=$(dirname "$0"); [ -f "$here/cli" ] || { echo "=== Installing Pulumi ==="; touch "$here/cli"; }; echo "[$*]"',
    );
    const script = `
      import { askPulumi } from ${JSON.stringify(resolve(import.meta.dirname, "../../../scripts/lib/pulumi.ts"))};
      const answers = await Promise.all([askPulumi(["stack", "ls"], "dev"), askPulumi(["about"], "dev")]);
      process.stdout.write(answers.join(""));`;
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((done) => {
      const env = { PATH: [packaged, "/usr/bin", "/bin"].join(delimiter) };
      execFile(process.execPath, ["--input-type=module", "--eval", script], { env }, (_error, stdout, stderr) =>
        done({ stdout, stderr }),
      );
    });
    assert.equal(stdout, "[--non-interactive stack ls]\n[--non-interactive about]\n");
    const said = stderr.split("\n").filter((line) => line.startsWith("There is no pulumi on PATH"));
    assert.equal(said.length, 1, stderr);
  });

  it("that cannot be downloaded is said, with where to get it", async () => {
    onPath(program("node_modules/.bin", "exit 1"));
    await assert.rejects(askPulumi(["version"], "dev"), failing(/could not be downloaded.*pulumi\.com\/docs\/install/));
  });

  it("that is not there is said, with where to get it", async () => {
    onPath();
    await assert.rejects(runPulumi(["up"]), failing(/was not found.*pulumi\.com\/docs\/install/));
  });

  it("that ends with an error is named by what it was asked", async () => {
    onPath(program("usr/bin", "exit 7"));
    await assert.rejects(runPulumi(["stack", "rm", "dev"]), failing(/^pulumi stack rm dev ended with 7$/));
  });

  // What version 3.274 says.
  const refusals: [string, string, RegExp][] = [
    [
      "a stack that does not exist",
      "no stack named 'dev' found",
      /^There is no stack named "dev".*: pulumi stack ls; a new one: pulumi stack init dev$/,
    ],
    [
      "a CLI that is not logged in",
      "PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
      /not logged in. Run: pulumi login 's3:\/\/BUCKET\?region=REGION' \(or --local\)$/,
    ],
    [
      "a bucket without a region",
      'read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, resolve auth scheme: resolve endpoint: endpoint rule error, Invalid region: region was not a valid DNS name.',
      /bucket of Pulumi's state was named without its region.*\?region=REGION'$/,
    ],
    [
      "a bucket without credentials",
      'read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found',
      /^No AWS credentials were found for the bucket of Pulumi's state/,
    ],
    [
      "a host that is not there",
      'request send failed, Get "https://b.s3.eu-west-1.amazonaws.com/": dial tcp: lookup b.s3.eu-west-1.amazonaws.com on 10.0.0.2:53: no such host',
      /^There is no host b\.s3\.eu-west-1\.amazonaws\.com, where/,
    ],
    [
      "a passphrase that is missing",
      "getting stack configuration: get stack secrets manager: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
      /Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE\.$/,
    ],
    ["anything else, in the CLI's words", "it rains", /^pulumi stack output: it rains$/],
  ];
  for (const [what, words, message] of refusals) {
    it(`says what to do about ${what}`, async () => {
      onPath(program("usr/bin", `cat >&2 <<'END'\nerror: ${words}\nEND\nexit 255`));
      await assert.rejects(askPulumi(["stack", "output"], "dev"), failing(message));
    });
  }
});
