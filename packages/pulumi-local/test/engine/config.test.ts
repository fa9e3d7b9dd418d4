import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readStackConfig } from "../../src/engine/config.ts";
import { EngineError } from "../../src/engine/events.ts";
import { readProject } from "../../src/engine/project.ts";
import { accepted, ProjectFolder, refused } from "./support/projects.ts";

describe("A project's configuration", () => {
  let folder: ProjectFolder;
  let environment: NodeJS.ProcessEnv;
  beforeEach(() => {
    folder = new ProjectFolder();
    environment = { ...process.env };
    process.env.PULUMI_CONFIG_PASSPHRASE = "foo";
    delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
  });
  afterEach(() => {
    process.env = environment;
    folder.close();
  });

  const project = "name: shop\nruntime: nodejs\n";
  const read = (given?: Record<string, string>) => readStackConfig(readProject(folder.directory), "dev", given);
  const refusal = (): string => {
    try {
      return `accepted: ${JSON.stringify(read().config)}`;
    } catch (error) {
      assert.ok(error instanceof EngineError, (error as Error).stack);
      return error.message;
    }
  };

  for (const [subject, cases] of refused()) {
    it(`is refused as Pulumi's CLI refuses it: ${subject}`, () => {
      for (const one of cases) {
        folder.write(one);
        const { project, stack } = one;
        const expected = { project, stack, says: folder.words(one.says, one) };
        assert.deepEqual({ project, stack, says: folder.words(refusal(), one) }, expected);
      }
    });
  }

  it("is read as Pulumi's CLI reads it", () => {
    for (const { project, stack, config, secretKeys = [] } of accepted()) {
      folder.write({ project, ...(stack !== undefined && { stack }) });
      const found = read();
      assert.deepEqual({ ...found.config }, config, project);
      assert.deepEqual(found.secretKeys.sort(), secretKeys);
    }
  });

  it("has the values that are given beside the stack's file, checked like those", () => {
    folder.write({
      project: `${project}config:\n  size: {type: integer, default: 3}\n`,
      stack: "config:\n  size: 4\n",
    });
    assert.deepEqual(read({ size: "5" }).config, { "shop:size": "5" });
    assert.throws(() => read({ size: "big" }), /Stack 'dev' with configuration key 'size' must be of type 'integer'/);
  });

  it("has what is this machine's own, checked like the rest, beside what is given", () => {
    folder.write({
      project: `${project}config:\n  size: {type: integer, default: 3}\n  colour: {type: string, default: red}\n`,
      stack: "config:\n  size: 4\n  aws:region: eu-west-1\n",
    });
    const own = (text: string) => writeFileSync(join(folder.directory, "Pulumi.dev.own.yaml"), text);
    own("config:\n  size: 5\n  shop:colour: blue\n");
    assert.deepEqual(read().config, { "shop:size": "5", "shop:colour": "blue", "aws:region": "eu-west-1" });
    assert.equal(read({ size: "6" }).config["shop:size"], "6");
    own("config:\n  size: big\n");
    assert.match(refusal(), /Stack 'dev' with configuration key 'size' must be of type 'integer'/);
    own("[]");
    assert.match(refusal(), /^getting this machine's own configuration: /);
  });

  it("warns of values that are empty", () => {
    folder.write({ project, stack: "config:\n  a:\n  aws:region: ~\n" });
    const found = read();
    assert.deepEqual(found.config, { "shop:a": "", "aws:region": "" });
    assert.match(found.warnings.join(), /^No value for configuration keys "shop:a", "aws:region"\. .* empty string/);
  });

  it("is that of the folder that Pulumi.yaml names", () => {
    mkdirSync(join(folder.directory, "stacks"));
    writeFileSync(join(folder.directory, "stacks/Pulumi.dev.yaml"), "config: {a: there}");
    for (const key of ["stackConfigDir", "config"]) {
      folder.write({ project: `${project}${key}: stacks\n`, stack: "config: {a: here}" });
      assert.deepEqual(read().config, { "shop:a": "there" });
    }
  });

  it("needs the passphrase that its salt was made with", () => {
    const salt = "encryptionsalt: v1:LAQ7P6sT/+w=:v1:WejwuMb5G4TZsR/r:xZvrv45hbT2QRrHCkQrepVv3xQfMjw==\n";
    folder.write({ project, stack: salt });
    assert.deepEqual(read().config, {});
    process.env.PULUMI_CONFIG_PASSPHRASE = "bar";
    assert.match(refusal(), /^getting stack configuration: get stack secrets manager: incorrect passphrase$/);
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    assert.match(refusal(), /: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE/);
    process.env.PULUMI_CONFIG_PASSPHRASE_FILE = join(folder.directory, "passphrase");
    assert.match(refusal(), /: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open .*\/passphrase: no such file/);
    writeFileSync(join(folder.directory, "passphrase"), "foo\n");
    assert.deepEqual(read().config, {});
    folder.write({ project });
    delete process.env.PULUMI_CONFIG_PASSPHRASE_FILE;
    assert.deepEqual(read().config, {}, "without secrets there is nothing to open");
  });

  it("says what only Pulumi's CLI can do", () => {
    folder.write({ project, stack: 'secretsprovider: awskms://alias/x\nconfig: {token: {secure: "AAAB"}}\n' });
    assert.match(refusal(), /^config "shop:token" is encrypted by awskms:\/\/alias\/x; only the passphrase provider/);
    folder.write({ project, stack: 'config: {token: {secure: "AAAB"}}\n' });
    assert.match(refusal(), /^config "shop:token" is encrypted by the Pulumi service; only the passphrase provider/);
    folder.write({ project, stack: "environment: [dev]\n" });
    assert.match(refusal(), /opening environment: the local engine does not support environments$/);
    for (const [text, says] of [
      ["name: shop\n", /^Pulumi\.yaml: runtime is not given; only nodejs runs locally$/],
      ["name: shop\nruntime: python\n", /^Pulumi\.yaml: runtime is "python"; only nodejs runs locally$/],
      ["name: shop\nruntime: {options: {}}\n", /^Pulumi\.yaml: runtime is not given; only nodejs runs locally$/],
    ] as const) {
      folder.write({ project: text });
      assert.match(refusal(), says);
    }
  });
});

describe("A project", () => {
  let folder: ProjectFolder;
  beforeEach(() => {
    folder = new ProjectFolder();
  });
  afterEach(() => folder.close());

  const read = (rest: string) => {
    folder.write({ project: `name: shop\n${rest}` });
    const { programDirectory, main, nodeArguments, typescript, tsconfig } = readProject(folder.directory);
    const where = programDirectory.replace(folder.directory, ".");
    return { where, main, nodeArguments, typescript, tsconfig };
  };

  it("runs in the folder of its program", () => {
    mkdirSync(join(folder.directory, "infra"));
    writeFileSync(join(folder.directory, "infra/app.ts"), "");
    const other = { nodeArguments: [], typescript: true, tsconfig: undefined };
    const runtime = "runtime: nodejs\n";
    assert.deepEqual(read(runtime), { where: ".", main: ".", ...other });
    assert.deepEqual(read(`${runtime}main: infra\n`), { where: "./infra", main: ".", ...other });
    assert.deepEqual(read(`${runtime}main: ./infra/\n`), { where: "./infra", main: ".", ...other });
    assert.deepEqual(read(`${runtime}main: infra/app.ts\n`), { where: "./infra", main: "app.ts", ...other });
    assert.deepEqual(read(`${runtime}main: ${folder.directory}/infra\n`), { where: "./infra", main: ".", ...other });
  });

  it("says how Node.js is started", () => {
    const options = "{nodeargs: '--a  --b=1 --title=\"a b\"', typescript: false, tsconfig: infra/tsconfig.json}";
    assert.deepEqual(read(`runtime: {name: nodejs, options: ${options}}\n`), {
      where: ".",
      main: ".",
      nodeArguments: ["--a", "--b=1", "--title=a b"],
      typescript: false,
      tsconfig: "infra/tsconfig.json",
    });
  });

  it("must be there", () => {
    assert.throws(() => readProject(folder.directory), /^EngineError: no Pulumi\.yaml project file found in /);
  });
});
