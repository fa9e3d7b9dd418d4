import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Running } from "local-aws/testing";

const root = resolve(import.meta.dirname, "../../..");
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const program = `
import * as aws from "@pulumi/aws";

const greetings = new aws.dynamodb.Table("greetings", {
  attributes: [{ name: "id", type: "S" }],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
});
const role = new aws.iam.Role("hello", {
  assumeRolePolicy: {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  },
});
new aws.iam.RolePolicy("hello", {
  role: role.id,
  policy: greetings.arn.apply((arn) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "dynamodb:PutItem", Resource: arn }] }),
  ),
});
const hello = new aws.lambda.CallbackFunction("hello", {
  role,
  runtime: "nodejs22.x",
  callback: async (name: string) => "hello " + name,
});
export const tableName = greetings.name;
export const functionName = hello.name;
`;

/** As somebody else would use the packages: from their archives, in a folder that has nothing of this repository. */
describe("the packed packages", function () {
  this.timeout(600_000);
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "packed-"));
    environment = { LOCAL_API_PORT: "0", LOCAL_AWS_PORT: "0" };
    const run = (command: string, args: string[], cwd: string) => execFileSync(command, args, { cwd, stdio: "pipe" });
    run(process.execPath, [join(root, "scripts/pack.ts"), join(folder, "archives")], root);
    const archives = readdirSync(join(folder, "archives")).map((file) => `./archives/${file}`);
    assert.equal(archives.length, 3);
    writeFileSync(join(folder, "package.json"), '{ "name": "elsewhere", "private": true }\n');
    const sdk = ["aws", "pulumi"].map((name) => `@pulumi/${name}@${dependencies[`@pulumi/${name}`]}`);
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];
    // As dependencies, they would be packed into the function.
    run("npm", ["install", "--save-dev", ...quiet, ...archives, ...sdk], folder);
    writeFileSync(join(folder, "Pulumi.yaml"), "name: elsewhere\nruntime: nodejs\n");
    writeFileSync(join(folder, "index.ts"), program);
    writeFileSync(
      join(folder, "local.config.ts"),
      `import { defineConfig } from "pulumi-local/config";
export default defineConfig({ try: { functionName: (name) => "invoke " + name } });
`,
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const bin = (...args: string[]) =>
    new Running(join(folder, "node_modules/pulumi-local/src/main.js"), args, { cwd: folder, environment });

  it("bring a program up, and say what it exports", async () => {
    const running = bin("up");
    const printed = await running.until(/ready in/);
    assert.match(printed, /^ {2}invoke hello-/m);
    const [console = ""] = /http:\S+\/_console\//.exec(printed) ?? [];
    assert.match(await (await fetch(`${console}app.js`)).text(), /Executions/);
    const outputs = bin("outputs");
    assert.equal(await outputs.end(), 0);
    assert.deepEqual(Object.keys(JSON.parse(outputs.printed)), ["functionName", "tableName"]);
    assert.equal(await running.end("SIGTERM"), 0, running.printed);
  });

  it("destroy it", async () => {
    const running = bin("destroy");
    assert.equal(await running.end(), 0, running.printed);
    assert.match(running.printed, /Resources: \d+ deleted/);
    const outputs = bin("outputs");
    assert.equal(await outputs.end(), 1);
    assert.match(outputs.printed, /^error: stack local has no outputs in .*; bring it up: pulumi-local up\n$/);
  });

  it("have bins that say how they are used", () => {
    for (const name of ["pulumi-local", "local-aws"]) {
      const path = `${join(process.execPath, "..")}:${process.env.PATH}`;
      const printed = execFileSync(join(folder, "node_modules/.bin", name), ["--help"], {
        env: { ...process.env, PATH: path },
      });
      assert.match(String(printed), /--api-port/);
    }
  });

  it("have types", () => {
    writeFileSync(
      join(folder, "typed.ts"),
      `import { startCloud } from "local-aws/testing";
import { Engine } from "pulumi-local";
export const made: typeof startCloud = startCloud;
export const wrong: number = Engine;
`,
    );
    const flags = ["--noEmit", "--skipLibCheck", "--ignoreConfig", "--module", "nodenext", "--target", "es2022"];
    const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), [...flags, "--pretty", "false", "typed.ts"], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.match(stdout, /^typed\.ts\(4,14\): error TS2322: .*\n$/);
  });
});
