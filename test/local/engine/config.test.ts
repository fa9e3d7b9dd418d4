import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readProject, readStackConfig } from "../../../local/engine/config.ts";

describe("A stack's configuration", () => {
  let directory: string;
  let environment: NodeJS.ProcessEnv;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "config-"));
    environment = { ...process.env };
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
  });
  afterEach(() => {
    process.env = environment;
    rmSync(directory, { recursive: true });
  });

  const project = (config: string, rest = "") =>
    writeFileSync(join(directory, "Pulumi.yaml"), `name: shop\nruntime: nodejs\n${rest}config:\n${config}`);
  const stack = (text: string) => writeFileSync(join(directory, "Pulumi.dev.yaml"), text);
  const read = () => readStackConfig(directory, "dev");

  it("is what Pulumi.yaml declares, completed by the stack's values", () => {
    project(`  size: {type: integer, default: 3}
  name: {type: string, default: hello}
  aws:region: eu-west-1
  hosts: {type: array, items: {type: string}}
  deep: {type: object, default: {a: {b: 1}}}
  debug: {type: boolean, default: false}
  token: {type: string, secret: true, default: abc}`);
    stack("config:\n  shop:size: 4\n  hosts: [a, b]\n  other:thing: {x: [1]}\n  plain: text\n");
    assert.deepEqual(read(), {
      config: {
        "shop:size": "4",
        "shop:name": "hello",
        "aws:region": "eu-west-1",
        "shop:hosts": '["a","b"]',
        "shop:deep": '{"a":{"b":1}}',
        "shop:debug": "false",
        "shop:token": "abc",
        "other:thing": '{"x":[1]}',
        "shop:plain": "text",
      },
      secretKeys: ["shop:token"],
    });
  });

  for (const [declared, value, message] of [
    ["{type: integer}", "many", /config "shop:it" is "many"; Pulumi.yaml asks for type integer/],
    ["{type: number}", "1e", /is "1e"; Pulumi.yaml asks for type number/],
    ["{type: boolean}", "yes!", /is "yes!"; Pulumi.yaml asks for type boolean/],
    ["{type: array, items: {type: integer}}", "[1, x]", /is \[1,"x"\]; Pulumi.yaml asks for a list of integer/],
    ["{type: object}", "[1]", /is \[1\]; Pulumi.yaml asks for type object/],
    ["{type: string}", "{a: 1}", /is \{"a":1\}; Pulumi.yaml asks for type string/],
    ["{type: integer, secret: true}", "hunter2", /is not shown, it is secret; Pulumi.yaml asks for type integer/],
    ["{type: string, description: How to greet.}", "", /config "shop:it" is missing: How to greet\./],
  ] as const) {
    it(`refuses ${value || "nothing"} for ${declared}`, () => {
      project(`  it: ${declared}`);
      stack(value ? `config:\n  it: ${value}\n` : "config: {}\n");
      assert.throws(read, message);
    });
  }

  it("opens what the passphrase provider has encrypted", () => {
    project("  token: {type: string, secret: true}");
    // Made by the Pulumi CLI with the passphrase "foo".
    stack(`encryptionsalt: v1:LAQ7P6sT/+w=:v1:WejwuMb5G4TZsR/r:xZvrv45hbT2QRrHCkQrepVv3xQfMjw==
config:
  token: {secure: "v1:6rgJQkU0YY5NFozT:HN1XFZSfr2YW1Pi1QtMfUJjad4w="}
  list: [plain, {deep: {secure: "v1:6rgJQkU0YY5NFozT:HN1XFZSfr2YW1Pi1QtMfUJjad4w="}}]
`);
    assert.throws(read, /config "shop:token" is encrypted: set PULUMI_CONFIG_PASSPHRASE to stack dev's passphrase/);
    process.env.PULUMI_CONFIG_PASSPHRASE = "bar";
    assert.throws(read, /config "shop:token" could not be decrypted: PULUMI_CONFIG_PASSPHRASE is not stack dev's/);
    process.env.PULUMI_CONFIG_PASSPHRASE = "foo";
    const expected = {
      config: { "shop:token": "test", "shop:list": '["plain",{"deep":"test"}]' },
      secretKeys: ["shop:token", "shop:list"],
    };
    assert.deepEqual(read(), expected);
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    process.env.PULUMI_CONFIG_PASSPHRASE_FILE = join(directory, "passphrase");
    assert.throws(read, /PULUMI_CONFIG_PASSPHRASE_FILE is ".*passphrase", which cannot be read/);
    writeFileSync(join(directory, "passphrase"), "foo\n");
    assert.deepEqual(read(), expected);
  });

  it("says that other secrets providers do not work locally", () => {
    project("  size: {type: integer, default: 1}");
    stack('secretsprovider: awskms://alias/x\nconfig:\n  token: {secure: "AAAB"}\n');
    assert.throws(read, /config "shop:token" is encrypted by awskms:\/\/alias\/x; only the passphrase provider works/);
  });

  it("needs a Node.js project", () => {
    assert.throws(() => readProject(directory), /there is no Pulumi\.yaml in/);
    writeFileSync(join(directory, "Pulumi.yaml"), "name: shop\nruntime: python\n");
    assert.throws(() => readProject(directory), /runtime is "python"; only nodejs runs locally/);
    writeFileSync(join(directory, "Pulumi.yaml"), "name: [oops\n");
    assert.throws(() => readProject(directory), /^EngineError: Pulumi\.yaml: /);
    writeFileSync(
      join(directory, "Pulumi.yaml"),
      "name: shop\nmain: program\nruntime: {name: nodejs, options: {nodeargs: --a --b=1}}\n",
    );
    assert.deepEqual(readProject(directory), { project: "shop", main: "program", nodeArguments: ["--a", "--b=1"] });
  });
});
