import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Platform } from "../src/platform.ts";

describe("the configuration of the one-machine AWS", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "config-"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  const wrong: [string, string, RegExp][] = [
    ["deploymentClock", "fast", /^config "local:deploymentClock" is "fast"; allowed is a number from 1 to 10000$/],
    ["images", "{ trainer: node }", /^config "local:images" is \{"trainer":"node"\}; allowed are commands by image/],
    ["images", "{ trainer: [] }", /^config "local:images" is \{"trainer":\[\]\}; allowed/],
    ["images", "node", /^config "local:images" is node; allowed/],
  ];
  for (const [key, value, message] of wrong) {
    it(`refuses ${key}: ${value}, and makes nothing`, async () => {
      writeFileSync(join(folder, "Pulumi.local.yaml"), `config:\n  local:${key}: ${value}\n`);
      const stateDirectory = join(folder, ".local");
      const options = { programDirectory: folder, stateDirectory, awsPort: 0, apiPort: 0, onEvent() {} };
      await assert.rejects(Platform.open(options), (error: Error) => message.test(error.message));
      assert.ok(!existsSync(stateDirectory));
    });
  }
});
