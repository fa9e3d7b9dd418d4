import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { brokenRule } from "../../plan/configRules.ts";
import { configSchema, schemaFile } from "../../plan/configSchema.ts";

const root = resolve(import.meta.dirname, "../..");
const committed = readFileSync(join(root, schemaFile), "utf8");
const project = "data-science-platform";

describe("an editor's schema of a stack's configuration", function () {
  this.timeout(60_000);
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(committed));
  const isTaken = (config: Record<string, unknown>) => validate({ config });

  it("is what npm run config:schema makes of Pulumi.yaml and config.ts", () => {
    assert.equal(committed, configSchema(), "npm run config:schema");
  });

  it("is what editors are told of, by their settings and by the file's first line", () => {
    const settings = JSON.parse(readFileSync(join(root, ".vscode/settings.json"), "utf8"));
    assert.deepEqual(settings["yaml.schemas"], { [schemaFile]: ["/Pulumi.*.yaml"] });
  });

  for (const file of globSync("Pulumi.*.yaml", { cwd: root })) {
    it(`takes ${file}`, () => {
      const text = readFileSync(join(root, file), "utf8");
      assert.ok(text.startsWith(`# yaml-language-server: $schema=${schemaFile}\n`));
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
    });
  }

  it("takes what the Pulumi CLI writes: text for numbers, secrets, what they are encrypted by", () => {
    const config = {
      [`${project}:appVersion`]: { secure: "v1:abc" },
      [`${project}:gradualDeployment`]: "false",
      [`${project}:throttleRate`]: "20",
      [`${project}:alarmTopicArns`]: ["arn:aws:sns:eu-west-1:123456789012:operators"],
      [`${project}:notebookInternet`]: true,
      "aws:region": "eu-west-1",
      whodisLanguage: "python",
    };
    assert.ok(validate({ config, encryptionsalt: "v1:abc" }), JSON.stringify(validate.errors));
    assert.ok(validate(null));
  });

  it("has each key's default, description, and what is allowed", () => {
    const { $defs } = JSON.parse(committed);
    const declared = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")).config;
    assert.deepEqual(Object.keys($defs), Object.keys(declared));
    for (const [key, { default: preset, description }] of Object.entries<{ default: unknown; description: string }>(
      declared,
    )) {
      assert.deepEqual($defs[key].default, preset);
      assert.ok($defs[key].description.startsWith(description), key);
      assert.ok(isTaken({ [`${project}:${key}`]: preset }), key);
    }
    assert.match($defs.logKeyArn.description, /\. Allowed: empty, or a key's ARN$/);
  });

  const mistakes: [string, unknown][] = [
    ["appVersoin", "v2"],
    ["whodisLanguage", "rust"],
    ["throttleRate", 0],
    ["throttleRate", 10_001],
    ["publicThrottleBurst", -1],
    ["recommenderServerlessMemory", 1000],
    ["recommenderIdleHours", 721],
    ["latencyObjective", 29_001],
    ["notebookInternet", "yes"],
    ["jobTimeoutMinutes", 4],
  ];
  for (const [key, value] of mistakes) {
    it(`refuses ${key} ${value}, as the program does`, () => {
      assert.ok(!isTaken({ [`${project}:${key}`]: value }));
      assert.ok(brokenRule(project, { [key]: String(value) }));
    });
  }

  const limits: [string, unknown[]][] = [
    ["throttleRate", [1, 10_000]],
    ["publicConcurrency", [0, 900]],
    ["recommenderServerlessMemory", [0, 1024, 6144]],
    ["recommenderIdleHours", [0, 1, 720]],
    ["notebookIdleMinutes", [30, 10_080]],
    ["irisCompute", ["lambda", "fargate"]],
  ];
  for (const [key, values] of limits) {
    it(`takes ${key} ${values.join(", ")}, as the program does`, () => {
      for (const value of values) {
        assert.ok(isTaken({ [`${project}:${key}`]: value }), `${value}`);
        assert.equal(brokenRule(project, { [key]: String(value) }), undefined);
      }
    });
  }

  it("refuses a wrong type, and what is no part of a stack's file", () => {
    assert.ok(!isTaken({ [`${project}:alarmTopicArns`]: "arn:aws:sns:eu-west-1:123456789012:a" }));
    assert.ok(!isTaken({ [`${project}:gradualDeployment`]: "maybe" }));
    assert.ok(!isTaken({ nothing: 1 }));
    assert.ok(!validate({ confg: {} }));
  });
});
