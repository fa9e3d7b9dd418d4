import assert from "node:assert/strict";
import { UsageError } from "local-aws/process";
import { readSettings } from "../src/settings.ts";

describe("settings of npm start", () => {
  it("are the documented ones when nothing is said", () => {
    assert.deepEqual(readSettings([], {}), {
      mode: "run",
      apiPort: 3000,
      awsPort: 4566,
      stateDirectory: ".local",
      watch: true,
      config: {},
      verbose: false,
    });
  });

  it("shift traffic gradually when they are told to", () => {
    assert.deepEqual(readSettings(["--gradual"], {}).config, { gradualDeployment: "true" });
  });

  it("configure the program for one run", () => {
    const flags = ["--config", "appVersion=v2=b", "-c", "publicThrottleRate=200", "--config", "logKeyArn="];
    const config = { appVersion: "v2=b", publicThrottleRate: "200", logKeyArn: "" };
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
    ["an unknown flag, with the usage", ["--prot", "3"], {}, /Unknown option '--prot'[\s\S]*npm start/],
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
