import assert from "node:assert/strict";
import { UsageError } from "../src/process/usage.ts";
import { readCloudSettings } from "../src/settings.ts";

describe("settings of npm run cloud", () => {
  it("are the documented ones when nothing is said", () => {
    assert.deepEqual(readCloudSettings([], {}), {
      help: false,
      port: 4566,
      apiPort: 3000,
      region: "us-east-1",
      accountId: "000000000000",
      clock: 1,
    });
  });

  it("come from flags, which win over the environment", () => {
    const environment = { LOCAL_AWS_PORT: "1", LOCAL_API_PORT: "2", LOCAL_STATE_DIR: "/a" };
    const { port, apiPort, stateDirectory } = readCloudSettings([], environment);
    assert.deepEqual([port, apiPort, stateDirectory], [1, 2, "/a"]);
    const args = ["--port=0", "--api-port", "4", "--region", "eu-central-1", "--account", "123456789012", "--state=b"];
    args.push("--clock", "60", "--xray-port", "0");
    assert.deepEqual(readCloudSettings(args, environment), {
      help: false,
      port: 0,
      apiPort: 4,
      xrayPort: 0,
      region: "eu-central-1",
      accountId: "123456789012",
      stateDirectory: "b",
      clock: 60,
    });
  });

  const wrong: [string, string[], RegExp][] = [
    [
      "a port that is none",
      ["--port", "65536"],
      /^--port \(LOCAL_AWS_PORT\) is "65536"; allowed is a whole number from 0/,
    ],
    [
      "a port of X-Ray's daemon that is none",
      ["--xray-port", "x"],
      /^--xray-port \(LOCAL_XRAY_PORT\) is "x"; allowed is a whole number/,
    ],
    ["a region that is none", ["--region", "Ireland"], /^--region is "Ireland"; allowed is an AWS region/],
    ["a region of another partition", ["--region", "us-gov-west-1"], /^--region is "us-gov-west-1"; allowed is/],
    ["an account that is none", ["--account", "12"], /^--account is "12"; allowed are twelve digits/],
    ["an empty state folder", ["--state", ""], /^--state \(LOCAL_STATE_DIR\) is ""/],
    ["a clock that would stand still", ["--clock", "0"], /^--clock is "0"; allowed is a number from 1 to 10000/],
    ["an unknown option, with the usage", ["--prot", "3"], /^Unknown option '--prot'[\s\S]*npm run cloud/],
    ["a word too many", ["here"], /^Unexpected argument 'here'/],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuse ${what}`, () => {
      assert.throws(
        () => readCloudSettings(args, {}),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }
});
