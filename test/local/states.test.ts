import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { root, Started } from "./support/started.ts";

const program = `
import { Table } from "@pulumi/aws/dynamodb";
const attributes = [{ name: "id", type: "S" }];
export const tableName = new Table("notes", { attributes, hashKey: "id", billingMode: "PAY_PER_REQUEST" }).name;
`;

/** A small program whose state lies elsewhere, and the command line in another shell, which was told nothing. */
describe("a state folder of one's own", function () {
  this.timeout(120_000);
  let folder: string;
  let state: string;
  let running: Started;

  const environment = () => ({ XDG_STATE_HOME: folder, LOCAL_STATE_DIR: undefined, PULUMI_STACK: undefined });
  const start = async (...args: string[]) => {
    running = new Started(join(folder, "program"), ["--watch", "off", ...args], environment());
    return running.until(/ready in/);
  };
  const dsp = (...args: string[]) => {
    const result = spawnSync(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", join(root, "scripts/dsp.ts"), ...args],
      { cwd: join(folder, "program"), env: { ...process.env, ...environment(), NO_COLOR: "1" }, encoding: "utf8" },
    );
    return { code: result.status, stdout: result.stdout, stderr: result.stderr };
  };
  const read = (file: string) => JSON.parse(readFileSync(join(state, file), "utf8"));
  const table = () => {
    const { aws: endpoint, region } = read("endpoint.json");
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    return { client: new DynamoDBClient({ endpoint, region, credentials }), TableName: read("outputs.json").tableName };
  };
  const put = async (id: string) => {
    const { client, TableName } = table();
    await client.send(new PutItemCommand({ TableName, Item: { id: { S: id } } }));
  };
  const ids = async () => {
    const { client, TableName } = table();
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    return Items.map(({ id }) => id?.S).toSorted();
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "states-"));
    state = join(folder, "my state");
    const place = join(folder, "program");
    mkdirSync(place);
    writeFileSync(join(place, "Pulumi.yaml"), "name: small\nruntime: nodejs\n");
    writeFileSync(join(place, "Pulumi.local.yaml"), "config:\n  aws:region: eu-west-1\n");
    writeFileSync(join(place, "package.json"), '{ "name": "small", "main": "index.ts" }\n');
    writeFileSync(join(place, "index.ts"), program);
    symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
    await start("--state-dir", state);
  });
  after(async () => {
    await running.end("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  it("is what npm start says to set, and what dsp finds without", () => {
    assert.ok(running.printed.includes(`\nTry\n  export LOCAL_STATE_DIR='${state}'   (this platform is what`));
    const found = dsp("outputs", "--json");
    assert.deepEqual([found.stderr, JSON.parse(found.stdout)], ["", read("outputs.json")]);
  });

  it("is told by dsp where another is asked for that is not there", () => {
    const { code, stderr } = dsp("outputs", "--state-dir", ".local");
    const here = `There is no local stack in .local yet. One of this folder runs in ${state}: --state-dir '${state}'\n`;
    assert.deepEqual([code, stderr], [1, here]);
    assert.match(dsp("outputs", "--state-dir", "a", "--name", "b").stderr, /mutually exclusive/);
  });

  it("is kept as it was, refuses to be replaced while its platform runs, and is that again when it does not", async () => {
    await put("before");
    assert.match(dsp("state", "save", "one").stdout, /^one is kept \([\d.]+ s\)\n$/);
    await put("after");
    const refused = dsp("state", "load", "one");
    const say = `The platform runs on ${state}. End it (Ctrl-C), load, and start it again: npm start -- --state-dir '${state}'`;
    assert.deepEqual([refused.code, refused.stderr], [1, `${say}\n`]);
    assert.deepEqual(await ids(), ["after", "before"]);

    await running.end("SIGTERM");
    // Of what has ended, a name or a folder says where it is.
    assert.match(dsp("state", "load", "one").stderr, /^There is no state "one" of \.local\. Keep one/);
    const loaded = dsp("state", "load", "one", "--state-dir", state);
    assert.deepEqual([loaded.code, loaded.stderr], [0, ""]);
    assert.match(loaded.stdout, /^one is loaded \([\d.]+ s\)\. Start it: npm start -- --state-dir '.*'\n$/);

    assert.match(await start("--state-dir", state), /Nothing changed: \d+ resources/);
    assert.deepEqual(await ids(), ["before"]);
  });

  it("is found by the name of a platform, whether it runs or has run", async () => {
    await running.end("SIGTERM");
    state = join(folder, "program/.local-other");
    const printed = await start("--name", "other");
    assert.ok(printed.includes(`\n  export LOCAL_STATE_DIR=${state} `), printed);
    await put("before");
    dsp("state", "save", "one", "--name", "other");
    await put("after");
    await running.end("SIGTERM");
    const loaded = dsp("state", "load", "one", "--name", "other");
    assert.match(loaded.stdout, /^one is loaded .* Start it: npm start -- --name other\n$/, loaded.stderr);
    await start("--name", "other");
    assert.deepEqual(await ids(), ["before"]);
  });
});
