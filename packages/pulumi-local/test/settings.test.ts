import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "local-aws/process";
import { readSettings, usageOf } from "../src/settings.ts";

describe("settings of pulumi-local", () => {
  it("are the documented ones when nothing is said", () => {
    assert.deepEqual(readSettings([], {}), {
      command: "up",
      programDirectory: process.cwd(),
      stack: "local",
      name: "local",
      apiPort: 3000,
      awsPort: 4566,
      stateDirectory: resolve(".local"),
      watch: true,
      config: {},
      verbose: false,
      quiet: false,
      json: false,
      yes: false,
      inspectPort: undefined,
      wait: undefined,
    });
  });

  it("take the program's own switches, and say them", () => {
    const switches = {
      gradual: { description: "shift traffic", config: { gradualDeployment: "true", colour: "red" } },
    };
    const given = ["preview", "--gradual", "--config", "colour=blue"];
    const { command, config } = readSettings(given, {}, { switches });
    assert.deepEqual([command, config], ["preview", { gradualDeployment: "true", colour: "blue" }]);
    assert.deepEqual(readSettings([], {}, { switches }).config, {});
    // npm start --gradual, without the -- before it: npm keeps the flag, and says so.
    const kept = readSettings([], { npm_config_gradual: "true" }, { switches });
    assert.deepEqual(kept.config, { gradualDeployment: "true", colour: "red" });
    assert.match(usageOf({ switches }), /^ {2}--gradual +shift traffic$/m);
  });

  it("name another program and stack", () => {
    const { programDirectory, stack, stateDirectory } = readSettings(["outputs", "--cwd", "/a", "--stack", "dev"], {});
    assert.deepEqual([programDirectory, stack, stateDirectory], ["/a", "dev", "/a/.local"]);
    assert.equal(readSettings([], {}, { stack: "mine" }).stack, "mine");
  });

  it("of one of several platforms are its own: a folder, and the ports that it had", () => {
    const folder = mkdtempSync(join(tmpdir(), "named-"));
    const read = () => {
      const given = readSettings(["--cwd", folder, "--name", "b"], { LOCAL_STATE_DIR: "/a", LOCAL_API_PORT: "1" });
      return [given.name, given.stateDirectory, given.apiPort, given.awsPort];
    };
    const own = join(folder, ".local-b");
    assert.deepEqual(read(), ["b", own, 0, 0]);
    mkdirSync(own);
    writeFileSync(join(own, "endpoint.json"), '{"aws":"http://127.0.0.1:4001","api":"http://localhost:4002"}');
    assert.deepEqual(read(), ["b", own, 4002, 4001]);
    rmSync(folder, { recursive: true });
  });

  it("end with a command that is run beside", () => {
    const { wait, watch } = readSettings(["--wait", "--quiet", "--", "npm", "run", "e2e", "--", "--wait"], {});
    assert.deepEqual([wait, watch], [["npm", "run", "e2e", "--", "--wait"], false]);
    for (const args of [["--wait"], ["--wait", "--"], ["preview", "--wait", "--", "ls"]])
      assert.throws(() => readSettings(args, {}), /--wait has no command; allowed is npm start -- --wait -- COMMAND/);
  });

  it("let a debugger attach on Node's port, or another", () => {
    assert.equal(readSettings(["--inspect"], {}).inspectPort, 9229);
    assert.equal(readSettings(["--inspect-port", "0"], {}).inspectPort, 0);
  });

  it("take an empty state folder for none", () => {
    assert.equal(readSettings([], { LOCAL_STATE_DIR: "" }).stateDirectory, resolve(".local"));
  });

  it("configure the program for one run", () => {
    const flags = ["--config", "appVersion=v2=b", "-c", "publicThrottleRate=200", "--config", "logKeyArn="];
    flags.push("--config", "aws:region=us-east-1");
    const config = { appVersion: "v2=b", publicThrottleRate: "200", logKeyArn: "", "aws:region": "us-east-1" };
    assert.deepEqual(readSettings(flags, {}).config, config);
  });

  it("come from the environment, and from a flag before it", () => {
    const environment = { LOCAL_API_PORT: "1", LOCAL_AWS_PORT: "2", LOCAL_STATE_DIR: "/a", LOCAL_WATCH: "off" };
    const fromEnvironment = readSettings([], environment);
    assert.deepEqual(
      [fromEnvironment.apiPort, fromEnvironment.awsPort, fromEnvironment.stateDirectory, fromEnvironment.watch],
      [1, 2, "/a", false],
    );
    const flags = ["--api-port", "3", "--aws-port=0", "--state-dir", "/b", "--watch=on"];
    const fromFlags = readSettings(flags, environment);
    assert.deepEqual(
      [fromFlags.apiPort, fromFlags.awsPort, fromFlags.stateDirectory, fromFlags.watch],
      [3, 0, "/b", true],
    );
  });

  it("refuse a stack that has no file where others have one", () => {
    const folder = mkdtempSync(join(tmpdir(), "stacks-"));
    try {
      for (const name of ["dev", "local", "local.own"]) writeFileSync(join(folder, `Pulumi.${name}.yaml`), "");
      assert.equal(readSettings(["--cwd", folder, "--stack", "dev"], {}).stack, "dev");
      assert.throws(() => readSettings(["--cwd", folder, "--stack", "dve"], {}), {
        message: '--stack is "dve", and there is no Pulumi.dve.yaml; allowed are dev, local',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const wrong: [string, string[], NodeJS.ProcessEnv, RegExp][] = [
    [
      "a port that is no number",
      ["--api-port", "web"],
      {},
      /--api-port \(LOCAL_API_PORT\) is "web"; allowed is a whole number from 0/,
    ],
    ["a port out of range", [], { LOCAL_AWS_PORT: "70000" }, /LOCAL_AWS_PORT\) is "70000"/],
    ["an empty port", [], { LOCAL_AWS_PORT: "" }, /is ""/],
    ["a switch that is neither on nor off", [], { LOCAL_WATCH: "no" }, /LOCAL_WATCH\) is "no"; allowed are on, off/],
    [
      "a configuration without a value",
      ["--config", "appVersion"],
      {},
      /--config is "appVersion"; allowed is KEY=VALUE/,
    ],
    ["an unknown flag, with the usage", ["--prot", "3"], {}, /Unknown option '--prot'[\s\S]*pulumi-local \[COMMAND\]/],
    ["an unknown command", ["deploy"], {}, /the command is "deploy"; allowed is one of up, preview, destroy/],
    ["two commands", ["up", "preview"], {}, /the command is "up preview"; allowed is one of/],
    ["a stack that no file can be named after", ["--stack", "../x"], {}, /--stack is "\.\.\/x"; allowed are letters/],
    ["a folder without a name", ["--cwd", ""], {}, /--cwd is empty; allowed is a folder/],
  ];
  for (const [what, flags, environment, message] of wrong) {
    it(`refuse ${what}`, () => {
      assert.throws(
        () => readSettings(flags, environment),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
