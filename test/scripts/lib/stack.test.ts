import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Failure } from "../../../scripts/lib/failure.ts";
import { startCommand, stateDirectoryOf } from "../../../scripts/lib/platforms.ts";
import { output, readStack } from "../../../scripts/lib/stack.ts";

/** Reads stacks in a folder of its own, with a stand-in for the Pulumi CLI. */
describe("stacks", () => {
  let folder: string;
  const before: NodeJS.ProcessEnv & { directory: string } = { directory: process.cwd(), ...process.env };
  const failing = (pattern: RegExp) => (error: unknown) => error instanceof Failure && pattern.test(error.message);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stack-"));
    process.chdir(folder);
    process.env.LOCAL_STATE_DIR = join(folder, "state");
    delete process.env.PULUMI_STACK;
    delete process.env.AWS_REGION;
    delete process.env.AWS_DEFAULT_REGION;
  });
  afterEach(() => {
    process.chdir(before.directory);
    const { directory: _, ...environment } = before;
    Object.assign(process.env, environment);
    for (const key of ["LOCAL_STATE_DIR", "PULUMI_STACK", "XDG_STATE_HOME"])
      if (before[key] === undefined) delete process.env[key];
    rmSync(folder, { recursive: true });
  });

  const cli = (script: string) => {
    mkdirSync("bin", { recursive: true });
    writeFileSync("bin/pulumi", `#!/bin/sh\n${script}\n`);
    chmodSync("bin/pulumi", 0o755);
    process.env.PATH = [join(folder, "bin"), before.PATH].join(delimiter);
  };

  it("are the local one by default, from its state folder, as the local administrator", async () => {
    mkdirSync("state");
    writeFileSync("state/outputs.json", '{"whodisUrl":"http://x"}');
    writeFileSync("state/endpoint.json", '{"aws":"http://127.0.0.1:1","region":"eu-west-1"}');
    assert.deepEqual(await readStack(), {
      name: "local",
      outputs: { whodisUrl: "http://x" },
      client: {
        region: "eu-west-1",
        endpoint: "http://127.0.0.1:1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      },
    });
  });

  it("are found without a variable where a platform of this folder runs", async () => {
    delete process.env.LOCAL_STATE_DIR;
    process.env.XDG_STATE_HOME = folder;
    const running = (name: string, pid: number) => {
      const stateDirectory = join(folder, name);
      for (const path of [stateDirectory, "pulumi-local/running"]) mkdirSync(path, { recursive: true });
      writeFileSync(join(stateDirectory, "outputs.json"), JSON.stringify({ name }));
      writeFileSync(join(stateDirectory, "endpoint.json"), '{"aws":"http://127.0.0.1:1","region":"eu-west-1"}');
      const platform = { name, pid, started: name, programDirectory: process.cwd(), stateDirectory };
      writeFileSync(`pulumi-local/running/${name}.json`, JSON.stringify(platform));
    };
    running("b", process.pid);
    running("gone", 2 ** 22 + 1);
    assert.deepEqual((await readStack()).outputs, { name: "b" });
    running("c", process.pid);
    await assert.rejects(readStack(), failing(/Several platforms run: b, c\. Say which: --name NAME/));
    running(".local", process.pid);
    assert.deepEqual((await readStack()).outputs, { name: ".local" });
  });

  it("are told apart by their folders where several platforms have one name", async () => {
    delete process.env.LOCAL_STATE_DIR;
    process.env.XDG_STATE_HOME = folder;
    mkdirSync("pulumi-local/running", { recursive: true });
    for (const leaf of ["one", "two"]) {
      const platform = { name: "local", pid: process.pid, started: leaf, programDirectory: process.cwd() };
      writeFileSync(`pulumi-local/running/${leaf}.json`, JSON.stringify({ ...platform, stateDirectory: `/${leaf}` }));
    }
    const both = "local \\(/one\\), local \\(/two\\)\\. Say which: --state-dir DIR$";
    assert.throws(() => stateDirectoryOf({}), failing(new RegExp(`^Several platforms run: ${both}`)));
    const called = new RegExp(`^Several platforms are called "local": ${both}`);
    assert.throws(() => stateDirectoryOf({ name: "local" }), failing(called));
    assert.equal(stateDirectoryOf({ stateDir: "/two" }), "/two");
  });

  it("are started as they were, wherever their state lies", () => {
    assert.equal(startCommand(".local"), "npm start");
    assert.equal(startCommand(join(folder, ".local-b")), "npm start -- --name b");
    assert.equal(startCommand("/a b"), "npm start -- --state-dir '/a b'");
  });

  it("say how to start the local one when it never ran", async () => {
    await assert.rejects(readStack(), failing(/npm start/));
  });

  it("are read through the Pulumi CLI otherwise, with the region that the stack configures", async () => {
    writeFileSync("Pulumi.dev.yaml", "config:\n  aws:region: eu-north-1\n");
    cli(`[ "$*" = "--non-interactive stack output --json --stack dev" ] && echo '{"a":1}'`);
    assert.deepEqual(await readStack("dev"), { name: "dev", outputs: { a: 1 }, client: { region: "eu-north-1" } });
  });

  it("without outputs say how to deploy them", async () => {
    cli("echo '{}'");
    await assert.rejects(readStack("dev"), failing(/"dev" has no outputs.*pulumi up --stack dev$/));
  });

  it("say that the region is missing", async () => {
    cli(`echo '{"a":1}'`);
    await assert.rejects(readStack("dev"), failing(/"dev" has no region.*config set aws:region/));
  });

  it("name an output that is missing", () => {
    const stack = { name: "dev", outputs: {}, client: { region: "x" } };
    assert.throws(() => output(stack, "irisUrl"), failing(/Stack "dev" has no output "irisUrl"/));
  });
});
